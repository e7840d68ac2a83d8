"""A finder that says what a script tells it to, and pictures that carry their own number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.items import FacesAt, Picture, Planes
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.detect import Found

Row = tuple[float, float, float, float, float]
WIDTH, HEIGHT = 640, 360


def picture(index: int, fps: float = 25.0, view: int = 0) -> Picture:
    """A flat picture whose grey tells the view; the first chroma bytes carry the index."""
    i420 = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    i420[:HEIGHT] = 40 + 60 * (view % 3)
    i420[HEIGHT, :4] = np.frombuffer(index.to_bytes(4, "big"), np.uint8)
    return Picture(time_of(index, fps), i420, index)


def time_of(index: int, fps: float = 25.0) -> MediaTime:
    return round(index * SECOND / fps)


class Scripted:
    """Asks `script(index)` for rows; remembers every look as (index, width)."""

    def __init__(self, script: Callable[[int], Sequence[Row]]) -> None:
        self.script = script
        self.looks: list[tuple[int, int]] = []

    def find(self, i420: Planes, width: int) -> Found:
        index = int.from_bytes(i420[i420.shape[0] * 2 // 3, :4].tobytes(), "big")
        self.looks.append((index, width))
        return np.array(self.script(index), np.float32).reshape(-1, 5)


def analysed(
    script: Callable[[int], Sequence[Row]],
    frames: int,
    fps: float = 25.0,
    view: Callable[[int], int] = lambda index: 0,
) -> tuple[list[FacesAt], Scripted]:
    finder = Scripted(script)
    analyser = FaceAnalyser(finder)
    answers: list[FacesAt] = []
    for index in range(frames):
        answers += analyser.push(picture(index, fps, view(index)))
    answers += analyser.flush()
    return answers, finder


def covers(answer: FacesAt, row: Row) -> bool:
    """Whether one box holds the whole of the face."""
    x, y, w, h, _ = row
    return any(
        f.box.x <= x + 1e-3
        and f.box.y <= y + 1e-3
        and f.box.x + f.box.w >= x + w - 1e-3
        and f.box.y + f.box.h >= y + h - 1e-3
        for f in answer.faces
    )
