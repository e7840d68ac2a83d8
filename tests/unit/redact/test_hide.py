"""Hiding: on a copy, for good, and nowhere else."""

from __future__ import annotations

from math import ceil, floor, nan
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from courtstream.domain.redaction import Box
from media_workers.redact.hide import (
    FAINT,
    GRID,
    NEGATIVE_FROM,
    PICTURE_GRID,
    Patches,
    hide,
    hide_all,
)
from media_workers.runtime.items import Planes, i420_planes
from media_workers.vision import canary
from media_workers.vision.detect import YuNetFinder
from media_workers.vision.track import SHOW

boxes = st.lists(
    st.builds(Box, st.floats(-60, 380), st.floats(-60, 240), st.floats(0, 200), st.floats(0, 200)),
    max_size=5,
)


def noise(width: int = 320, height: int = 180) -> Planes:
    return np.random.default_rng(7).integers(0, 256, (height * 3 // 2, width), dtype=np.uint8)


def outside(shape: tuple[int, int], box: Box, half: int) -> np.ndarray:
    """True where a plane at 1/half size must not have changed: in no pixel of the box."""
    keep = np.ones(shape, bool)
    # whole pixels first: half of the smallest float there is is nothing
    top, left = (max(0, floor(v) // half) for v in (box.y, box.x))
    bottom, right = (max(0, -(-ceil(v) // half)) for v in (box.y + box.h, box.x + box.w))
    keep[top:bottom, left:right] = False
    return keep


def head_shaped(side: int, size: float) -> np.ndarray:
    """True well inside the shape that is hidden in a square box."""
    at = np.abs((np.arange(side) + 0.5) / side * 2 - 1)
    return (at[None, :] ** 2 + at[:, None] ** 2) ** 0.5 < size


@settings(max_examples=60, deadline=None)
@given(hidden=boxes, soft=st.booleans())
@example(hidden=[Box(0.0, 0.0, 3.0, 5e-324)], soft=False)
def test_the_input_is_never_written_and_nothing_changes_outside(
    hidden: list[Box], soft: bool
) -> None:
    original = noise()
    before = original.copy()
    original.setflags(write=False)
    result = hide(original, hidden, soft=soft)
    assert (original == before).all()
    assert result.shape == original.shape and result.dtype == np.uint8
    for old, new, half in zip(i420_planes(before), i420_planes(result), (1, 2, 2), strict=True):
        keep = np.logical_and.reduce(
            [np.ones(old.shape, bool), *(outside(old.shape, box, half) for box in hidden)]
        )
        assert (old[keep] == new[keep]).all()


@pytest.mark.parametrize("soft", [True, False])
@pytest.mark.parametrize("side", [24, 60, 140])
def test_inside_only_a_few_cells_are_left(soft: bool, side: int) -> None:
    """Away from the rim the hidden part is 4 x 4 faint means, in larger boxes their negative."""
    original = noise()
    faint = -FAINT if side >= NEGATIVE_FROM else FAINT
    result = hide(original, [Box(40, 20, side, side)], soft=soft)
    for old, new, half in zip(i420_planes(original), i420_planes(result), (1, 2, 2), strict=True):
        s = side // half
        part = (slice(20 // half, 20 // half + s), slice(40 // half, 40 // half + s))
        cells = cv2.resize(
            np.ascontiguousarray(old[part]), (GRID, GRID), interpolation=cv2.INTER_AREA
        )
        cells = np.rint(cells.mean() + faint * (cells - cells.mean())).astype(np.uint8)
        expected = cv2.resize(cells, (s, s), interpolation=cv2.INTER_NEAREST)
        inner = head_shaped(s, 0.8 if soft else 2.0)
        assert np.abs(new[part].astype(int) - expected)[inner].max() <= 1


@pytest.mark.parametrize("side", [32, 64, 128])
def test_the_cells_grow_with_the_face(side: int) -> None:
    """However large a face is shown, a quarter of its width is one cell."""
    result = i420_planes(hide(noise(), [Box(40, 20, side, side)]))[0]
    middle = result[20 + side // 2 + 2, 40 : 40 + side].astype(int)
    steps = np.flatnonzero(np.diff(middle[side // 5 : -side // 5])) + 1 + side // 5
    assert len(steps) <= 3 and all(abs(at - side / 4 * round(at * 4 / side)) <= 1 for at in steps)


def test_the_walls_behind_the_corners_of_a_box_stay() -> None:
    """Over-masking is a defect too: a head has no corners."""
    original = noise()
    result = hide(original, [Box(40, 20, 80, 100)])
    for old, new, half in zip(i420_planes(original), i420_planes(result), (1, 2, 2), strict=True):
        part = (slice(20 // half, 120 // half), slice(40 // half, 120 // half))
        same = (old[part] == new[part])[: 8 // half, : 6 // half]
        assert same.all()


@pytest.mark.parametrize("columns", [160, 320, 640])
def test_a_finder_does_not_find_a_hidden_face_again(columns: int) -> None:
    """The known portrait of the package, hidden as it is in court, at several closenesses."""
    portrait = cv2.imread(str(Path(canary.__file__).with_name("model") / "canary.jpg"))
    wide = cv2.copyMakeBorder(portrait, 40, 40, 80, 80, cv2.BORDER_REPLICATE)
    shown = cv2.resize(wide[: wide.shape[0] // 4 * 4, : wide.shape[1] // 4 * 4], (480, 360))
    packed = np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2YUV_I420), np.uint8)
    finder = YuNetFinder()
    found = finder.find(packed, columns)
    assert len(found) == 1 and found[0, 4] >= SHOW
    x, y, w, h = (float(v) for v in found[0, :4])
    for more in (0.15, 0.25, 0.5):
        box = Box(x - more * w, y - more * h, w * (1 + 2 * more), h * (1 + 2 * more))
        hidden = hide(packed, [box])
        again = [*finder.find(hidden, columns), *finder.near(hidden, x + w / 2, y + h / 2, w)]
        assert not [row for row in again if row[4] >= SHOW]


def test_two_pictures_with_equal_cells_look_equal_when_hidden() -> None:
    """Irreversible: what differs within a cell leaves no trace."""
    one = noise()
    two = one.copy()
    y = i420_planes(two)[0]
    y[44:48, 44:48] = y[44:48, 44:48][::-1, ::-1]
    box = [Box(40, 40, 40, 40)]
    assert (one != two).any()
    assert (hide(one, box, soft=False) == hide(two, box, soft=False)).all()


def test_overlapping_boxes_do_not_bring_back_what_one_hid() -> None:
    original = noise()
    a, b = Box(40, 40, 60, 60), Box(70, 40, 60, 60)
    result = i420_planes(hide(original, [a, b]))[0].astype(int)
    old = i420_planes(original)[0].astype(int)
    middle = (slice(56, 84), slice(52, 118))
    assert np.corrcoef(result[middle].ravel(), old[middle].ravel())[0, 1] < 0.45
    assert result[middle].std() < old[middle].std() / 2


def test_without_boxes_the_picture_itself_comes_back() -> None:
    original = noise()
    assert hide(original, []) is original


def test_a_box_that_cannot_be_read_hides_everything() -> None:
    original = noise()
    assert (hide(original, [Box(nan, 0, 10, 10)]) == hide_all(original)).all()


def test_a_box_at_the_edge_hides_up_to_the_edge() -> None:
    original = noise()
    result = hide(original, [Box(280, 140, 200, 200)], soft=False)
    y = i420_planes(result)[0]
    assert y[140:, 280:].std() < 25 < i420_planes(original)[0][140:, 280:].std()


@pytest.mark.parametrize("size", [(320, 180), (638, 366), (180, 320), (2, 2)])
def test_the_whole_picture_keeps_only_a_dozen_cells_across(size: tuple[int, int]) -> None:
    original = noise(*size)
    before = original.copy()
    result = hide_all(original)
    assert (original == before).all() and result.shape == original.shape
    y = i420_planes(result)[0].astype(float)
    strengths = np.linalg.svd(y, compute_uv=False)
    # beyond a dozen patterns there is nothing but the rounding to whole numbers
    assert (strengths[PICTURE_GRID:] ** 2).sum() / y.size < 0.2


def test_a_box_that_stays_shows_what_it_showed_until_the_patches_turn_anew() -> None:
    """A patch made anew from every frame would be another sample of the face each time."""
    one, two = noise(), noise()[:, ::-1].copy()
    box, patches = [Box(40, 40, 60, 60)], Patches()
    inner = np.s_[60:80, 60:80]
    first = hide(one, box, patches=patches)
    patches.turn(anew=False)
    second = hide(two, box, patches=patches)
    assert (first[inner] == second[inner]).all()
    patches.turn(anew=True)
    assert (hide(two, box, patches=patches) == hide(two, box)).all()


def test_at_the_rim_less_of_the_picture_is_left_the_nearer_it_is_to_the_middle() -> None:
    """A fading rim, not an edge: from the box's edge inwards what is left never grows."""
    side, lines = 120, np.tile(np.array([16, 235], np.uint8), 160)
    original = noise()
    i420_planes(original)[0][:] = lines
    row = i420_planes(hide(original, [Box(40, 20, side, side)]))[0][20 + side // 2].astype(int)
    left = np.abs(np.diff(row[40 : 40 + side // 2 : 1]))
    contrast = np.maximum(left[:-1:2], left[1::2])
    assert contrast[0] > 100 and contrast[4:].max() <= 1
    assert (np.diff(contrast[:5]) <= 0).all() and len(set(contrast[:4])) >= 3


@pytest.mark.parametrize("box", [Box(41, 21, 33, 37), Box(40, 21, 60, 41), Box(43, 20, 121, 90)])
def test_a_box_on_odd_pixels_hides_its_colour_to_the_rim(box: Box) -> None:
    """Colour has half the pixels: one that a hidden pixel lies in is hidden with it."""
    original = noise()
    lines = np.indices((180, 320)).sum(axis=0) % 2 * 219 + 16
    i420_planes(original)[0][:] = lines
    y, u, v = i420_planes(hide(original, [box]))
    hidden = y != lines
    inner = cv2.erode(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    small = inner[::2, ::2] | inner[1::2, ::2] | inner[::2, 1::2] | inner[1::2, 1::2]
    assert small.any()
    for new, old in zip((u, v), i420_planes(original)[1:], strict=True):
        cells = len(np.unique(new[small]))
        assert cells <= GRID * GRID < len(np.unique(old[small]))
