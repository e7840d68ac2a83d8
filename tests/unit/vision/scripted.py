"""A finder that says what a script tells it to, and pictures that carry their own number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.items import FacesAt, Picture, Planes
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.detect import Found, Part

Row = tuple[float, float, float, float, float]
WIDTH, HEIGHT = 640, 360


def picture(index: int, fps: float = 25.0, view: int = 0, *, still: bool = False) -> Picture:
    """A flat picture whose grey tells the view; the first chroma bytes carry the index.

    Unless it is to be `still`, a small patch changes all the time: there is a reason to look.
    """
    i420 = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    i420[:HEIGHT] = 40 + 60 * (view % 3)
    if not still:
        i420[HEIGHT - 24 : HEIGHT, WIDTH - 24 :] = 20 + index * 61 % 200
    i420[HEIGHT, :4] = np.frombuffer(index.to_bytes(4, "big"), np.uint8)
    return Picture(time_of(index, fps), i420, index)


def time_of(index: int, fps: float = 25.0) -> MediaTime:
    return round(index * SECOND / fps)


class Scripted:
    """Asks `script(index)` for rows; remembers every look as (index, width)."""

    def __init__(
        self,
        script: Callable[[int], Sequence[Row]],
        halves: Callable[[int], Sequence[Row]] = lambda index: [],
    ) -> None:
        self.script, self.halves = script, halves
        self.looks: list[tuple[int, int]] = []
        self.parts: list[Part | None] = []
        self.close_looks: list[int] = []
        self.edge_looks: list[int] = []

    def find(self, i420: Planes, width: int, part: Part | None = None) -> Found:
        index = int.from_bytes(i420[i420.shape[0] * 2 // 3, :4].tobytes(), "big")
        self.looks.append((index, width))
        self.parts.append(part)
        rows = [row for row in self.script(index) if part is None or _inside(row, part)]
        return np.array(rows, np.float32).reshape(-1, 5)

    def near(self, i420: Planes, x: float, y: float, face: float) -> Found:
        index = int.from_bytes(i420[i420.shape[0] * 2 // 3, :4].tobytes(), "big")
        self.close_looks.append(index)
        rows = [
            (rx, ry, rw, rh, score)
            for rx, ry, rw, rh, score in [*self.script(index), *self.halves(index)]
            if max(abs(rx + rw / 2 - x), abs(ry + rh / 2 - y)) < 2 * face
        ]
        return np.array(rows, np.float32).reshape(-1, 5)

    def edges(self, i420: Planes, part: Part | None = None) -> Found:
        index = int.from_bytes(i420[i420.shape[0] * 2 // 3, :4].tobytes(), "big")
        self.edge_looks.append(index)
        return np.array(self.halves(index), np.float32).reshape(-1, 5)


def _inside(row: Row, part: Part) -> bool:
    x, y, w, h, _ = row
    return part.left <= x and part.top <= y and x + w <= part.right and y + h <= part.bottom


def analysed(
    script: Callable[[int], Sequence[Row]],
    frames: int,
    fps: float = 25.0,
    view: Callable[[int], int] = lambda index: 0,
    *,
    still: bool = False,
    halves: Callable[[int], Sequence[Row]] = lambda index: [],
) -> tuple[list[FacesAt], Scripted]:
    finder = Scripted(script, halves)
    analyser = FaceAnalyser(finder)
    answers: list[FacesAt] = []
    for index in range(frames):
        answers += analyser.push(picture(index, fps, view(index), still=still))
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
