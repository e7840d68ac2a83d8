"""When to look for faces, and how closely: the whole cost of the picture side lies here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.runtime.items import Picture
from media_workers.vision.track import Seen

LOOK_EVERY: MediaTime = 200 * MILLISECOND
"""A usual look: 5 frames of 25/s, as long as anything moves where nobody is known to be."""
KNOWN_EVERY: MediaTime = 400 * MILLISECOND
"""A usual look while only people move whose faces are known: these can be followed back."""
WIDE_EVERY: MediaTime = SECOND
"""A closer look, for faces too small for the usual one. No longer than the look-ahead: whoever it
finds can be followed back to where they came into sight."""
STILL: MediaTime = SECOND
"""A usual look comes at least this often, though nothing changed outside what is hidden."""
STILL_WIDE: MediaTime = 3 * SECOND
"""The same for a closer look."""

_NARROW = 640
_COARSE, _LARGE = 512, 24.0
"""A usual look's columns while all faces known have at least so many of them: smaller ones that
come into sight are found by the next closer look, and followed back."""
_SMALL = 20.0
_EARLY: MediaTime = 10 * MILLISECOND
_JUST: MediaTime = 80 * MILLISECOND


class LookPlan:
    """Decides for each picture whether to look at it, and at how many columns."""

    def __init__(self) -> None:
        self._asked: MediaTime | None = None
        self._looked: MediaTime | None = None
        self._looked_whole: MediaTime | None = None
        self._looked_whole_wide: MediaTime | None = None
        self._looked_wide: MediaTime | None = None
        self._looked_at_edges: MediaTime | None = None
        self._small = self._large = False

    def just_looked(self, t: MediaTime) -> bool:
        """Whether the last look was at `t`, or too little before it for much to have moved."""
        return self._looked is not None and t - self._looked < _JUST - _EARLY

    def due(self, t: MediaTime) -> bool:
        """Whether it is time to think of a look at all."""
        return _over(self._asked, t, LOOK_EVERY)

    def width(
        self,
        picture: Picture,
        *,
        cut: bool,
        stirred: Callable[[], bool],
        stirred_wide: Callable[[], bool],
        strange: Callable[[], bool],
    ) -> int | None:
        """The columns to look at this picture with; 0 where nothing is new; None for later.

        `stirred`: whether anything changed outside what is hidden since the last look,
        `stirred_wide`: since the last close one, `strange`: apart from people with known faces.
        """
        self._asked = picture.t
        usual, wide, closest = widths(picture.width)
        if self._large and not cut:
            usual = min(usual, _COARSE)
        if cut:
            # a flickering picture is all cuts, and may not cost more than can be paid live
            return closest if _over(self._looked_wide, picture.t, LOOK_EVERY) else usual
        if _over(self._looked_wide, picture.t, STILL_WIDE) or (
            _over(self._looked_wide, picture.t, WIDE_EVERY) and stirred_wide()
        ):
            return closest if self._small else wide
        if _over(self._looked_whole, picture.t, STILL):
            return usual
        if not stirred():
            return 0
        return usual if _over(self._looked, picture.t, KNOWN_EVERY) or strange() else None

    def may_look_at_part(self, picture: Picture, width: int) -> bool:
        """Whether a look at what changed does: the whole picture was looked at not long ago."""
        usual, wide, _ = widths(picture.width)
        if usual == wide:
            return False
        if width <= usual:
            return not _over(self._looked_whole, picture.t, STILL)
        # the smallest are seen by the closest looks alone: they are looked for everywhere
        return not self._small and not _over(self._looked_whole_wide, picture.t, STILL_WIDE)

    def take_edges(self, picture: Picture, width: int, *, cut: bool) -> bool:
        """Whether this look takes in the picture's edges, for halves of faces; True counts as done.

        As often as closely: whoever stands there is followed back to where they came into sight.
        """
        usual, wide, _ = widths(picture.width)
        if width <= usual != wide or not (
            cut or _over(self._looked_at_edges, picture.t, WIDE_EVERY)
        ):
            return False
        self._looked_at_edges = picture.t
        return True

    def looked(
        self, picture: Picture, width: int, faces: Sequence[Seen], *, whole: bool = True
    ) -> bool:
        """What a look gave; whether it was a close one."""
        self._asked = self._looked = picture.t
        if whole:
            self._looked_whole = picture.t
        usual, wide, _ = widths(picture.width)
        smallest = min((face.w for face in faces), default=0.0) * _COARSE / picture.width
        self._large = smallest >= _LARGE and (self._large or whole)
        if width <= usual != wide:
            return False
        self._looked_wide = picture.t
        limit = _SMALL * picture.height / 720
        small = any(face.w < limit for face in faces)
        # a part without small faces says nothing of the rest
        self._small = small or (self._small and not whole)
        if whole:
            self._looked_whole_wide = picture.t
        return True


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
