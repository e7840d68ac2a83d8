"""A Matroska writer for compressed packets: a head, then clusters that each stand alone.

Written here because evidence needs what a general muxer does not promise: no packet waits inside a
library, a cluster is whole bytes handed over at once, unknown codecs are kept, and a file cut after
any cluster plays. Elements and ids: RFC 9559. Times are in steps of `SCALE` ns.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from courtstream.domain.time import MediaTime

SCALE = 100_000
"""Nanoseconds a tick: 0.1 ms; a block's 16 bits then reach 3.27 s from its cluster's time."""

REACH = 32_000 * SCALE
"""How far a block may lie from its cluster's time."""

VIDEO, AUDIO = 1, 2
"""Numbers of the two tracks."""

UNKNOWN_SIZE = b"\x01\xff\xff\xff\xff\xff\xff\xff"

_CODECS = {
    "h264": "V_MPEG4/ISO/AVC",
    "hevc": "V_MPEGH/ISO/HEVC",
    "av1": "V_AV1",
    "vp8": "V_VP8",
    "vp9": "V_VP9",
    "mpeg4": "V_MPEG4/ISO/ASP",
    "mpeg2video": "V_MPEG2",
    "mjpeg": "V_MJPEG",
    "aac": "A_AAC",
    "mp3": "A_MPEG/L3",
    "mp2": "A_MPEG/L2",
    "ac3": "A_AC3",
    "opus": "A_OPUS",
    "flac": "A_FLAC",
    "pcm_s16le": "A_PCM/INT/LIT",
    "pcm_s16be": "A_PCM/INT/BIG",
}
CODEC_NAMES = {name: codec for codec, name in _CODECS.items()}
"""libav's name of each codec id."""


@dataclass(frozen=True, slots=True)
class Track:
    """A track: codec by its libav name, private data; pixels or samples a second and channels."""

    kind: Literal["video", "audio"]
    codec: str
    extradata: bytes
    width: int = 0
    height: int = 0
    rate: int = 0
    channels: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A packet in a cluster; `t` is its presentation time in ns."""

    kind: Literal["video", "audio"]
    t: MediaTime
    key: bool
    data: bytes


def head(tracks: Sequence[Track]) -> bytes:
    """Everything before the first cluster; the segment's size is left open."""
    ebml = (
        _uint(0x4286, 1) + _uint(0x42F7, 1) + _uint(0x42F2, 4) + _uint(0x42F3, 8)
        + _text(0x4282, "matroska") + _uint(0x4287, 4) + _uint(0x4285, 2)
    )  # fmt: skip
    info = _uint(0x2AD7B1, SCALE) + _text(0x4D80, "courtstream") + _text(0x5741, "courtstream")
    entries = b"".join(_element(0xAE, _track(track)) for track in tracks)
    return (
        _element(0x1A45DFA3, ebml)
        + _id(0x18538067)
        + UNKNOWN_SIZE
        + _element(0x1549A966, info)
        + _element(0x1654AE6B, entries)
    )


def cluster(at: MediaTime, blocks: Sequence[Block]) -> bytes:
    """A whole cluster. Every block lies within `REACH` of `at`, else ValueError."""
    base = max(0, at) // SCALE
    body = b"".join(_block(base, block) for block in blocks)
    return _element(0x1F43B675, _uint(0xE7, base) + body)


def _block(base: int, block: Block) -> bytes:
    number = VIDEO if block.kind == "video" else AUDIO
    offset = (block.t + SCALE // 2) // SCALE - base
    if not -32_768 <= offset <= 32_767:
        raise ValueError("a block lies too far from its cluster")
    flags = 0x80 if block.key or block.kind == "audio" else 0
    return _element(0xA3, struct.pack(">BhB", 0x80 | number, offset, flags) + block.data)


def _track(track: Track) -> bytes:
    number = VIDEO if track.kind == "video" else AUDIO
    letter = "V" if track.kind == "video" else "A"
    codec = _CODECS.get(track.codec, f"{letter}_X/{track.codec.upper()}")
    body = _uint(0xD7, number) + _uint(0x73C5, number) + _uint(0x83, number) + _uint(0x9C, 0)
    body += _text(0x86, codec)
    if track.extradata:
        body += _element(0x63A2, track.extradata)
    if track.kind == "video":
        return body + _element(0xE0, _uint(0xB0, track.width) + _uint(0xBA, track.height))
    sound = _element(0xB5, struct.pack(">d", float(track.rate))) + _uint(0x9F, track.channels)
    if track.codec.startswith("pcm_s16"):
        sound += _uint(0x6264, 16)
    return body + _element(0xE1, sound)


def _element(number: int, body: bytes) -> bytes:
    return _id(number) + struct.pack(">Q", len(body) | 1 << 56) + body


def _id(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _uint(number: int, value: int) -> bytes:
    return _element(number, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def _text(number: int, value: str) -> bytes:
    return _element(number, value.encode())
