"""Reads back the clusters that `matroska.py` wrote: packets as they came, tracks as described.

Only for our own records, whose every element has an eight-byte size: exact bytes and times, and
nothing probed or guessed as a demuxer would. Elements and ids: RFC 9559.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from media_workers.outputs.matroska import CODEC_NAMES, SCALE, UNKNOWN_SIZE, VIDEO, Block, Track

_SEGMENT, _TRACKS, _TRACK, _CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675
_TIME, _BLOCK = 0xE7, 0xA3
_OPEN = {_SEGMENT}
"""Elements that are entered and not passed over."""


def read(record: bytes) -> Iterator[Track | Block]:
    """Tracks and blocks of one record's clear bytes, in their order.

    Raises ValueError where the bytes are not ours.
    """
    for number, body in _elements(record):
        if number == _TRACKS:
            yield from (_track(dict(_elements(entry))) for _, entry in _elements(body))
        elif number == _CLUSTER:
            yield from _blocks(body)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        width = 9 - data[at].bit_length()
        number = int.from_bytes(data[at : at + width], "big")
        size = data[at + width : at + width + 8]
        at += width + 8
        if number in _OPEN and size == UNKNOWN_SIZE:
            continue
        if len(size) < 8 or size[0] != 1:
            raise ValueError("an element that was not written here")
        length = int.from_bytes(size, "big") & (1 << 56) - 1
        if at + length > len(data):
            raise ValueError("an element that is cut off")
        yield number, data[at : at + length]
        at += length


def _blocks(cluster: bytes) -> Iterator[Block]:
    base = 0
    for number, body in _elements(cluster):
        if number == _TIME:
            base = int.from_bytes(body, "big")
        elif number == _BLOCK:
            track, offset, flags = struct.unpack(">BhB", body[:4])
            kind = "video" if track & 0x7F == VIDEO else "audio"
            at = (base + offset) * SCALE
            yield Block("video" if kind == "video" else "audio", at, bool(flags & 0x80), body[4:])


def _track(entry: dict[int, bytes]) -> Track:
    name = entry[0x86].decode()
    codec = CODEC_NAMES.get(name, name.split("/", 1)[-1].lower())
    private = entry.get(0x63A2, b"")
    if 0xE0 in entry:
        sides = dict(_elements(entry[0xE0]))
        width, height = (int.from_bytes(sides[n], "big") for n in (0xB0, 0xBA))
        return Track("video", codec, private, width=width, height=height)
    sound = dict(_elements(entry[0xE1]))
    rate = int(struct.unpack(">d", sound[0xB5])[0])
    return Track("audio", codec, private, rate=rate, channels=int.from_bytes(sound[0x9F], "big"))
