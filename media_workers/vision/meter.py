"""Black and frozen pictures by numbers, cheap enough for every frame."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, replace
from statistics import median

import numpy as np
import numpy.typing as npt

from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.items import Picture
from media_workers.vision.overlay import ClockWatch
from media_workers.vision.quality import Clarity, Luma, clarity

CHUNK: MediaTime = SECOND
BLACK_LUMA = 24.0
"""Mean luma (0-255, studio range) below which a second counts as black."""

USUAL, FEWEST_USUAL = 30, 5
"""Seconds whose numbers of frames say what is usual, and the fewest that say anything."""

ROWS, COLUMNS, SCALE, NOISE = 3, 4, 32, 3
"""Blocks of motion, the scale of their logarithm, and the change of luma that is noise."""

FROZEN_CHANGE = 1.5
"""Largest change of any sampled luma below which a second counts as frozen."""


@dataclass(frozen=True, slots=True)
class PictureMeasure:
    """One chunk's picture by numbers: mean luma (0-255), largest change between frames, frames.

    `missing`: share of the usual number of frames that never came; `clock`: whether a running
    clock stands in the picture; `motion`: how much moved in each of 3 x 4 blocks, row by row, as
    `SCALE` times the logarithm of the mean change of luma between frames.
    """

    luma: float
    change: float
    frames: int
    clarity: Clarity | None = None
    missing: float | None = None
    clock: bool | None = None
    motion: tuple[int, ...] = ()

    @property
    def black(self) -> bool:
        """Whether the second shows nothing."""
        return self.luma < BLACK_LUMA

    @property
    def frozen(self) -> bool:
        """Whether nothing moved in the second."""
        return self.frames > 1 and self.change < FROZEN_CHANGE

    def detail(self) -> dict[str, float | bool | None]:
        """Further numbers as the journal keeps them, by the names of `MediaSecond`."""
        found: dict[str, float | bool | None] = {"missing": self.missing, "clock": self.clock}
        if self.clarity is not None:
            found |= asdict(self.clarity)
        rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in found.items()}
        return {k: v for k, v in rounded.items() if v is not None}


class PictureMeter:
    """Black and frozen pictures by a coarse grid of luma samples, a chunk at a time."""

    GRID = 24

    def __init__(self) -> None:
        self._done: dict[MediaTime, PictureMeasure] = {}
        self._before: npt.NDArray[np.int16] | None = None
        self._motion: dict[MediaTime, npt.NDArray[np.float64]] = {}
        self._clock = ClockWatch()
        self._usual: deque[int] = deque(maxlen=USUAL)

    def push(self, picture: Picture) -> None:
        """Measure one decoded picture, before anything is hidden in it."""
        whole = picture.planes()[0]
        self._clock.push(picture.t, whole)
        luma = whole[:: self.GRID, :: self.GRID].astype(np.int16)
        before, self._before = self._before, luma
        same = before is not None and before.shape == luma.shape
        moved = np.abs(luma - before) if same and before is not None else None
        change = float(moved.max()) if moved is not None else 255.0
        chunk = picture.t - picture.t % CHUNK
        if moved is not None:
            self._motion[chunk] = self._motion.get(chunk, 0.0) + _by_block(moved)
        old = self._done.get(chunk) or self._begun(chunk, whole)
        mean = (old.luma * old.frames + float(luma.mean())) / (old.frames + 1)
        self._done[chunk] = replace(
            old,
            luma=mean,
            change=max(old.change, change),
            frames=old.frames + 1,
        )

    def _begun(self, chunk: MediaTime, luma: Luma) -> PictureMeasure:
        """A new chunk's measure; what the clock has shown until now is the one before's word."""
        clock = self._clock.clock
        before = self._done.get(chunk - CHUNK)
        if before is not None:
            self._done[chunk - CHUNK] = replace(before, clock=clock)
        return PictureMeasure(0.0, 0.0, 0, clarity(luma), clock=clock)

    def take(self, chunk: MediaTime) -> PictureMeasure | None:
        """The measure of the chunk that starts at `chunk`, given once."""
        found = self._done.pop(chunk, None)
        moved = self._motion.pop(chunk, None)
        if found is not None and moved is not None:
            logs = np.rint(SCALE * np.log1p(moved / found.frames)).astype(int)
            found = replace(found, motion=tuple(logs.ravel().tolist()))
        for stale in [c for c in self._done if c < chunk]:
            del self._done[stale]
            self._motion.pop(stale, None)
        return self._with_missing(found) if found else None

    def _with_missing(self, found: PictureMeasure) -> PictureMeasure:
        """Frames that never came, against the middle of the last half minute."""
        usual = median(self._usual) if len(self._usual) >= FEWEST_USUAL else 0
        self._usual.append(found.frames)
        missing = max(0.0, 1.0 - found.frames / usual) if usual else None
        return replace(found, missing=missing)


def _by_block(moved: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    """The mean change in each block; what an encoder's noise changes is none."""
    height, width = moved.shape
    rows, columns = ((np.arange(n) * side) // n for n, side in ((ROWS, height), (COLUMNS, width)))
    clear = np.where(moved < NOISE, 0, moved)
    sums = np.add.reduceat(np.add.reduceat(clear, rows, 0, np.int32), columns, 1)
    means: npt.NDArray[np.float64] = sums * (ROWS * COLUMNS / (height * width))
    return means
