"""The door's stream: tracks come before packets, changes stand between them, damage ends it."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.control.rtmp.flv import file_header, media_tag
from courtstream.domain.errors import BrokenStream
from courtstream.domain.time import SECOND
from media_workers.sources.base import AudioTrack, RawPacket, VideoTrack
from media_workers.sources.tags import TagSource
from tests.support.media import stream

AUDIO, VIDEO = 8, 9


@contextmanager
def reading(data: bytes, *, close: bool = True) -> Iterator[TagSource]:
    ours, theirs = socket.socketpair()

    def send() -> None:
        theirs.sendall(data)
        if close:
            theirs.close()

    threading.Thread(target=send, daemon=True).start()
    source = TagSource(ours)
    yield source
    source.close()
    theirs.close()


def h264(start_ms: int, size: tuple[int, int], seconds: int = 1, b_frames: int = 0) -> list[bytes]:
    video, _, packets = stream(seconds, size, sound=False, b_frames=b_frames)
    setup = media_tag(VIDEO, start_ms, b"\x17\0\0\0\0" + video.extradata)
    assert setup is not None
    tags = [setup.encoded()]
    for packet in packets:
        at = start_ms + packet.dts // 1_000_000
        offset = ((packet.pts - packet.dts) // 1_000_000).to_bytes(3, "big", signed=True)
        head = bytes([0x17 if packet.key else 0x27, 1]) + offset
        tag = media_tag(VIDEO, at, head + packet.data)
        assert tag is not None
        tags.append(tag.encoded())
    return tags


def opus(start_ms: int, count: int) -> list[bytes]:
    tags = [media_tag(AUDIO, start_ms + 20 * n, b"\x91Opus\xfc\xff\xfe") for n in range(count)]
    return [t.encoded() for t in tags if t is not None]


def vp8(start_ms: int) -> list[bytes]:
    file = io.BytesIO()
    with av.open(file, "w", format="ivf") as out:
        track: Any = out.add_stream("libvpx", rate=25)
        track.width, track.height, track.pix_fmt = 160, 120, "yuv420p"
        frame = av.VideoFrame(160, 120, "yuv420p")
        for n in range(8):
            frame.pts = n
            out.mux(track.encode(frame))
        out.mux(track.encode(None))
    file.seek(0)
    tags = []
    with av.open(file) as read:
        for n, packet in enumerate(p for p in read.demux() if p.size):
            head = b"\x91vp08" if packet.is_keyframe else b"\xa1vp08"
            tag = media_tag(VIDEO, start_ms + 40 * n, head + bytes(packet), inside=True)
            assert tag is not None
            tags.append(tag.encoded())
    return tags


def merged(*tracks: list[bytes]) -> bytes:
    def when(tag: bytes) -> int:
        return int.from_bytes(tag[4:7], "big") | tag[7] << 24

    return file_header() + b"".join(sorted((t for track in tracks for t in track), key=when))


def test_tracks_are_known_before_the_first_packet() -> None:
    with reading(merged(h264(0, (160, 120)), opus(0, 50))) as source:
        assert source.video is not None and source.audio is not None
        assert (source.video.codec, source.video.width, source.video.fps) == ("h264", 160, 25.0)
        assert (source.audio.codec, source.audio.rate) == ("opus", 48_000)
        packets = [p for p in source.packets() if isinstance(p, RawPacket)]
    assert sum(p.kind == "video" for p in packets) == 25
    assert sum(p.kind == "audio" for p in packets) == 50


def test_b_frames_keep_their_order_and_their_time() -> None:
    with reading(merged(h264(0, (160, 120), b_frames=2), opus(0, 50))) as source:
        packets = [p for p in source.packets() if isinstance(p, RawPacket) and p.kind == "video"]
    assert [p.dts for p in packets] == sorted(p.dts or 0 for p in packets)
    assert [p.pts for p in packets] != sorted(p.pts or 0 for p in packets)


def test_vp8_from_a_browser() -> None:
    with reading(merged(vp8(0), opus(0, 20))) as source:
        assert source.video is not None
        assert (source.video.codec, source.video.width, source.video.height) == ("vp8", 160, 120)
        assert sum(isinstance(p, RawPacket) for p in source.packets()) == 28


def test_another_picture_size_in_the_middle_is_stated_before_its_first_packet() -> None:
    both = merged(h264(0, (160, 120)), h264(1000, (320, 240)), opus(0, 100))
    with reading(both) as source:
        assert source.video is not None and source.video.width == 160
        items = [i for i in source.packets() if not isinstance(i, AudioTrack)]
    at = next(n for n, item in enumerate(items) if isinstance(item, VideoTrack))
    changed = items[at]
    assert isinstance(changed, VideoTrack) and changed.width == 320
    after = next(i for i in items[at:] if isinstance(i, RawPacket) and i.kind == "video")
    assert after.key and after.dts == SECOND


def test_sound_that_begins_late_is_a_track_of_its_own() -> None:
    with reading(merged(h264(0, (160, 120), 4), opus(3000, 50))) as source:
        assert source.audio is None, "patience is shorter than that"
        items = list(source.packets())
    late = next(n for n, item in enumerate(items) if isinstance(item, AudioTrack))
    sounds = [n for n, i in enumerate(items) if isinstance(i, RawPacket) and i.kind == "audio"]
    assert late < sounds[0]
    assert len(sounds) == 50


def test_a_waiting_reader_comes_back_when_another_thread_asks() -> None:
    data = merged(h264(0, (160, 120)), opus(0, 50))
    with reading(data, close=False) as source:
        read: list[object] = []
        reader = threading.Thread(target=lambda: read.extend(source.packets()), daemon=True)
        reader.start()
        reader.join(0.3)
        assert reader.is_alive(), "the publisher is silent, not gone"
        source.unblock()
        reader.join(20)
        assert not reader.is_alive()
    assert len(read) == 75


GOOD = merged(h264(0, (160, 120)), opus(0, 50))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(13, len(GOOD) - 1), st.integers(0, 255)), max_size=40))
def test_damage_ends_the_session_in_order_or_is_passed_over(damage: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, value in damage:
        data[at] = value
    try:
        with reading(bytes(data)) as source:
            for item in source.packets():
                assert not isinstance(item, RawPacket) or item.kind in ("audio", "video")
    except BrokenStream:
        pass


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\n\r\n", file_header(), b"FLV\x01"])
def test_what_is_no_stream_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BrokenStream), reading(data):
        pass
