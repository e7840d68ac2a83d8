"""Any source's stamps on one clock: distance between tracks kept, jumps mended and counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import MILLISECOND, SECOND
from media_workers.timeline.clock import SourceClock

FRAME = 40 * MILLISECOND


@given(st.integers(-(10**15), 10**15), st.integers(0, 10**12), st.integers(-SECOND, SECOND))
def test_tracks_keep_their_distance_whatever_the_origin(
    origin: int, anchor: int, apart: int
) -> None:
    clock = SourceClock(anchor)
    video = clock.stamp("video", origin + SECOND)
    audio = clock.stamp("audio", origin + SECOND + apart)
    assert video == anchor
    # Nothing lies before the session's first instant; all else keeps its distance.
    assert audio == max(anchor, anchor + apart)


def test_a_jump_goes_on_where_it_was_and_is_counted() -> None:
    clock = SourceClock(0)
    for n in range(10):
        last = clock.stamp("video", n * FRAME)
    after = clock.stamp("video", 3600 * SECOND)
    assert 0 < after - last <= 2 * FRAME
    assert clock.counters.jumps == 1
    assert clock.stamp("video", 3600 * SECOND + FRAME) - after == FRAME


def test_a_step_back_is_a_jump_too() -> None:
    clock = SourceClock(0)
    clock.stamp("video", 100 * SECOND)
    later = clock.stamp("video", 100 * SECOND + FRAME)
    assert clock.stamp("video", 5 * SECOND) > later
    assert clock.counters.jumps == 1


def test_both_tracks_jump_together() -> None:
    clock = SourceClock(0)
    for n in range(5):
        clock.stamp("video", n * FRAME)
        clock.stamp("audio", n * FRAME)
    video = clock.stamp("video", 900 * SECOND)
    audio = clock.stamp("audio", 900 * SECOND)
    assert audio == video
    assert clock.counters.jumps == 1


def test_a_missing_stamp_follows_the_one_before() -> None:
    clock = SourceClock(0)
    first = clock.stamp("audio", 0)
    assert clock.stamp("audio", None, 21 * MILLISECOND) == first + 21 * MILLISECOND
    assert clock.counters.missing == 1


def test_after_a_pause_a_live_source_is_not_late_for_ever() -> None:
    """Eight seconds behind the wall, every chunk would miss its time to air from then on."""
    wall = [0]
    clock = SourceClock(0, lambda: wall[0])
    for n in range(5):
        clock.stamp("video", n * FRAME)
        clock.stamp("audio", n * FRAME)
    wall[0] = 8 * SECOND + 4 * FRAME
    video = clock.stamp("video", 8 * SECOND + 4 * FRAME)
    assert video == wall[0]
    assert clock.stamp("audio", 8 * SECOND + 4 * FRAME) == video
    assert clock.counters.jumps == 1


def test_a_track_that_was_silent_comes_back_at_its_place() -> None:
    clock = SourceClock(0)
    clock.stamp("audio", 0)
    for n in range(300):
        clock.stamp("video", n * FRAME)
    assert clock.stamp("audio", 299 * FRAME) == 299 * FRAME
    assert clock.counters.jumps == 0
