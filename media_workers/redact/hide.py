"""Hiding parts of a picture for good, on a copy of its planes.

A box is averaged down to GRID x GRID faint cells and drawn back: what the cells held is gone, and
because the grid is fixed the cells grow with the face. Decoder frames are shared references,
so nothing here writes into its input unless it is told that it may.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor, isfinite
from typing import NamedTuple

import cv2
import numpy as np

from courtstream.domain.redaction import Box
from media_workers.runtime.items import Planes, i420_planes

GRID = 4
"""Cells along each side of a hidden box. Ten or more would still identify a face."""

FAINT = 0.2
"""How much is left of a cell's difference from the box's mean."""

NEGATIVE_FROM = 40
"""Boxes at least this many pixels wide show their cells as a faint negative: dark comes out light,
so nothing of a face's pattern is left, and a detector seldom takes the outline of a head with a
smooth inside for a face. In smaller ones the negative would reach beyond the head into the picture
around it. In 1,974 looks at hidden faces of ten clips the detector fired 7 times at its threshold:
at outlines of heads, with nothing of the person inside."""

PICTURE_GRID = 12
"""Cells across the whole picture when all of it is hidden."""

_RIM = 0.06
_ROUND = 2.5
"""Between an ellipse (2) and a rectangle: heads have no corners, and walls need no hiding."""
_UNIT = 128
_EXACT, _COARSE = 48, 8
_ALL = 255


class _Soft(NamedTuple):
    """What Y is kept between, and where in U and V the cells are shown."""

    low: Planes
    high: Planes
    colour: Planes


class _Patch(NamedTuple):
    """What to show of one box: where in Y, U and V, what there, and the limits of a soft one.

    `size`: of the Y plane this was made for.
    """

    size: tuple[int, ...]
    places: tuple[tuple[slice, slice], ...]
    cells: list[Planes]
    soft: _Soft | None


class Patches:
    """What hidden boxes show, kept from frame to frame while a box stays where it is.

    A patch that holds still tells less than one made anew from every frame, and costs an encoder
    nothing.
    """

    def __init__(self) -> None:
        self._before: dict[tuple[Box, bool], _Patch | None] = {}
        self._now: dict[tuple[Box, bool], _Patch | None] = {}

    def turn(self, *, anew: bool) -> None:
        """The next frame begins; `anew`: with nothing kept."""
        self._before, self._now = {} if anew else self._now, {}

    def of(self, box: Box, soft: bool, planes: Sequence[Planes]) -> _Patch | None:
        """What to show of the box; None where it lies outside the picture."""
        key = (box, soft)
        kept = self._before.get(key)
        if kept is None or kept.size != planes[0].shape:
            kept = _patch(planes, box, soft)
        self._now[key] = kept
        return kept


def hide(
    i420: Planes,
    boxes: Sequence[Box],
    soft: bool = True,
    patches: Patches | None = None,
    *,
    own: bool = False,
) -> Planes:
    """A copy of the packed I420 picture (h * 3 // 2, w) with every box hidden.

    `own`: nobody reads the picture any more, so that it may be written itself.

    Pixels outside the boxes, rounded outwards, stay as they were. `soft` hides
    the rounded shape of a head with a fading rim; otherwise the whole rectangle goes. Without
    boxes the input itself comes back. A box that is not finite hides everything: fail closed.
    `patches`: what the frame before showed, for boxes that did not move.
    """
    if not boxes:
        return i420
    if not all(isfinite(box.x + box.y + box.w + box.h) for box in boxes):
        return hide_all(i420)
    hidden = i420 if own else i420.copy()
    planes = i420_planes(hidden)
    patches = patches or Patches()
    for box in boxes:
        _hide_one(planes, box, soft, patches)
    return hidden


def hide_all(i420: Planes) -> Planes:
    """A new picture in which only PICTURE_GRID soft cells across are left of the old one."""
    hidden = np.empty_like(i420)
    for source, target in zip(i420_planes(i420), i420_planes(hidden), strict=True):
        h, w = source.shape
        cells = (min(PICTURE_GRID, w), max(1, min(PICTURE_GRID, h, round(PICTURE_GRID * h / w))))
        small = cv2.resize(source, cells, interpolation=cv2.INTER_AREA)
        target[:] = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
    return hidden


def _hide_one(planes: Sequence[Planes], box: Box, soft: bool, patches: Patches) -> None:
    """Hide the part of `box` that lies in the picture, in place."""
    patch = patches.of(box, soft, planes)
    if patch is None:
        return
    parts = [plane[place] for plane, place in zip(planes, patch.places, strict=True)]
    limits = patch.soft
    if limits is None:
        for part, cells in zip(parts, patch.cells, strict=True):
            part[:] = cells
        return
    # two limits that a pixel is kept between are bytes; shares of old and new would be floats, and
    # after an encoded picture nothing of either is in the processor's caches any more
    cv2.max(parts[0], limits.low, dst=parts[0])
    cv2.min(parts[0], limits.high, dst=parts[0])
    # in colour, at half the size, nobody sees so narrow a rim
    for part, cells in zip(parts[1:], patch.cells[1:], strict=True):
        cv2.copyTo(cells, limits.colour, part)


def _patch(planes: Sequence[Planes], box: Box, soft: bool) -> _Patch | None:
    """What to show of a box in this picture; None where it lies outside."""
    height, width = planes[0].shape
    whole = _Edges(floor(box.y), ceil(box.y + box.h), floor(box.x), ceil(box.x + box.w))
    half = whole.halved()
    seen = whole.within(height, width)
    if seen.top >= seen.bottom or seen.left >= seen.right:
        return None
    places = (seen.there(), *[half.within(*planes[1].shape).there()] * 2)
    faint = -FAINT if whole.right - whole.left >= NEGATIVE_FROM else FAINT
    cells = [_cells(plane[place], faint) for plane, place in zip(planes, places, strict=True)]
    if not soft:
        return _Patch((height, width), places, cells, None)
    room = _room(*whole.sides())[whole.inside(seen)]
    colour = _colour(*half.sides())[half.inside(half.within(*planes[1].shape))]
    low, high = cv2.subtract(cells[0], room), cv2.add(cells[0], room)
    limits = _Soft(np.asarray(low, np.uint8), np.asarray(high, np.uint8), colour)
    return _Patch((height, width), places, cells, limits)


class _Edges(NamedTuple):
    """A rectangle of a plane, in whole pixels."""

    top: int
    bottom: int
    left: int
    right: int

    def halved(self) -> _Edges:
        """Every pixel of a plane of colour that has a part in it."""
        return _Edges(self.top // 2, -(-self.bottom // 2), self.left // 2, -(-self.right // 2))

    def within(self, height: int, width: int) -> _Edges:
        """What lies in a plane."""
        down, across = min(height, self.bottom), min(width, self.right)
        return _Edges(max(0, self.top), down, max(0, self.left), across)

    def there(self) -> tuple[slice, slice]:
        """Where it lies in a plane."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def sides(self) -> tuple[int, int]:
        """Height and width for which a shape is kept."""
        return _stepped(self.bottom - self.top), _stepped(self.right - self.left)

    def inside(self, seen: _Edges) -> tuple[slice, slice]:
        """Where the part that is seen lies in the shape, which may be a little larger and has the
        same middle.
        """
        down, across = (
            (side - whole) // 2
            for side, whole in zip(
                self.sides(), (self.bottom - self.top, self.right - self.left), strict=True
            )
        )
        top, left = down - self.top, across - self.left
        return (
            slice(top + seen.top, top + seen.bottom),
            slice(left + seen.left, left + seen.right),
        )


def _cells(part: Planes, faint: float) -> Planes:
    """`part` as GRID x GRID means, of whose differences only `faint` is left."""
    height, width = part.shape
    if height > _EXACT and width > _EXACT:
        # whole numbers of rows and columns a cell: ten times as fast, and less than a cell's share
        whole = part[: height // GRID * GRID, : width // GRID * GRID]
        small = cv2.resize(whole, (GRID, GRID), interpolation=cv2.INTER_AREA)
    else:
        few = (min(GRID, width), min(GRID, height))
        small = cv2.resize(part, few, interpolation=cv2.INTER_AREA)
    small = cv2.addWeighted(small, faint, small, 0, cv2.mean(small)[0] * (1 - faint))
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _stepped(side: int) -> int:
    """A side for which a shape is kept: the box's own, or one not much larger."""
    return side if side < _EXACT else -(-side // _COARSE) * _COARSE


@lru_cache(maxsize=1)
def _unit() -> Planes:
    """0 inside a rounded square, rising to _ALL at its rim. Other sizes are this one, stretched."""
    side = np.abs((np.arange(_UNIT, dtype=np.float32) + 0.5) / _UNIT * 2 - 1)
    radius = (side[None, :] ** _ROUND + side[:, None] ** _ROUND) ** (1 / _ROUND)
    # the square of the way: pixels differ from each other by far less than all there is
    way = np.clip((radius - 1 + _RIM) / _RIM, 0, 1)
    return np.asarray(np.rint(way * way * _ALL), np.uint8)


@lru_cache(maxsize=256)
def _room(height: int, width: int) -> Planes:
    """By how much a pixel may differ from its cell: nothing in a head, anything outside it."""
    return np.asarray(cv2.resize(_unit(), (width, height)), np.uint8)


@lru_cache(maxsize=256)
def _colour(height: int, width: int) -> Planes:
    """Where a chroma plane is hidden."""
    return np.where(_room(height, width) < _ALL, _ALL, 0).astype(np.uint8)
