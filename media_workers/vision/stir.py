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


class Memory:
    """The small picture that later ones are compared with."""

    def __init__(self) -> None:
        self._then: Planes | None = None

    def remember(self, picture: Picture) -> None:
        """What later pictures are to be compared with."""
        self._then = _small(picture)

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
        return _small(self._picture)

    @cached_property
    def _changed(self) -> Changed:
        return self._last.changed(self._now)

    def outside(self) -> bool:
        """Whether anything changed outside the hidden faces since the last look."""
        return self._any_outside(self._changed)

    def outside_since_wide(self) -> bool:
        """Whether anything changed outside the hidden faces since the last close look."""
        return self._any_outside(self._last_wide.changed(self._now))

    def around(self, face: Seen) -> bool:
        """Whether anything changed within half a width around the face since the last look."""
        changed = self._changed
        wide, own = self._box(face, 0.5), self._box(face, _RIM)
        ring = np.count_nonzero(changed[wide]) - np.count_nonzero(changed[own])
        return int(ring) > 0

    def _any_outside(self, changed: Changed) -> bool:
        left = changed.copy()
        for face in self._hidden:
            left[self._box(face, _RIM)] = 0
        return bool(left.any())

    def _box(self, face: Seen, more: float) -> tuple[slice, slice]:
        """The face's box, `more` of its size larger on each side and a point besides."""
        rows, columns = self._now.shape
        half_w = face.w * (0.5 + more) * self._scale + _COLUMN_RIM
        half_h = face.h * (0.5 + more) * self._scale + _COLUMN_RIM
        x, y = face.x * self._scale, face.y * self._scale
        return (
            slice(max(0, int(y - half_h)), max(0, min(rows, int(y + half_h) + 1))),
            slice(max(0, int(x - half_w)), max(0, min(columns, int(x + half_w) + 1))),
        )


def _small(picture: Picture) -> Planes:
    height = max(1, picture.height * COLUMNS // picture.width)
    small = cv2.resize(picture.planes()[0], (COLUMNS, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
