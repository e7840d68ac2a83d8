"""A dim picture is made lighter and richer before it is looked at, for the finder alone.

The network learnt from pictures that were well exposed. In a room with the lights turned down it
misses most small faces; given what a person would turn the knobs of a screen to, it finds them.
"""

from __future__ import annotations

from math import log
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from media_workers.runtime.items import Planes

LIGHT, SPREAD = 80.0, 90.0
"""Luma's mean that a darker picture is brought to, and the levels that all but two hundredths at
either end lie within then, where they lay closer."""
_WIDEST = 215.0
"""The levels that nearly all may take then: little is to be lost in white and black."""
_ENDS = (0.5, 2.0, 98.0, 99.5)
_LEAST_EXPONENT, _MOST_CONTRAST, _MOST_COLOUR = 0.3, 2.0, 3.0
_STEP = 16
"""Every so manieth point across and down is enough to measure by."""
_LEVELS = np.arange(256, dtype=np.float32)

Table = npt.NDArray[np.uint8]


class Light(NamedTuple):
    """What each level of luma and of chroma becomes: two tables of 256."""

    luma: Table
    chroma: Table

    def shine(self, planes: npt.NDArray[np.uint8]) -> None:
        """Change the planes Y, U, V, uint8 (3, H, W), where they lie."""
        for plane, table in zip(planes, (self.luma, self.chroma, self.chroma), strict=True):
            cv2.LUT(plane, table, dst=plane)


def light_for(luma: Planes) -> Light | None:
    """What a picture with this luma needs; None where it is as light as it should be.

    A light one is left alone however flat it is: a white wall is flat, too. A power brings the mean
    up, a stretch about it the spread; colours, which tell skin from wood, grow by the larger of
    both.
    """
    points = luma[::_STEP, ::_STEP]
    mean = max(1.0, float(points.mean()))
    if mean >= LIGHT:
        return None
    exponent = max(_LEAST_EXPONENT, log(LIGHT / 255) / log(mean / 255))
    curve = 255 * (_LEVELS / 255) ** exponent
    lowest, low, high, highest = curve[np.percentile(points, _ENDS, method="nearest")]
    contrast = min(
        _MOST_CONTRAST, SPREAD / max(1.0, high - low), _WIDEST / max(1.0, highest - lowest)
    )
    contrast = max(1.0, contrast)
    middle = float(curve[points].mean())
    colour = min(_MOST_COLOUR, max(LIGHT / mean, contrast))
    return Light(
        _table((curve - middle) * contrast + middle), _table((_LEVELS - 128) * colour + 128)
    )


def _table(levels: npt.NDArray[np.floating[Any]]) -> Table:
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)
