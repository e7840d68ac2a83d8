"""A lie of face analysis takes back all it may have touched, however late it is found out."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from media_workers.graph.picture_line import PictureLine
from media_workers.redact.delay import DelayLine, Shown
from media_workers.runtime.items import FacesAt, Picture

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
