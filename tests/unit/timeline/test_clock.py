"""Any source's stamps on one clock: distance between tracks kept, jumps mended and counted."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import MILLISECOND, SECOND
from media_workers.timeline.clock import PERIODS, SourceClock, anchored

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


@pytest.mark.parametrize("period", PERIODS)
def test_a_counter_that_begins_anew_goes_on_to_the_nanosecond(period: int) -> None:
    clock = SourceClock(0)
    start = period - 10 * FRAME
    for n in range(20):
        at = (start + n * FRAME) % period
        assert abs(clock.stamp("video", at) - n * FRAME) <= MILLISECOND
        assert abs(clock.stamp("audio", (at - FRAME) % period) - max(0, n - 1) * FRAME) <= 1
    assert clock.counters.jumps == 0
    assert clock.counters.wraps == 2, "each track wraps by itself"


@pytest.mark.parametrize("ppm", [-150, -40, 60, 200])
def test_a_clock_that_runs_fast_or_slow_is_followed_before_anything_is_late(ppm: int) -> None:
    """200 ppm is 5.8 seconds in eight hours: more than the shortest delay leaves."""
    wall = [0]
    clock = SourceClock(0, lambda: wall[0])
    worst = 0
    network = random.Random(7)
    last = {"video": -1, "audio": -1}
    for n in range(4 * 3600 * 5):
        captured = n * SECOND // 5
        wall[0] = captured + network.randrange(0, 60) * MILLISECOND
        stamp = captured + captured * ppm // 1_000_000
        times = {track: clock.stamp(track, stamp) for track in ("video", "audio")}
        assert abs(times["video"] - times["audio"]) < MILLISECOND, "the tracks keep their distance"
        assert times["video"] > last["video"], "time does not go back"
        last = times
        worst = max(worst, abs(times["video"] - captured))
    assert worst < 100 * MILLISECOND
    assert clock.counters.jumps == 0
    assert clock.counters.drift != 0


def test_a_network_that_is_slow_for_a_while_moves_nothing() -> None:
    wall = [0]
    clock = SourceClock(0, lambda: wall[0])
    for n in range(5 * 120):
        captured = n * SECOND // 5
        slow = 3 * SECOND if 200 < n < 260 else 0
        wall[0] = max(wall[0], captured + slow)
        t = clock.stamp("video", captured)
    assert abs(t - captured) <= 10 * MILLISECOND


def test_a_backlog_that_is_sent_at_once_is_placed_where_it_was_captured() -> None:
    """After a restart the door sends eight seconds in a moment; they were not captured now."""
    now = 100 * SECOND
    stamps = [50 * SECOND + n * FRAME for n in range(200)]
    burst = [(now + n * MILLISECOND, stamp) for n, stamp in enumerate(stamps)]
    start = anchored(burst)
    assert start is not None
    assert abs(start - (now - 199 * FRAME)) < SECOND // 4
    assert anchored([]) is None
    assert anchored([(now, 3 * SECOND)]) == now
