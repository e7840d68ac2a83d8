"""Where the picture changed at once: of the whole view, or of one tile of a split screen."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from media_workers.runtime.items import Planes

ROWS, COLUMNS = 4, 4
_TILE = (9, 16)
_THUMB = (ROWS * _TILE[0], COLUMNS * _TILE[1])
_GRID = (COLUMNS, ROWS)

LEAST_CHANGE = 12.0
"""Grey levels a tile must change by on average to be called cut."""
ALONE = 20.0
"""The same where one tile changes alone: more often a hand than a cut."""
OVER_USUAL = 3.0
"""How many times its own recent change that must be: a camera that pans is not a cut."""
_MEMORY = 0.7
WHOLE_VIEW = 4.0
"""With a cut tile, the median change from which the whole view was cut: plain walls change less."""

Changes: TypeAlias = npt.NDArray[np.float32]
Tiles: TypeAlias = npt.NDArray[np.bool_]
"""Shape (ROWS, COLUMNS): the tiles that were cut at a frame."""


class CutTest:
    """Compares each picture with the one before, tile by tile, on a 64 x 36 thumbnail."""

    def __init__(self) -> None:
        self._before: Planes | None = None
        self._usual = np.zeros((ROWS, COLUMNS), np.float32)
        self._last = np.zeros((ROWS, COLUMNS), np.float32)
        self._size = (0, 0)

    def push(self, y: Planes) -> Tiles:
        """Take the next Y plane (h, w); give the tiles that were cut. The first picture: all."""
        thumb = _thumbnail(y)
        before, self._before = self._before, thumb
        if before is None or y.shape != self._size:
            self._size = (y.shape[0], y.shape[1])
            self._usual[:] = 0
            self._last[:] = 0
            return np.ones((ROWS, COLUMNS), bool)
        apart = cv2.absdiff(thumb, before).astype(np.float32)
        change = np.asarray(cv2.resize(apart, _GRID, interpolation=cv2.INTER_AREA), np.float32)
        if cv2.minMaxLoc(change)[1] <= LEAST_CHANGE:
            return self._none(change)
        usual = OVER_USUAL * np.maximum(self._usual, self._last)
        cut: Tiles = change > np.maximum(LEAST_CHANGE, usual)
        if cut.sum() == 1:
            cut = change > np.maximum(ALONE, usual)
        if cut.any() and np.median(change) > max(WHOLE_VIEW, float(np.median(usual))):
            cut[:] = True
        self._last = change
        # a cut says nothing about how much this view usually moves
        settled = np.where(cut, self._usual, change)
        self._usual = (_MEMORY * self._usual + (1 - _MEMORY) * settled).astype(np.float32)
        return cut

    def _none(self, change: Changes) -> Tiles:
        """No tile was cut, as nearly always; `change` is remembered."""
        self._last = change
        cv2.addWeighted(self._usual, _MEMORY, change, 1 - _MEMORY, 0, dst=self._usual)
        return np.zeros((ROWS, COLUMNS), bool)


def _thumbnail(y: Planes) -> Planes:
    """36 rows of 64 pixels, each one of the picture's."""
    return np.asarray(cv2.resize(y, _THUMB[::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
