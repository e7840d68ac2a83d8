"""Damaged media where it first meets our code: an error that is caught; never a crash."""

from __future__ import annotations

import random
import socket
import threading
from pathlib import Path

import pytest

from courtstream.control.rtmp.flv import file_header
from courtstream.domain.errors import BrokenStream
from media_workers.outputs.matroska import Block, Track, cluster, head
from media_workers.outputs.matroska_read import read
from media_workers.runtime.items import SourcePacket
from media_workers.sources.container import ContainerSource
from media_workers.sources.tags import TagSource
from media_workers.timeline.decode import AudioDecoder, VideoDecoder
from tests.fuzz.growth import ALLOWED, damaged, growth
from tests.support.feeding import tags_of
from tests.support.rig import SHORT

TAGS = [tag for _, tag in zip(range(90), tags_of(SHORT), strict=False)]
STREAM = file_header() + b"".join(tag.encoded() for tag in TAGS)


def through_a_socket(data: bytes) -> int:
    """Packets that a worker's source makes of a door's stream."""
    ours, theirs = socket.socketpair()

    def send() -> None:
        try:
            theirs.sendall(data)
        except OSError:
            pass
        finally:
            theirs.close()

    sender = threading.Thread(target=send)
    sender.start()
    count = 0
    try:
        source = TagSource(ours)
        count = sum(1 for _ in source.packets())
        source.close()
    except BrokenStream:
        ours.close()
    sender.join(10)
    return count


def test_the_stream_itself_is_read() -> None:
    assert through_a_socket(STREAM) > 80


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_stream_ends_or_goes_on(seed: int) -> None:
    through_a_socket(damaged(STREAM, random.Random(seed)))


def test_damaged_streams_leave_nothing_behind() -> None:
    small = STREAM[:60_000]
    assert growth(lambda chance: through_a_socket(damaged(small, chance)) and None, 25) < ALLOWED


@pytest.mark.parametrize("seed", range(8))
def test_decoders_count_what_they_cannot_read(seed: int) -> None:
    chance = random.Random(seed)
    video, audio = VideoDecoder("h264", b""), AudioDecoder("aac", b"\x12\x10", 44_100, 2)
    for n in range(60):
        t = n * 40_000_000
        data = chance.randbytes(chance.randrange(1, 2000))
        list(video.push(SourcePacket("video", t, t, 0, n % 9 == 0, b"\0\0\0\1" + data)))
        list(audio.push(SourcePacket("audio", t, t, 0, True, data)))
    assert video.broken + audio.broken > 0


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_is_broken_or_read(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "damaged.mp4"
    file.write_bytes(damaged(SHORT.read_bytes()[:400_000], random.Random(seed)))
    try:
        source = ContainerSource.from_file(file)
        sum(1 for _ in source.packets())
        source.close()
    except BrokenStream:
        return


def test_damaged_records_are_errors_or_read() -> None:
    record = head([Track("video", "h264", b"x", width=16, height=16)]) + cluster(
        0, [Block("video", 40_000_000 * n, n == 0, bytes(50)) for n in range(10)]
    )

    def feed(chance: random.Random) -> None:
        try:
            list(read(damaged(record, chance)))
        except (ValueError, KeyError):
            return

    assert growth(feed, 500) < ALLOWED
