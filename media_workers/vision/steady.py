"""Boxes that stay where they are as long as they can.

What is hidden shows a patch, and a patch that trembles with every measurement costs the encoder
more than the face it hides, and tells more about it: each shift is another sample. So a box holds
still while it covers what must be hidden without being much larger, and where it has to move it is
made for the next frames too, which the look-ahead knows already.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor

from courtstream.domain.redaction import Box

AHEAD = (1.08, 1.15)
"""How many times the area needed now a new box may have, to do for the next frames too: for a face
of _SMALL pixels, where every pixel reaches far into the room around it, and for one of _LARGE."""
LOOSE = (1.2, 1.4)
"""How many times the area needed a box may have and still be kept."""
_SMALL, _LARGE = 36.0, 96.0


class Steady:
    """One box for each track, from frame to frame."""

    def __init__(self) -> None:
        self._kept: dict[int, Box] = {}

    def hold(self, track: int, needed: Box, later: Iterable[Box], scale: float = 1.0) -> Box:
        """A box that covers `needed`; `later`: what will be needed in the next frames, in order.

        `scale`: the picture's height in times of 720 lines.
        """
        kept = self._kept.get(track)
        size = needed.w / scale
        if (
            kept is None
            or not _covers(kept, needed)
            or _area(kept) > _of(LOOSE, size) * _area(needed)
        ):
            self._kept[track] = kept = _made(needed, later, _of(AHEAD, size))
        return kept

    def keep(self, tracks: Iterable[int]) -> None:
        """Forget all tracks but these."""
        self._kept = {track: box for track in tracks if (box := self._kept.get(track))}


def _of(range_: tuple[float, float], size: float) -> float:
    """The value for a box `size` pixels wide, between those for small and for large ones."""
    if size <= _SMALL:
        return range_[0]
    share = min(1.0, (size - _SMALL) / (_LARGE - _SMALL))
    return range_[0] + share * (range_[1] - range_[0])


def _made(needed: Box, later: Iterable[Box], ahead: float) -> Box:
    """The smallest box of whole pixels for now and as many of the next frames as is reasonable."""
    most, box = ahead * _area(needed), needed
    for following in later:
        both = _both(box, following)
        if _area(both) > most:
            break
        box = both
    x0, y0, x1, y1 = floor(box.x), floor(box.y), ceil(box.x + box.w), ceil(box.y + box.h)
    return Box(x0, y0, x1 - x0, y1 - y0)


def _covers(a: Box, b: Box) -> bool:
    return a.x <= b.x and a.y <= b.y and a.x + a.w >= b.x + b.w and a.y + a.h >= b.y + b.h


def _both(a: Box, b: Box) -> Box:
    x, y = min(a.x, b.x), min(a.y, b.y)
    return Box(x, y, max(a.x + a.w, b.x + b.w) - x, max(a.y + a.h, b.y + b.h) - y)


def _area(box: Box) -> float:
    return box.w * box.h
