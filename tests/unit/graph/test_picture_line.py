"""A lie of face analysis takes back all it may have touched, however late it is found out."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from media_workers.graph.picture_line import PictureLine
from media_workers.outputs.encode import VideoEncoder
from media_workers.redact.delay import DelayLine, Shown
from media_workers.runtime.items import EncodedPacket, FacesAt, Picture, SourcePacket
from media_workers.sources.base import VideoTrack

FRAME = SECOND // 5
LIE_AT = 8 * SECOND


class FoundOut:
    """Answers at once; at LIE_AT the check fails."""

    def push(self, item: Picture) -> Iterator[FacesAt]:
        if item.t >= LIE_AT:
            raise LyingAnalysis("test")
        yield FacesAt(item.t, item.index, ())

    def flush(self) -> Iterator[FacesAt]:
        return iter(())


def pictures(delay: DelayLine) -> list[Shown]:
    return [s for n in range(12) for s in delay.take(Span(n * SECOND, (n + 1) * SECOND)).pictures]


def test_all_since_the_check_before_last_is_taken_back() -> None:
    delay = DelayLine()
    line = PictureLine(delay, FoundOut, fast=False, preset="ultrafast")
    for n in range(12 * 5):
        line._take(Picture(n * FRAME, np.full((96, 64), 128, np.uint8), n))
        if n * FRAME < LIE_AT:
            deadline = time.monotonic() + 5
            while not line._results and time.monotonic() < deadline:
                time.sleep(0.001)
            line._drain()
    deadline = time.monotonic() + 5
    while not line.faces.failures and time.monotonic() < deadline:
        time.sleep(0.01)
    line._drain()
    shown = pictures(delay)
    # The pictures went on for four seconds after the one that was found out.
    assert all(s.whole is not None for s in shown if s.packet.t >= LIE_AT - 4 * SECOND)
    assert all(s.whole is None for s in shown if s.packet.t < LIE_AT - 5 * SECOND)
    assert {s.whole for s in shown} == {None, Reason.ANALYSIS_LYING, Reason.ANALYSIS_DEAD}


class Content:
    """Answers at once that there is nobody."""

    def push(self, item: Picture) -> Iterator[FacesAt]:
        yield FacesAt(item.t, item.index, ())

    def flush(self) -> Iterator[FacesAt]:
        return iter(())


def film(first: int, count: int, height: int) -> list[SourcePacket]:
    """Pictures `first`, `first + 1` … as packets, ten a second."""
    encoder = VideoEncoder(64, height, 10, "ultrafast")
    step, made = SECOND // 10, list[EncodedPacket]()
    for n in range(first, first + count):
        grey = np.full((height * 3 // 2, 64), 100 + n, np.uint8)
        made.extend(encoder.push(n * step, grey, key=n == first))
    made.extend(encoder.flush())
    return [SourcePacket("video", p.t, p.t, step, p.key, p.data) for p in made]


def test_a_change_of_track_and_a_silence_in_the_middle_of_a_batch_lose_no_picture() -> None:
    delay = DelayLine()
    line = PictureLine(delay, Content, fast=False, preset="ultrafast")
    line.start()
    for first, count, height in ((0, 5, 96), (5, 4, 64)):
        line.edge.put(VideoTrack("h264", b"", 64, height, 10.0))
        for packet in film(first, count, height):
            line.edge.put(packet)
    line.pause()
    deadline = time.monotonic() + 10
    while delay.picture_upto < SECOND * 8 // 10 and time.monotonic() < deadline:
        time.sleep(0.01)
    line.end()
    assert line.finished.wait(30)
    found = pictures(delay)
    assert [round(s.packet.t * 10 / SECOND) for s in found] == list(range(9))
    assert all(s.whole is None for s in found)


def test_a_picture_that_comes_twice_is_shown_once() -> None:
    """What two runs recorded of one packet has times a hair apart; read back, both come."""
    delay = DelayLine()
    line = PictureLine(delay, Content, fast=True, preset="ultrafast")
    grey = np.full((96, 64), 128, np.uint8)
    for n in range(12):
        for apart in (0, 5_000, 3_000_000):
            line._take(Picture(n * FRAME + apart, grey, 3 * n))
    line._end()
    assert [s.packet.t for s in pictures(delay)] == [n * FRAME for n in range(12)]


def test_pictures_that_all_have_one_time_do_not_pile_up() -> None:
    """A broken camera's stamps may stand still for hours."""
    line = PictureLine(DelayLine(), Content, fast=False, preset="ultrafast")
    large = np.zeros((1080 * 3 // 2, 1920), np.uint8)
    while not line._batch_is_full():
        line._fresh.append(Picture(0, large, len(line._fresh)))
    assert 1 < len(line._fresh) < 50
