"""Writes a sealed original so that a kill at any instant costs at most the record being written."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_push as init_push,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_push as push,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_state as new_state,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_FINAL as TAG_FINAL,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as TAG_MESSAGE,
)

from courtstream.domain.errors import SealBroken, SealBusy
from courtstream.domain.time import Span
from courtstream.domain.trial import InterruptionReason
from courtstream.seal.frames import (
    HEAD_BYTES,
    Kind,
    Record,
    associated,
    frame_head,
    genesis,
    link,
    part_head,
    part_numbers,
    part_path,
    read_frames,
    read_head,
)
from courtstream.seal.keys import sync_folder

CHAIN_NAME = "chain.jsonl"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found of the run before: its last part, bytes cut off, records listed again.

    `records`: those listed again; whoever tells others of records has not told of these.
    """

    part: int = 0
    torn_bytes: int = 0
    records: tuple[Record, ...] = ()

    @property
    def relisted(self) -> int:
        """How many records were listed again."""
        return len(self.records)

    @property
    def clean(self) -> bool:
        """Whether the run before had ended in order."""
        return self.torn_bytes == 0 and self.relisted == 0


class SealWriter:
    """One new part of the sealed original in `folder`; `key` is the hearing's own key.

    Only one writer a folder: a second raises SealBusy. The start puts the run before in order and
    says so in `recovered`; a torn record is cut off and stated in the new part.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._lock = _locked(folder)
        try:
            self.recovered, self._chain = recover(folder)
            self.part = max(part_numbers(folder), default=0) + 1
            self._state = new_state()
            head = part_head(self.part, init_push(self._state, key))
            self._file: BinaryIO = part_path(folder, self.part).open("xb")
            self._listing: BinaryIO = (folder / CHAIN_NAME).open("ab")
            _durably(self._file, head)
            self._chain = link(self._chain, head)
            sync_folder(folder)
        except BaseException:
            self._lock.close()
            raise
        self._index = 0
        self._last = 0
        if self.recovered.torn_bytes:
            note = json.dumps({"part": self.recovered.part, "bytes": self.recovered.torn_bytes})
            self._write(note.encode(), Span(0, 0), Kind.TORN)

    @property
    def chain(self) -> str:
        """The chain value after the last record, in hex."""
        return self._chain.hex()

    def write(self, clear: bytes, span: Span) -> Record:
        """Seal `clear`, recorded during `span`. On return it is on disk."""
        return self._write(clear, span, Kind.MEDIA)

    def interruption(self, span: Span, reason: InterruptionReason) -> Record:
        """State that nothing was recorded in `span`, and why."""
        return self._write(b"", span, Kind[reason.value])

    def close(self) -> Record | None:
        """End the part in order; a later cut at its tail will show. None when already closed."""
        if self._file.closed:
            return None
        record = self._write(b"", Span(self._last, self._last), Kind.END, TAG_FINAL)
        for handle in (self._file, self._listing, self._lock):
            handle.close()
        return record

    def _write(self, clear: bytes, span: Span, kind: Kind, tag: int = TAG_MESSAGE) -> Record:
        head = frame_head(kind, span.start, span.end, len(clear))
        self._index += 1
        data = head + push(self._state, clear, associated(self.part, self._index, head), tag)
        _durably(self._file, data)
        self._chain = link(self._chain, data)
        self._last = max(self._last, span.end)
        record = Record(self.part, self._index, kind, span, len(data), self._chain.hex())
        _durably(self._listing, listed(record))
        return record


def listed(record: Record) -> bytes:
    """The record's line in `chain.jsonl`."""
    return json.dumps(row_of(record), separators=(",", ":")).encode() + b"\n"


def row_of(record: Record) -> dict[str, object]:
    """The record as `chain.jsonl` lists it."""
    return {
        "part": record.part,
        "index": record.index,
        "kind": record.kind.name,
        "start_ns": record.span.start,
        "end_ns": record.span.end,
        "bytes": record.bytes,
        "chain": record.chain,
    }


def recover(folder: Path) -> tuple[Recovery, bytes]:
    """Put a folder in order after a crash: cut a torn record, list whole ones that are not.

    Gives what was found and the chain value to go on from. What is listed is checked by sizes and
    numbers only, so that a restart after hours is quick; `verify` reads every byte. Raises
    SealBroken when the listing contradicts the parts: that is no crash, and nothing may be
    written over it.
    """
    rows = _rows(_complete_lines(folder / CHAIN_NAME))
    numbers = part_numbers(folder)
    chain = bytes.fromhex(rows[-1]["chain"]) if rows else genesis(folder)
    last_listed = rows[-1]["part"] if rows else 0
    if last_listed > max(numbers, default=0):
        raise SealBroken("a listed part is missing")
    unlisted: list[Record] = []
    torn = 0
    for number in numbers:
        own = [row for row in rows if row["part"] == number]
        with part_path(folder, number).open("r+b") as file:
            end = HEAD_BYTES + sum(row["bytes"] for row in own) if own else 0
            size = file.seek(0, os.SEEK_END)
            if number >= last_listed:
                file.seek(end)
                chain, end, found = _walk(file, number, len(own), chain)
                unlisted += found
            if end > size or (end < size and number != numbers[-1]):
                raise SealBroken(f"part {number} does not fit chain.jsonl")
            if end < size:
                torn = size - end
                file.truncate(end)
                os.fsync(file.fileno())
    _relist(folder / CHAIN_NAME, unlisted)
    _drop_headless(folder, numbers)
    return Recovery(numbers[-1] if numbers else 0, torn, tuple(unlisted)), chain


def _walk(
    file: BinaryIO, number: int, listed_records: int, chain: bytes
) -> tuple[bytes, int, list[Record]]:
    """Whole frames behind the last listed one: the chain after them, where they end, and they."""
    end = file.tell()
    if end == 0:
        head = read_head(file)
        if head is None:
            return chain, 0, []
        chain, end = link(chain, head[2]), HEAD_BYTES
    found = []
    for index, frame in enumerate(read_frames(file), start=listed_records + 1):
        chain = link(chain, frame.raw)
        found.append(Record(number, index, frame.kind, frame.span, len(frame.raw), chain.hex()))
        end = frame.offset + len(frame.raw)
    return chain, end, found


def _rows(lines: list[bytes]) -> list[dict[str, Any]]:
    """The listing as rows. Raises SealBroken when a line is none or numbers do not run on."""
    rows: list[dict[str, Any]] = []
    part, index = 0, 0
    for line in lines:
        try:
            row = json.loads(line)
            follows = (row["part"], row["index"]) == (part, index + 1)
            if not follows and not (row["part"] > part and row["index"] == 1):
                raise ValueError("numbers do not run on")
            part, index = int(row["part"]), int(row["index"])
            bytes.fromhex(row["chain"])
            int(row["bytes"])
        except (ValueError, KeyError, TypeError) as error:
            raise SealBroken("chain.jsonl cannot be read") from error
        rows.append(row)
    return rows


def _complete_lines(path: Path) -> list[bytes]:
    """Whole lines of the listing; a torn last line is cut off the file."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        with path.open("r+b") as file:
            file.truncate(len(whole))
    return whole.splitlines(keepends=True)


def _relist(path: Path, records: list[Record]) -> None:
    if records:
        with path.open("ab") as file:
            _durably(file, b"".join(listed(record) for record in records))


def _drop_headless(folder: Path, numbers: list[int]) -> None:
    """A part killed before its head was whole holds nothing: its number is used again."""
    if numbers and part_path(folder, numbers[-1]).stat().st_size == 0:
        part_path(folder, numbers[-1]).unlink()


def _durably(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _locked(folder: Path) -> BinaryIO:
    file = (folder / ".lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise SealBusy from error
    return file
