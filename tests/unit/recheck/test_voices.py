"""Sound of the original is put down to the sample, whatever its container rounds."""

from __future__ import annotations

from itertools import pairwise

from courtstream.domain.time import MILLISECOND, SECOND
from media_workers.recheck.voices import SampleClock

FRAME, RATE = 1024, 48_000


def test_times_in_whole_milliseconds_leave_no_gap_and_no_overlap() -> None:
    clock = SampleClock(RATE)
    said = [(3 * SECOND + n * FRAME * SECOND // RATE) for n in range(3000)]
    rounded = [round(t / MILLISECOND) * MILLISECOND for t in said]
    samples = [round(clock.place(t, FRAME) * RATE / SECOND) for t in rounded]
    assert {b - a for a, b in pairwise(samples)} == {FRAME}


def test_what_was_lost_stays_a_gap() -> None:
    clock = SampleClock(RATE)
    assert clock.place(0, FRAME) == 0
    assert clock.place(2 * SECOND, FRAME) == 2 * SECOND
    assert clock.place(2 * SECOND + 21 * MILLISECOND, FRAME) == 2 * SECOND + FRAME * SECOND // RATE
