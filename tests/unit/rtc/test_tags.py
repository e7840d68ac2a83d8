"""Frames of WebRTC as the door's tags, read back as the worker reads them."""

from __future__ import annotations

from courtstream.control.rtmp.flv import Part, media_tag
from media_workers.rtc.tags import H264Tags, opus_tag, units, vp8_tag

SPS = bytes.fromhex("6742c01f")
PPS = bytes.fromhex("68ce3c80")
IDR = b"\x65" + b"\x11" * 40
SLICE = b"\x41" + b"\x22" * 20
START = b"\0\0\0\1"


def annex_b(*parts: bytes) -> bytes:
    return b"".join(START + part for part in parts)


def split(data: bytes) -> list[tuple[int, int, bytes]]:
    found = []
    while data:
        size = int.from_bytes(data[1:4], "big")
        at = int.from_bytes(data[4:7], "big") | data[7] << 24
        found.append((data[0], at, data[11 : 11 + size]))
        assert int.from_bytes(data[11 + size : 15 + size], "big") == size + 11
        data = data[15 + size :]
    return found


def test_units_have_neither_start_codes_nor_their_zeros() -> None:
    assert units(annex_b(SPS, PPS, IDR)) == [SPS, PPS, IDR]
    assert units(b"\0\0\1" + SLICE) == [SLICE]
    assert units(b"no start code") == []


def test_a_key_frame_brings_its_setup_once_and_again_when_it_changes() -> None:
    tags = H264Tags()
    first, key = tags.push(40, annex_b(SPS, PPS, IDR))
    assert key
    setup, frame = split(first)
    assert setup[2][:5] == b"\x17\0\0\0\0" and SPS in setup[2] and PPS in setup[2]
    assert frame[1] == 40 and frame[2][:5] == b"\x17\1\0\0\0"
    again, _ = tags.push(1040, annex_b(SPS, PPS, IDR))
    assert len(split(again)) == 1
    changed, _ = tags.push(2040, annex_b(SPS + b"\1", PPS, IDR))
    assert len(split(changed)) == 2


def test_a_key_frame_without_parameters_is_no_beginning() -> None:
    assert H264Tags().push(0, annex_b(IDR)) == (b"", False)


def test_the_door_takes_them() -> None:
    opus = split(opus_tag(20, b"\xfc123"))[0]
    key = split(vp8_tag(20, b"\x10rest")[0])[0]
    inter = split(vp8_tag(20, b"\x11rest")[0])[0]
    h264 = split(H264Tags().push(0, annex_b(SPS, PPS, IDR))[0])
    parts = []
    for kind, at, payload in (opus, key, inter, *h264):
        tag = media_tag(kind, at, payload, inside=True)
        assert tag is not None
        parts.append(tag.part)
    assert parts == [Part.SOUND, Part.KEY, Part.FRAME, Part.VIDEO_SETUP, Part.KEY]
