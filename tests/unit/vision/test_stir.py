"""Only what changed is looked at again, and nothing that changes is left out for long."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.time import SECOND
from media_workers.runtime.items import Picture
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.stir import Memory, Stirs, small
from media_workers.vision.track import Seen

from .scripted import Row, Scripted, covers, time_of

WIDTH, HEIGHT = 1280, 720
SITS: Row = (200.0, 200.0, 40.0, 50.0, 0.9)


def picture(index: int, *patches: tuple[int, int, int, int, int]) -> Picture:
    """A grey picture with evenly grey patches: left, top, width, height, luma."""
    i420 = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    for left, top, width, height, luma in patches:
        i420[top : top + height, left : left + width] = luma
    i420[HEIGHT, :4] = np.frombuffer(index.to_bytes(4, "big"), np.uint8)
    return Picture(time_of(index), i420, index)


def stirs(before: Picture, after: Picture, *hidden: Seen) -> Stirs:
    last, wide = Memory(), Memory()
    last.remember(small(before))
    wide.remember(small(before))
    return Stirs(last, wide, after, hidden)


@settings(max_examples=50, deadline=None)
@given(left=st.integers(0, WIDTH - 40), top=st.integers(0, HEIGHT - 40), side=st.integers(24, 40))
def test_the_part_holds_all_that_changed(left: int, top: int, side: int) -> None:
    part = stirs(picture(0), picture(1, (left, top, side, side, 220))).part([], wide=False)
    assert part is not None
    assert part.left <= max(0, left) and part.top <= max(0, top)
    assert part.right >= left + side and part.bottom >= top + side


def test_nothing_changed_is_no_part_and_so_is_nearly_everything() -> None:
    assert stirs(picture(0), picture(1)).part([], wide=True) is None
    everywhere = picture(1, (0, 0, WIDTH, HEIGHT, 90))
    assert stirs(picture(0), everywhere).part([], wide=False) is None


def test_a_face_that_something_changed_around_lies_in_the_part() -> None:
    face = Seen(0, 600.0, 300.0, 80.0, 100.0, 0.9)
    beside = picture(1, (650, 290, 40, 40, 220))
    part = stirs(picture(0), beside, face).part([face], wide=False)
    assert part is not None and part.left <= 560 and part.top <= 250 and part.bottom >= 350
    far = Seen(0, 100.0, 100.0, 80.0, 100.0, 0.9)
    part = stirs(picture(0), beside, far).part([far], wide=False)
    assert part is not None and part.left > 300


def test_what_changes_slowly_adds_up_until_it_counts() -> None:
    last, wide = Memory(), Memory()
    last.remember(small(picture(0)))
    wide.remember(small(picture(0)))
    for step in range(1, 9):
        now = picture(step, (900, 500, 60, 60, 128 + 2 * step), (100, 100, 40, 40, 30 * step))
        there = Stirs(last, wide, now, [])
        part = there.part([], wide=False)
        assert part is not None
        if part.right > 900:
            return
        there.remember(part, wide=False)
    raise AssertionError("a patch that grew lighter by 16 levels was never looked at")


def test_between_looks_at_all_only_what_moves_is_looked_at_and_who_comes_there_is_found() -> None:
    """Somebody walks in from the left, far from one who sits still."""

    def walker(index: int) -> Row:
        return (300.0 + 6 * (index - 40), 420.0, 60.0, 76.0, 0.9)

    finder = Scripted(lambda i: [SITS, walker(i)] if i >= 40 else [SITS])
    analyser, answers = FaceAnalyser(finder), []
    for index in range(120):
        patches = [(int(walker(index)[0]) - 20, 400, 100, 250, 60)] if index >= 40 else []
        answers += analyser.push(picture(index, *patches))
    answers += analyser.flush()
    parts = [part for part in finder.parts if part is not None]
    assert len(parts) >= 5
    assert all(covers(answer, SITS) for answer in answers)
    assert all(covers(answer, walker(answer.index)) for answer in answers[40:])
    whole = [
        time_of(look)
        for (look, _), part in zip(finder.looks, finder.parts, strict=True)
        if part is None
    ]
    assert max(b - a for a, b in pairwise(whole)) <= SECOND + SECOND // 5
