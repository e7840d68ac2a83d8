"""Boxes hold still where they can, and always cover what must be hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.redaction import Box
from media_workers.vision.steady import LOOSE, Steady

walks = st.lists(
    st.builds(Box, st.floats(0, 300), st.floats(0, 200), st.floats(12, 80), st.floats(12, 80)),
    min_size=1,
    max_size=30,
)


def covers(a: Box, b: Box) -> bool:
    return a.x <= b.x and a.y <= b.y and a.x + a.w >= b.x + b.w and a.y + a.h >= b.y + b.h


@given(walks)
def test_whatever_is_needed_is_covered_and_not_by_much_more(needed: list[Box]) -> None:
    steady = Steady()
    for n, box in enumerate(needed):
        held = steady.hold(1, box, needed[n + 1 :])
        assert covers(held, box)
        # two pixels on each side for the grid
        assert held.w * held.h <= max(LOOSE) * (box.w + 4) * (box.h + 4)


def test_who_moves_a_little_keeps_the_box_and_who_leaves_it_gets_another() -> None:
    steady = Steady()
    first = steady.hold(1, Box(100.5, 100.5, 97, 97), [])
    assert steady.hold(1, Box(101, 100.2, 97, 97), []) == first
    moved = steady.hold(1, Box(110, 100, 97, 97), [])
    assert moved != first and covers(moved, Box(110, 100, 97, 97))


def test_a_box_is_made_for_the_next_frames_too() -> None:
    coming = [Box(100 + n, 100, 100, 100) for n in range(1, 30)]
    held = Steady().hold(1, Box(100, 100, 100, 100), coming)
    assert covers(held, coming[7]) and not covers(held, coming[20])


def test_a_track_that_is_gone_is_forgotten() -> None:
    steady = Steady()
    large = steady.hold(1, Box(100, 100, 110, 110), [])
    steady.keep([])
    assert steady.hold(1, Box(104, 104, 100, 100), []) != large
