"""Encoded frames as the door's FLV tags (annex E; Enhanced RTMP v2 for VP8 and Opus)."""

from __future__ import annotations

import re

_AUDIO, _VIDEO = 8, 9
_START_CODE = re.compile(rb"\x00\x00\x01")
_IDR, _SPS, _PPS = 5, 7, 8


def tag(kind: int, at: int, payload: bytes) -> bytes:
    """One tag at `at` milliseconds with the size behind it."""
    head = bytes([kind]) + len(payload).to_bytes(3, "big")
    low = (at & 0xFFFFFF).to_bytes(3, "big") + bytes([at >> 24 & 0xFF])
    return head + low + bytes(3) + payload + (len(payload) + 11).to_bytes(4, "big")


def opus_tag(at: int, data: bytes) -> bytes:
    """An Opus packet."""
    return tag(_AUDIO, at, b"\x91Opus" + data)


def vp8_tag(at: int, data: bytes) -> tuple[bytes, bool]:
    """A VP8 frame, and whether it is a key frame (RFC 6386 §9.1)."""
    key = bool(data) and not data[0] & 1
    return tag(_VIDEO, at, (b"\x91" if key else b"\xa1") + b"vp08" + data), key


class H264Tags:
    """Annex B frames with parameter sets in band to AVC tags with setup tags before them."""

    def __init__(self) -> None:
        self._sps = self._pps = b""
        self._told = b""

    def push(self, at: int, data: bytes) -> tuple[bytes, bool]:
        """The tags of one frame, and whether it is a key frame that can be decoded."""
        slices: list[bytes] = []
        key = False
        for unit in units(data):
            kind = unit[0] & 31
            if kind == _SPS:
                self._sps = unit
            elif kind == _PPS:
                self._pps = unit
            elif kind in (1, 2, 3, 4, _IDR):
                slices.append(unit)
                key = key or kind == _IDR
        if not slices or (key and not (self._sps and self._pps)):
            return b"", False
        out = self._setup(at) if key else b""
        body = b"".join(len(unit).to_bytes(4, "big") + unit for unit in slices)
        return out + tag(_VIDEO, at, (b"\x17" if key else b"\x27") + b"\1\0\0\0" + body), key

    def _setup(self, at: int) -> bytes:
        """The AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1), when it has changed."""
        record = b"\1" + self._sps[1:4] + b"\xff\xe1" + len(self._sps).to_bytes(2, "big")
        record += self._sps + b"\1" + len(self._pps).to_bytes(2, "big") + self._pps
        if record == self._told:
            return b""
        self._told = record
        return tag(_VIDEO, at, b"\x17\0\0\0\0" + record)


def units(data: bytes) -> list[bytes]:
    """The NAL units of an Annex B frame."""
    marks = [m.end() for m in _START_CODE.finditer(data)]
    if not marks:
        return []
    ends = [*(m - 3 for m in marks[1:]), len(data)]
    found = [data[a:b].rstrip(b"\0") for a, b in zip(marks, ends, strict=True)]
    return [unit for unit in found if len(unit) > 1]
