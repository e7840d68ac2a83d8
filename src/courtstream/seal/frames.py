"""The bytes of a part: a header, then frames that anybody can walk and only the key can read.

    part    = magic "CSEAL1\\r\\n" | part number (u32) | secretstream header (24 bytes) | frame …
    frame   = kind (u8) | start ns (i64) | end ns (i64) | length (u32) | ciphertext
    chain   = SHA-256(chain before | the frame's bytes); a part's header counts as its first link
    genesis = SHA-256("courtstream seal 1" | key.wrapped)

Numbers are big endian. Kind and times are in clear, so that a third party can see the span and the
stated interruptions without the key; they are authenticated with the ciphertext.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES as OVERHEAD,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_HEADERBYTES as HEADER_BYTES,
)

from courtstream.domain.errors import SealBroken
from courtstream.domain.time import MediaTime, Span
from courtstream.seal.keys import WRAPPED_NAME

MAGIC = b"CSEAL1\r\n"
MAX_CLEAR = 256 << 20
_PART = struct.Struct(f">8sI{HEADER_BYTES}s")
_FRAME = struct.Struct(">BqqI")
HEAD_BYTES = _PART.size
"""Length of a part's head."""


class Kind(IntEnum):
    """What a frame holds. The three interruptions are the lawful ones (法释〔2017〕5号 art. 3)."""

    MEDIA = 0
    RECESS = 1
    CLOSED_EVIDENCE = 2
    MEDIATION = 3
    TORN = 4
    END = 5


@dataclass(frozen=True, slots=True)
class Record:
    """One durable record. `bytes` on disk; `chain` is the chain value after it, in hex."""

    part: int
    index: int
    kind: Kind
    span: Span
    bytes: int
    chain: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame as it lies in the file; `offset` is where it begins."""

    kind: Kind
    span: Span
    head: bytes
    ciphertext: bytes
    offset: int

    @property
    def raw(self) -> bytes:
        """The bytes the chain runs over."""
        return self.head + self.ciphertext


def frame_head(kind: Kind, start: MediaTime, end: MediaTime, clear_bytes: int) -> bytes:
    """The clear head of a frame for `clear_bytes` of content."""
    return _FRAME.pack(kind, start, end, clear_bytes + OVERHEAD)


def associated(part: int, index: int, head: bytes) -> bytes:
    """What is authenticated beside the content: where the frame stands and its clear head."""
    return struct.pack(">II", part, index) + head


def part_head(part: int, stream_header: bytes) -> bytes:
    """The first bytes of a part."""
    return _PART.pack(MAGIC, part, stream_header)


def link(chain: bytes, data: bytes) -> bytes:
    """The next chain value."""
    return hashlib.sha256(chain + data).digest()


def genesis(folder: Path) -> bytes:
    """The first chain value of a sealed folder. Raises SealBroken without its key file."""
    path = folder / WRAPPED_NAME
    if not path.exists():
        raise SealBroken("the sealed folder has no key file")
    return hashlib.sha256(b"courtstream seal 1" + path.read_bytes()).digest()


def part_path(folder: Path, part: int) -> Path:
    """`part-0001.cse` and so on."""
    return folder / f"part-{part:04d}.cse"


def part_numbers(folder: Path) -> list[int]:
    """Numbers of the parts present, in order."""
    return sorted(int(path.stem[5:]) for path in folder.glob("part-[0-9]*.cse"))


def read_head(file: BinaryIO) -> tuple[int, bytes, bytes] | None:
    """Part number, stream header and raw head; None when the head is torn or foreign."""
    raw = file.read(_PART.size)
    if len(raw) < _PART.size:
        return None
    magic, part, stream_header = _PART.unpack(raw)
    return (part, stream_header, raw) if magic == MAGIC else None


def read_frames(file: BinaryIO) -> Iterator[Frame]:
    """Whole frames from the present position; stops before a torn or impossible one."""
    while True:
        offset = file.tell()
        head = file.read(_FRAME.size)
        if len(head) < _FRAME.size:
            return
        kind, start, end, length = _FRAME.unpack(head)
        if kind > max(Kind) or end < start or not OVERHEAD <= length <= MAX_CLEAR + OVERHEAD:
            return
        ciphertext = file.read(length)
        if len(ciphertext) < length:
            return
        yield Frame(Kind(kind), Span(start, end), head, ciphertext, offset)
