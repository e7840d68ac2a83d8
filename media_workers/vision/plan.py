"""When to look for faces, and how closely: the whole cost of the picture side lies here."""

from __future__ import annotations

from collections.abc import Sequence

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.runtime.items import Picture
from media_workers.vision.track import Seen

LOOK_EVERY: MediaTime = 200 * MILLISECOND
"""A usual look: 5 frames of 25/s."""
WIDE_EVERY: MediaTime = SECOND
"""A closer look, for faces too small for the usual one."""
WIDE_OFTEN: MediaTime = 600 * MILLISECOND
"""The same while there are such faces."""
HURRY: MediaTime = 80 * MILLISECOND
"""The next look after somebody appeared out of nothing: how fast do they move?"""

_NARROW = 640
_SMALL = 20.0
_EARLY: MediaTime = 10 * MILLISECOND


class LookPlan:
    """Decides for each picture whether to look at it, and at how many columns."""

    def __init__(self) -> None:
        self._looked: MediaTime | None = None
        self._looked_wide: MediaTime | None = None
        self._small = False
        self._hurry = False

    def just_looked(self, t: MediaTime) -> bool:
        """Whether the last look was at `t`, or too little before it for much to have moved."""
        return self._looked is not None and t - self._looked < HURRY - _EARLY

    def width(self, picture: Picture, *, cut: bool) -> int:
        """The columns to look at this picture with; 0 for not at all."""
        usual, wide, closest = widths(picture.width)
        if cut:
            # a flickering picture is all cuts, and may not cost more than can be paid live
            return closest if _over(self._looked_wide, picture.t, LOOK_EVERY) else usual
        if _over(self._looked_wide, picture.t, WIDE_OFTEN if self._small else WIDE_EVERY):
            return closest if self._small else wide
        every = HURRY if self._hurry else LOOK_EVERY
        return usual if _over(self._looked, picture.t, every) else 0

    def looked(
        self, picture: Picture, width: int, faces: Sequence[Seen], *, surprise: bool
    ) -> None:
        """What a look gave. `surprise`: a face that continues none, though the view is not new."""
        self._looked = picture.t
        usual, wide, _ = widths(picture.width)
        if width != usual or usual == wide:
            self._looked_wide = picture.t
            limit = _SMALL * picture.height / 720
            self._small = any(face.w < limit for face in faces)
        # once only: a flickering detection must not double the cost
        self._hurry = surprise and not self._hurry


def widths(source: int) -> tuple[int, int, int]:
    """Columns of a usual, a wide and the closest look at a picture `source` pixels wide."""
    if source < 960:
        return _NARROW, _NARROW, _NARROW
    if source < 1600:
        return _NARROW, 960, 1280
    return _NARROW, 1280, 1600


def _over(last: MediaTime | None, t: MediaTime, every: MediaTime) -> bool:
    """Whether `every` has passed, to the nearest frame of any rate up to 50 a second."""
    return last is None or t - last >= every - _EARLY
