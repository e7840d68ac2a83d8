"""How good a picture is, by numbers, a second at a time: cheap enough to run live.

Each measure cites its method. What counts as a fault is not decided here: the thresholds stand in
the standard (`rules/scoring/standards`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.uint8]

SMALL = (320, 180)
CROP = (640, 360)
_WHITE, _DARK = 235, 24
"""Video white of the studio range (ITU-R BT.709), and a luma nobody can tell from black."""

_LEAST_CONTRAST = 2.0
_LEAST_EDGE = 40.0
_LEAST_ORDER = 0.3
_FINE = 64
_DEAD_LUMA, _DEAD_SPREAD = 34.0, 2.0
_GRIDS = ((2, 2), (3, 3))


@dataclass(frozen=True, slots=True)
class Clarity:
    """One picture. `sharpness` 0 (blurred) to 1; `tilt` in degrees; `bright`, `dark` are shares.

    None where the picture does not say: a flat one has no sharpness, a disorderly one no level.
    """

    sharpness: float | None
    tilt: float | None
    bright: float
    dark: float
    views_dead: int


def clarity(luma: Luma) -> Clarity:
    """Measure one picture's luma plane, shape (height, width)."""
    small = np.asarray(cv2.resize(luma, SMALL, interpolation=cv2.INTER_AREA), np.uint8)
    return Clarity(
        sharpness(luma),
        tilt(small),
        float((small >= _WHITE).mean()),
        float((small <= _DARK).mean()),
        dead_views(small),
    )


def sharpness(luma: Luma) -> float | None:
    """1 - the blur effect of Crete et al., Proc. SPIE 6492 (2007): how much a blur would change.

    On the middle of the picture at its own resolution, because scaling down sharpens.
    """
    height, width = luma.shape
    top, left = max(0, (height - CROP[1]) // 2), max(0, (width - CROP[0]) // 2)
    grey = luma[top : top + CROP[1], left : left + CROP[0]]
    if float(cv2.meanStdDev(grey)[1][0, 0]) < _LEAST_CONTRAST:
        return None
    # small whole numbers: as exact as needed, and half the memory of floats
    crop = grey.astype(np.int16) * _FINE
    worst = 0.0
    for axis, kernel in ((0, (1, 9)), (1, (9, 1))):
        again, once = _steps(cv2.blur(crop, kernel), axis), _steps(crop, axis)
        total = float(cv2.sumElems(once)[0])
        if total <= 0:
            return None
        lost = cv2.threshold(cv2.subtract(once, again), 0, 0, cv2.THRESH_TOZERO)[1]
        worst = max(worst, (total - float(cv2.sumElems(lost)[0])) / total)
    return round(1.0 - worst, 4)


def _steps(image: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
    """How much neighbours differ, down (axis 0) or across."""
    if axis == 0:
        return np.asarray(cv2.absdiff(image[1:], image[:-1]))
    return np.asarray(cv2.absdiff(image[:, 1:], image[:, :-1]))


def tilt(small: Luma) -> float | None:
    """Degrees by which the room's upright and level edges are turned, clockwise positive.

    Man-made places have two edge directions at right angles (Coughlan & Yuille, ICCV 1999): the
    fourfold circular mean of edge directions is the turn of both together. None without order.
    """
    image = cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)
    gx, gy = cv2.Sobel(image, cv2.CV_32F, 1, 0), cv2.Sobel(image, cv2.CV_32F, 0, 1)
    size = cv2.magnitude(gx, gy)
    strong = size > _LEAST_EDGE
    if strong.mean() < 0.005:
        return None
    size = size[strong]
    # an edge as a number on the unit circle; its fourth power is turned four times as far
    turned = ((gx[strong] + 1j * gy[strong]) / size) ** 2
    mean = (turned * turned * size).sum() / size.sum()
    if abs(mean) < _LEAST_ORDER:
        return None
    return round(float(np.degrees(np.angle(mean)) / 4), 2)


def dead_views(small: Luma) -> int:
    """Tiles of a split picture (2 x 2 or 3 x 3) that are evenly dark while the rest is not."""
    if float(small.mean()) < _DEAD_LUMA:
        return 0
    most = 0
    for rows, columns in _GRIDS:
        height, width = small.shape[0] // rows, small.shape[1] // columns
        tiles = [
            small[r * height : (r + 1) * height, c * width : (c + 1) * width]
            for r in range(rows)
            for c in range(columns)
        ]
        inner = [tile[4:-4, 4:-4] for tile in tiles]
        dead = sum(t.mean() < _DEAD_LUMA and t.std() < _DEAD_SPREAD for t in inner)
        most = max(most, dead)
    return most
