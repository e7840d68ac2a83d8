"""Whether anything changed in a picture outside what is hidden already: if not, why look again?

A court sits still for most of a hearing. A face that is not known can only come into sight by
changing the picture, and a known one can only leave its box by changing what lies around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from media_workers.runtime.items import Picture, Planes
from media_workers.vision.detect import Part
from media_workers.vision.track import Seen

Changed: TypeAlias = npt.NDArray[np.uint8]

COLUMNS = 320
"""The width of the small picture that is compared; each of its points is a mean over several."""
LEAST = 10
"""Grey levels a point must change by: more than the noise a camera and a codec leave in a mean."""
_SOLID = np.ones((3, 3), np.uint8)
"""Only changes without holes and at least this large count: the strokes of a clock written into
the picture change every second, and are no face. The smallest face covers four by five points."""
_RIM = 0.05
_COLUMN_RIM = 1.0
_ASIDE = 12
"""Points looked at around what changed: nearly two of the coarsest cells a finder looks with."""
_MOST = 0.7
"""Of the picture: a larger part is not worth telling apart."""
_FIGURE = (1.6, 0.9, 4.5)
"""A figure around the middle of its face, in sizes of the face: aside, above, below."""


class Memory:
    """The small picture that later ones are compared with."""

    def __init__(self) -> None:
        self._then: Planes | None = None

    def remember(self, now: Planes) -> None:
        """What later pictures are to be compared with; `now` belongs to the memory from here on."""
        self._then = now

    def remember_where(self, there: tuple[slice, slice], now: Planes) -> None:
        """The same of a part. What changes slowly elsewhere adds up until it counts."""
        if self._then is None or self._then.shape != now.shape:
            self._then = now.copy()
        else:
            self._then[there] = now[there]

    def changed(self, now: Planes) -> Changed:
        """1 where the small picture (rows, COLUMNS) differs from the one remembered."""
        if self._then is None or self._then.shape != now.shape:
            return np.ones(now.shape, np.uint8)
        changed = (cv2.absdiff(now, self._then) >= LEAST).astype(np.uint8)
        return np.asarray(
            cv2.erode(changed, _SOLID, borderType=cv2.BORDER_CONSTANT, borderValue=0), np.uint8
        )


class Stirs:
    """What changed until `picture`, compared at most once with each memory.

    `hidden`: the faces in sight, as last seen; what changes inside their boxes does not count.
    """

    def __init__(
        self, last: Memory, last_wide: Memory, picture: Picture, hidden: Sequence[Seen]
    ) -> None:
        self._last, self._last_wide, self._picture = last, last_wide, picture
        self._hidden, self._scale = hidden, COLUMNS / picture.width

    @cached_property
    def _now(self) -> Planes:
        return small(self._picture)

    @cached_property
    def _changed(self) -> Changed:
        return self._last.changed(self._now)

    @cached_property
    def _changed_wide(self) -> Changed:
        return self._last_wide.changed(self._now)

    def outside(self) -> bool:
        """Whether anything changed outside the hidden faces since the last look."""
        return self._any_outside(self._changed)

    def outside_since_wide(self) -> bool:
        """Whether anything changed outside the hidden faces since the last close look."""
        return self._any_outside(self._changed_wide)

    def apart(self) -> bool:
        """Whether anything changed since the last look apart from the hidden faces' figures."""
        left = self._changed.copy()
        for face in self._hidden:
            left[self._figure(face)] = 0
        return bool(left.any())

    def around(self, face: Seen) -> bool:
        """Whether anything changed within half a width around the face since the last look."""
        changed = self._changed
        wide, own = self._box(face, 0.5), self._box(face, _RIM)
        ring = np.count_nonzero(changed[wide]) - np.count_nonzero(changed[own])
        return int(ring) > 0

    def part(self, faces: Sequence[Seen], *, wide: bool) -> Part | None:
        """Where to look again: around all that changed outside the hidden faces since the last
        look (`wide`: the last close one), with those of `faces` that something changed around.

        None where that is nothing, or most of the picture.
        """
        rows, columns = self._now.shape
        changed = self._changed | self._changed_wide if wide else self._changed
        x, y, w, h = cv2.boundingRect(self._outside(changed))
        edges = [(x, y, x + w, y + h)] if w else []
        for face in faces:
            if self.around(face):
                down, across = self._box(face, 0.5)
                edges.append((across.start, down.start, across.stop, down.stop))
        if not edges:
            return None
        left, top = (max(0, min(edge[side] for edge in edges) - _ASIDE) for side in (0, 1))
        right = min(columns, max(edge[2] for edge in edges) + _ASIDE)
        bottom = min(rows, max(edge[3] for edge in edges) + _ASIDE)
        if (right - left) * (bottom - top) > _MOST * rows * columns:
            return None
        return Part(*(edge / self._scale for edge in (left, top, right, bottom)))

    def remember(self, part: Part | None, *, wide: bool) -> None:
        """That part, or all of the picture, has been looked at now."""
        for memory in (self._last, self._last_wide) if wide else (self._last,):
            if part is None:
                memory.remember(self._now.copy())
                continue
            left, top, right, bottom = (round(edge * self._scale) for edge in part)
            memory.remember_where((slice(top, bottom), slice(left, right)), self._now)

    def _any_outside(self, changed: Changed) -> bool:
        return bool(self._outside(changed).any())

    def _outside(self, changed: Changed) -> Changed:
        left = changed.copy()
        for face in self._hidden:
            left[self._box(face, _RIM)] = 0
        return left

    def _box(self, face: Seen, more: float) -> tuple[slice, slice]:
        """The face's box, `more` of its size larger on each side and a point besides."""
        return self._part(face, 0.5 + more, 0.5 + more, 0.5 + more)

    def _figure(self, face: Seen) -> tuple[slice, slice]:
        """Whoever the face belongs to, sitting or standing."""
        return self._part(face, *_FIGURE)

    def _part(self, face: Seen, aside: float, above: float, below: float) -> tuple[slice, slice]:
        """So many of its sizes around the middle of the face, and a point besides."""
        rows, columns = self._now.shape
        x, y = face.x * self._scale, face.y * self._scale
        w, h = face.w * self._scale, face.h * self._scale
        left, right = x - aside * w - _COLUMN_RIM, x + aside * w + _COLUMN_RIM
        top, bottom = y - above * h - _COLUMN_RIM, y + below * h + _COLUMN_RIM
        return (
            slice(max(0, int(top)), max(0, min(rows, int(bottom) + 1))),
            slice(max(0, int(left)), max(0, min(columns, int(right) + 1))),
        )


def small(picture: Picture) -> Planes:
    """The small picture that is compared: luma, COLUMNS wide."""
    luma = picture.planes()[0]
    height = max(1, picture.height * COLUMNS // picture.width)
    while luma.shape[1] >= 2 * COLUMNS and not (luma.shape[0] % 2 or luma.shape[1] % 2):
        # halving is by far the fastest way of averaging
        half = (luma.shape[1] // 2, luma.shape[0] // 2)
        luma = np.asarray(cv2.resize(luma, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(luma, (COLUMNS, height), interpolation=cv2.INTER_AREA), np.uint8)
