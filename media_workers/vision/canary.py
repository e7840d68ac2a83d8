"""Keeps face analysis honest: does it see what is surely there, and can its answer be true?"""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import cv2
import numpy as np

from courtstream.domain.errors import ModelMissing
from media_workers.runtime.items import FaceBox, FacesAt, Planes, i420_planes
from media_workers.vision.detect import FaceFinder, Found
from media_workers.vision.track import SHOW

_SIDE = 96
"""The portrait's side as it is shown: enough to be sure of, and cheap enough to be shown often."""
_SIZE = (192, 128)
_FACE = (25.5, 24.0, 44.5, 55.5)
"""The face in the portrait: x, y, w, h."""
_PLACES = ((8, 8), (88, 24))
_ALIKE = 0.6
_MOST_FACES = 400


class Canary:
    """A small known portrait, shown at two places of an empty picture, and the picture without it.

    Raises ModelMissing when the portrait is not in the package.
    """

    def __init__(self) -> None:
        portrait = cv2.imread(str(Path(__file__).with_name("model") / "canary.jpg"))
        if portrait is None:
            raise ModelMissing("检测自检图 / canary: 请运行 courtstream doctor")
        shown = cv2.resize(portrait, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        packed = np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2YUV_I420), np.uint8)
        self._empty = _with(None, (0, 0))
        self._pictures = [_with(packed, place) for place in _PLACES]

    def check(self, finder: FaceFinder) -> bool:
        """Whether `finder` finds the one face where it is, twice, and none where there is none.

        Catches a finder that finds nothing, rubbish, or the same boxes whatever it is shown. What
        the finder raises comes through.
        """
        if _sure(finder.find(self._empty, _SIZE[0])) != []:
            return False
        return all(
            _finds(finder, picture, place)
            for picture, place in zip(self._pictures, _PLACES, strict=True)
        )


def sane(faces: FacesAt, width: int, height: int) -> bool:
    """Whether an answer can be true of a picture of that size."""
    if faces.t < 0 or faces.index < 0 or len(faces.faces) > _MOST_FACES:
        return False
    return all(_possible(face, width, height) for face in faces.faces)


def _possible(face: FaceBox, width: int, height: int) -> bool:
    """A finite box of some size, inside the picture to a pixel, with a score from 0 to 1."""
    box = face.box
    # a sum is finite only when all its parts are
    if not isfinite(box.x + box.y + box.w + box.h + face.score):
        return False
    inside = box.x >= -1 and box.y >= -1 and box.x + box.w <= width + 1
    return (
        inside
        and box.y + box.h <= height + 1
        and box.w > 0
        and box.h > 0
        and 0 <= face.score <= 1.0001
    )


def _with(portrait: Planes | None, place: tuple[int, int]) -> Planes:
    """A packed grey picture of _SIZE, with the portrait's planes at (x, y) `place`."""
    width, height = _SIZE
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    if portrait is not None:
        for plane, part, half in zip(
            i420_planes(picture), i420_planes(portrait), (1, 2, 2), strict=True
        ):
            x, y = place[0] // half, place[1] // half
            plane[y : y + part.shape[0], x : x + part.shape[1]] = part
    return picture


def _sure(found: Found) -> list[list[float]]:
    """The boxes that would be shown; rubbish of any shape counts as one that fits nothing."""
    if found.ndim != 2 or found.shape[1] != 5 or not np.isfinite(found).all():
        return [[-1.0] * 4]
    return [row[:4] for row in found.tolist() if row[4] >= SHOW]


def _finds(finder: FaceFinder, picture: Planes, place: tuple[int, int]) -> bool:
    """Whether exactly the one face is found where it lies."""
    sure = _sure(finder.find(picture, _SIZE[0]))
    x, y, w, h = _FACE
    return len(sure) == 1 and _shared(sure[0], [x + place[0], y + place[1], w, h]) >= _ALIKE


def _shared(a: list[float], b: list[float]) -> float:
    """Intersection over union of two boxes."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(0.0, across) * max(0.0, down)
    return both / (a[2] * a[3] + b[2] * b[3] - both)
