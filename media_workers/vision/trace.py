"""Following one face frame by frame through pictures that still wait, where looks leave doubt.

Whole pictures are looked at a few times a second. Where a face enters, leaves or moves fast that is
too seldom, and guessing would show it or hide what is no face. The pictures of the last second are
still here, so a close look at each, a tenth of the cost, tells where the face really was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import hypot

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.runtime.items import Picture
from media_workers.vision.detect import FaceFinder
from media_workers.vision.track import SHOW, Cut, Seen, Track, between, parted, sightings

MOST = 80
"""Close looks that may follow one look: a picture full of doubts may not cost more than can be paid
live. What is not followed any more is believed for a while where it was seen."""
_REACH = 1.0
_LIKE = 1.8
_MISSES = 3
_AT_EDGES = 4
_SURPRISE, _SWELL, _ON_THE_WAY = 0.25, 1.5, 0.08
_DENSE = 6
_STRIDE: MediaTime = 160 * MILLISECOND
_GLIDE: MediaTime = 200 * MILLISECOND


class Tracer:
    """Adds to tracks what close looks see of them."""

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._left = MOST

    def refill(self) -> None:
        """A new look at the whole picture begins: as many close looks again."""
        self._left = MOST

    def surer(self, faces: Sequence[Seen], picture: Picture) -> list[Seen]:
        """The same faces, with those the picture's edge may cut looked at again, closely.

        Half a face is found with half a score, or none; beside its mirror image it is whole.
        """
        doubtful = [f for f in faces if f.score < SHOW and _at_edge(f, picture)][:_AT_EDGES]
        better = {}
        for face in doubtful:
            found = self._best(picture, face, face.x, face.y)
            if found is not None and found.score > face.score:
                better[face] = face._replace(score=found.score)
        return [better.get(face, face) for face in faces]

    def back(self, track: Track, pictures: Iterable[Picture], cuts: list[Cut]) -> bool:
        """Follow the track from its first sighting back through earlier pictures, newest first.

        Gives whether it was still in sight where the pictures, or the view, begin.
        """
        missed = 0
        for picture in _spaced(pictures, track.seen[0].t):
            if parted(track.seen[0], picture.t, cuts):
                return True
            face = self._seen(track, picture, early=True)
            missed = 0 if face else missed + 1
            if face:
                track.seen.insert(0, face)
            elif missed == _MISSES:
                return False
        return not missed

    def onward(self, track: Track, pictures: Iterable[Picture], cuts: list[Cut]) -> bool:
        """Follow the track from its last sighting through later pictures, oldest first.

        Gives whether it is still in sight at the last of them.
        """
        missed = 0
        for picture in pictures:
            if parted(track.seen[-1], picture.t, cuts):
                return False
            face = self._seen(track, picture, early=False)
            missed = 0 if face else missed + 1
            if face:
                track.add(face)
            elif missed == _MISSES:
                return False
        return not missed

    def between(self, track: Track, face: Seen, pictures: Sequence[Picture]) -> None:
        """Add the next sighting; look again half-way to it, and on, where it surprises.

        `pictures`: those since the sighting before. Who keeps still, or their pace, costs nothing.
        """
        surprised = _surprised(track, face)
        track.add(face)
        if surprised and pictures:
            self._halve(track, len(track.seen) - 1, pictures)

    def _halve(self, track: Track, after: int, pictures: Sequence[Picture]) -> None:
        """Put a sighting before `seen[after]`; go on in both halves unless it lies on the way."""
        middle = len(pictures) // 2
        picture = pictures[middle]
        a, b = track.seen[after - 1], track.seen[after]
        expected = between(a, b, picture.t)
        face = self._best(picture, expected, expected.x, expected.y)
        if face is None:
            return
        track.seen.insert(after, face)
        if hypot(face.x - expected.x, face.y - expected.y) <= _ON_THE_WAY * expected.w:
            return
        if len(pictures) > middle + 1:
            self._halve(track, after + 1, pictures[middle + 1 :])
        if middle:
            self._halve(track, after, pictures[:middle])

    def at(self, track: Track, picture: Picture) -> bool:
        """Look for the track in one later picture; whether it is there."""
        face = self._seen(track, picture, early=False)
        if face:
            track.add(face)
        return face is not None

    def _seen(self, track: Track, picture: Picture, *, early: bool) -> Seen | None:
        """The face nearest to where the track should be at the picture."""
        known = track.seen[0] if early else track.seen[-1]
        vx, vy = track.pace(early=early)
        away = max(-_GLIDE, min(_GLIDE, picture.t - known.t)) / SECOND
        x, y = known.x + vx * away, known.y + vy * away
        if not (0 <= x < picture.width and 0 <= y < picture.height):
            x, y = known.x, known.y
        return self._best(picture, known, x, y)

    def _best(self, picture: Picture, known: Seen, x: float, y: float) -> Seen | None:
        """The face nearest to (x, y), or to where it is known from."""
        if self._left <= 0:
            return None
        self._left -= 1
        found = self._finder.near(picture.i420, x, y, known.w)
        near = [
            (gap, face)
            for face in sightings(found, picture.t)
            if (gap := _gap(known, face, x, y)) is not None
        ]
        return min(near, key=lambda pair: pair[0])[1] if near else None


def _at_edge(face: Seen, picture: Picture) -> bool:
    """Whether less than a quarter of its size lies between the face and an edge of the picture."""
    aside = min(face.x, picture.width - face.x) - face.w / 2
    above = min(face.y, picture.height - face.y) - face.h / 2
    return aside < face.w / 4 or above < face.h / 4


def _surprised(track: Track, face: Seen) -> bool:
    """Whether a straight line from the sighting before may leave the face bare."""
    last, (vx, vy) = track.seen[-1], track.pace()
    away, size = (face.t - last.t) / SECOND, min(last.w, face.w)
    moved = hypot(last.x + vx * away - face.x, last.y + vy * away - face.y)
    # who hardly moved needs no second look, whatever pace they had
    stayed = hypot(last.x - face.x, last.y - face.y)
    return min(moved, stayed) > _SURPRISE * size or max(last.w, face.w) > _SWELL * size


def _gap(known: Seen, face: Seen, x: float, y: float) -> float | None:
    """Widths between the face and the nearer of (x, y) and where it was; None when out of reach."""
    size = max(known.w, face.w)
    if size > _LIKE * min(known.w, face.w):
        return None
    gap = min(hypot(face.x - x, face.y - y), hypot(face.x - known.x, face.y - known.y)) / size
    return gap if gap <= _REACH else None


def _spaced(pictures: Iterable[Picture], since: MediaTime) -> Iterator[Picture]:
    """Those before `since`: each of the first few, then a usual look apart."""
    last = since
    for n, picture in enumerate(p for p in pictures if p.t < since):
        if n < _DENSE or last - picture.t >= _STRIDE:
            last = picture.t
            yield picture
