"""Black and frozen pictures by numbers, cheap enough for every frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.items import Picture

CHUNK: MediaTime = SECOND
BLACK_LUMA = 24.0
"""Mean luma (0-255, studio range) below which a second counts as black."""

FROZEN_CHANGE = 1.5
"""Largest change of any sampled luma below which a second counts as frozen."""


@dataclass(frozen=True, slots=True)
class PictureMeasure:
    """One chunk's picture by numbers: mean luma (0-255), largest change between frames, frames."""

    luma: float
    change: float
    frames: int

    @property
    def black(self) -> bool:
        """Whether the second shows nothing."""
        return self.luma < BLACK_LUMA

    @property
    def frozen(self) -> bool:
        """Whether nothing moved in the second."""
        return self.frames > 1 and self.change < FROZEN_CHANGE


class PictureMeter:
    """Black and frozen pictures by a coarse grid of luma samples, a chunk at a time."""

    GRID = 24

    def __init__(self) -> None:
        self._done: dict[MediaTime, PictureMeasure] = {}
        self._before: npt.NDArray[np.int16] | None = None

    def push(self, picture: Picture) -> None:
        """Measure one decoded picture, before anything is hidden in it."""
        luma = picture.planes()[0][:: self.GRID, :: self.GRID].astype(np.int16)
        before, self._before = self._before, luma
        same = before is not None and before.shape == luma.shape
        change = float(np.abs(luma - before).max()) if same and before is not None else 255.0
        chunk = picture.t - picture.t % CHUNK
        old = self._done.get(chunk, PictureMeasure(0.0, 0.0, 0))
        mean = (old.luma * old.frames + float(luma.mean())) / (old.frames + 1)
        self._done[chunk] = PictureMeasure(mean, max(old.change, change), old.frames + 1)

    def take(self, chunk: MediaTime) -> PictureMeasure | None:
        """The measure of the chunk that starts at `chunk`, given once."""
        found = self._done.pop(chunk, None)
        for stale in [c for c in self._done if c < chunk]:
            del self._done[stale]
        return found
