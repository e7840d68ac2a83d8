"""Whether a running clock stands in the picture (法释〔2017〕5号 art. 4), without reading it.

A clock's last digit changes once a second, always at the same part of the second, in a small place
that stands still in between. People move at no fixed time, a frozen picture not at all. So the
picture is looked at five times a second, cell by cell, and a clock is a cell that changed at one
part of nearly every second and at hardly any other.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
import numpy.typing as npt

from courtstream.domain.time import SECOND, MediaTime

LOOKS = 5
"""Looks a second."""

MEMORY = 10
"""Seconds that must agree."""

_SIZE = (480, 270)
_CELL = 10
_CHANGED = 5.0
_REGULAR, _STRAY = 0.8, 0.2
_MOST_CELLS = 40
"""A clock's changing digits cover few cells; a regularly blinking picture is none."""

Changes = npt.NDArray[np.bool_]


class ClockWatch:
    """Takes luma planes in order of time; `clock` is None until it has seen enough."""

    def __init__(self) -> None:
        self._before: npt.NDArray[np.uint8] | None = None
        self._next: MediaTime = 0
        self._changes: deque[tuple[int, Changes]] = deque(maxlen=LOOKS * MEMORY)

    def push(self, t: MediaTime, luma: npt.NDArray[np.uint8]) -> None:
        """Look at the picture at `t` when a look is due."""
        if t < self._next:
            return
        look = t * LOOKS // SECOND
        if self._before is not None and t - self._next > SECOND:
            self._before = None
            self._changes.clear()
        self._next = (look + 1) * SECOND // LOOKS
        # linear: a fifth of the cost of averaging, and a digit that changes still changes
        small = np.asarray(cv2.resize(luma, _SIZE, interpolation=cv2.INTER_LINEAR), np.uint8)
        if self._before is not None:
            self._changes.append((look, _changed(self._before, small)))
        self._before = small

    @property
    def clock(self) -> bool | None:
        """Whether something has ticked once a second through the last ten."""
        if len(self._changes) < LOOKS * (MEMORY - 1):
            return None
        looks = np.array([look % LOOKS for look, _ in self._changes])
        if len(np.unique(looks)) < LOOKS:
            return None  # pictures come too seldom to tell
        changed = np.stack([cells for _, cells in self._changes])
        rates = np.stack([changed[looks == part].mean(axis=0) for part in range(LOOKS)])
        ordered = np.sort(rates, axis=0)
        ticking = (ordered[-1] >= _REGULAR) & (ordered[-2] <= _STRAY)
        return 0 < int(ticking.sum()) <= _MOST_CELLS


def _changed(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> Changes:
    """Which cells differ, as a flat row."""
    rows, columns = _SIZE[1] // _CELL, _SIZE[0] // _CELL
    apart = cv2.absdiff(before, after)[: rows * _CELL, : columns * _CELL]
    cells = cv2.resize(apart.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cells.reshape(-1) > _CHANGED)
