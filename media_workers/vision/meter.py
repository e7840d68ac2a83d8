"""Black and frozen pictures by numbers, cheap enough for every frame."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.items import Picture
from media_workers.vision.overlay import ClockWatch
from media_workers.vision.quality import Clarity, Luma, clarity

Sums: TypeAlias = npt.NDArray[np.float32]

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
    """Black and frozen pictures by a coarse grid of luma samples, a chunk at a time.

    One thread pushes, another takes.
    """

    GRID = 24

    def __init__(self) -> None:
        self._lock = threading.Lock()
        """Held while chunks come and go: who goes over them must not see one begin."""
        self._done: dict[MediaTime, _Second] = {}
        self._before: Luma | None = None
        self._clock = ClockWatch()
        self._usual: deque[int] = deque(maxlen=USUAL)

    def push(self, picture: Picture) -> None:
        """Measure one decoded picture, before anything is hidden in it."""
        whole = picture.planes()[0]
        self._clock.push(picture.t, whole)
        luma = np.ascontiguousarray(whole[:: self.GRID, :: self.GRID])
        before, self._before = self._before, luma
        chunk = picture.t - picture.t % CHUNK
        second = self._done.get(chunk) or self._begun(chunk, whole)
        second.luma += cv2.mean(luma)[0]
        second.frames += 1
        if before is None or before.shape != luma.shape:
            second.change = 255.0
        else:
            second.add(np.asarray(cv2.absdiff(luma, before), np.uint8))

    def _begun(self, chunk: MediaTime, luma: Luma) -> _Second:
        """A new chunk; what the clock has shown until now is the one before's word."""
        clock = self._clock.clock
        before = self._done.get(chunk - CHUNK)
        if before is not None:
            before.clock = clock
        begun = _Second(clarity(luma), clock)
        with self._lock:
            self._done[chunk] = begun
        return begun

    def take(self, chunk: MediaTime) -> PictureMeasure | None:
        """The measure of the chunk that starts at `chunk`, given once."""
        with self._lock:
            found = self._done.pop(chunk, None)
            for stale in [c for c in self._done if c < chunk]:
                del self._done[stale]
        return self._with_missing(found.measure()) if found and found.frames else None

    def _with_missing(self, found: PictureMeasure) -> PictureMeasure:
        """Frames that never came, against the middle of the last half minute."""
        usual = median(self._usual) if len(self._usual) >= FEWEST_USUAL else 0
        self._usual.append(found.frames)
        missing = max(0.0, 1.0 - found.frames / usual) if usual else None
        return replace(found, missing=missing)


@dataclass(slots=True)
class _Second:
    """A chunk's sums while its frames still come."""

    clarity: Clarity
    clock: bool | None
    luma: float = 0.0
    change: float = 0.0
    frames: int = 0
    moved: Sums | None = None
    """By how much each sample of luma changed in all; what an encoder's noise changes is none."""

    def add(self, moved: Luma) -> None:
        """How much each sample has changed since the frame before."""
        self.change = max(self.change, cv2.minMaxLoc(moved)[1])
        if self.moved is None or self.moved.shape != moved.shape:
            self.moved = np.zeros(moved.shape, np.float32)
        cv2.accumulate(cv2.threshold(moved, NOISE - 1, 0, cv2.THRESH_TOZERO)[1], self.moved)

    def measure(self) -> PictureMeasure:
        """All of it; the release thread may ask while a late frame is still added."""
        motion: tuple[int, ...] = ()
        if self.moved is not None:
            logs = np.rint(SCALE * np.log1p(_by_block(self.moved) / self.frames)).astype(int)
            motion = tuple(logs.ravel().tolist())
        luma = self.luma / self.frames
        return PictureMeasure(
            luma, self.change, self.frames, self.clarity, clock=self.clock, motion=motion
        )


def _by_block(moved: Sums) -> npt.NDArray[np.float64]:
    """The mean in each block."""
    height, width = moved.shape
    rows, columns = ((np.arange(n) * side) // n for n, side in ((ROWS, height), (COLUMNS, width)))
    sums = np.add.reduceat(np.add.reduceat(moved, rows, 0, np.float64), columns, 1)
    means: npt.NDArray[np.float64] = sums * (ROWS * COLUMNS / (height * width))
    return means
