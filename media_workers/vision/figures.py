"""A protected person is hidden whole: the figure under a head, and what moves out of a zone."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from courtstream.domain.redaction import Box
from courtstream.domain.time import MILLISECOND, MediaTime
from courtstream.domain.zones import Zone
from media_workers.vision.views import COLUMNS, ROWS, Glance

REACH: MediaTime = 400 * MILLISECOND
"""Movement this long before and after an instant counts for it."""
MOVED = 9.0
"""Grey levels by which a cell changes between two glances when something moves through it."""
_WIDE, _ABOVE, _BELOW = 1.9, 0.7, 6.5
"""A figure around a head box: half its breadth, in head widths; above and below, in heights."""
_GROWTH = 1.0
"""How far, in its own sizes, a zone may grow on each side after what moves out of it."""

Size = tuple[int, int]


def figure(head: Box, size: Size) -> Box | None:
    """The whole figure under a head box, standing or sitting, inside a picture of (w, h) `size`."""
    middle = head.x + head.w / 2
    left, right = middle - _WIDE * head.w, middle + _WIDE * head.w
    return inside(left, head.y - _ABOVE * head.h, right, head.y + (1 + _BELOW) * head.h, size)


def inside(left: float, top: float, right: float, bottom: float, size: Size) -> Box | None:
    """The part of a rectangle that lies in the picture; None when hardly any does."""
    x0, x1 = max(0.0, left), min(float(size[0]), right)
    y0, y1 = max(0.0, top), min(float(size[1]), bottom)
    return Box(x0, y0, x1 - x0, y1 - y0) if x1 - x0 >= 1 and y1 - y0 >= 1 else None


def area(zone: Zone, size: Size) -> Box | None:
    """The rectangle around a zone in pixels of a picture of (w, h) `size`."""
    x, y, w, h = zone.bounds
    return inside(x * size[0], y * size[1], (x + w) * size[0], (y + h) * size[1], size)


def outgrown(zone: Zone, glances: Sequence[Glance], size: Size) -> Box | None:
    """The rectangle around a zone and all that moves and touches it, or each other, from there.

    `glances`: those within REACH of the instant. Grown by whole cells, never further than the
    zone's own size on each side.
    """
    own = _cells_of(zone)
    _, marks = cv2.connectedComponents((_moving(glances) | own).astype(np.uint8), connectivity=8)
    grown = np.isin(marks, np.unique(marks[own]))
    if not (grown & ~own).any():
        return area(zone, size)
    rows, columns = np.nonzero(grown.any(axis=1))[0], np.nonzero(grown.any(axis=0))[0]
    x, y, w, h = zone.bounds
    left = max(x - _GROWTH * w, min(x, int(columns[0]) / COLUMNS))
    right = min(x + w + _GROWTH * w, max(x + w, (int(columns[-1]) + 1) / COLUMNS))
    top = max(y - _GROWTH * h, min(y, int(rows[0]) / ROWS))
    bottom = min(y + h + _GROWTH * h, max(y + h, (int(rows[-1]) + 1) / ROWS))
    return inside(left * size[0], top * size[1], right * size[0], bottom * size[1], size)


def _moving(glances: Sequence[Glance]) -> npt.NDArray[np.bool_]:
    """Cells through which anything moved in any of the glances."""
    if len(glances) < 2:
        return np.zeros((ROWS, COLUMNS), bool)
    stack = np.stack([g.cells for g in glances])
    return np.asarray(stack.max(axis=0) - stack.min(axis=0) > MOVED)


def _cells_of(zone: Zone) -> npt.NDArray[np.bool_]:
    """The cells the zone's rectangle touches."""
    x, y, w, h = zone.bounds
    mask = np.zeros((ROWS, COLUMNS), bool)
    rows = slice(min(ROWS - 1, int(y * ROWS)), max(1, int(np.ceil((y + h) * ROWS))))
    columns = slice(min(COLUMNS - 1, int(x * COLUMNS)), max(1, int(np.ceil((x + w) * COLUMNS))))
    mask[rows, columns] = True
    return mask
