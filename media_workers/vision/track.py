"""One face through time: where it was seen, and where it is believed to be in between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from math import hypot, inf
from typing import NamedTuple, TypeAlias

import numpy as np

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.vision.cuts import COLUMNS, ROWS, Tiles
from media_workers.vision.detect import KEEP, Found

START = 0.4
"""The score that starts a track."""
SHOW = 0.6
"""The score a track must reach once for its face to count as one."""
FILL: MediaTime = 240 * MILLISECOND
"""How far before its first and after its last sighting a face is believed: 6 frames of 25/s."""
BRIDGE: MediaTime = 1300 * MILLISECOND
"""The longest gap between two sightings of one face: a wide look, missed once by a little."""

_REACH = 1.0
_LIKE = 2.2
_CLOSE = 0.5
_NEXT: MediaTime = 80 * MILLISECOND
_LEAP = 3.2
_LEAP_LIKE = 1.6
_LEAP_TIME: MediaTime = 300 * MILLISECOND
_PACE_TIME: MediaTime = 75 * MILLISECOND
_DRIFT: MediaTime = 200 * MILLISECOND
_FRAME: MediaTime = 40 * MILLISECOND
_WAVER = 0.08
_SURE, _TINY = (0.8, 0.5), (22.0, 16.0)


class Seen(NamedTuple):
    """A face at an instant: centre and size in source pixels.

    A tuple, because thousands are made each second and a frozen dataclass takes four times as long.
    """

    t: MediaTime
    x: float
    y: float
    w: float
    h: float
    score: float
    leapt: bool = False
    """Whether it is only likely, not sure, that this is the face seen before."""
    rested: MediaTime = 0
    """How long it has not been looked at because nothing around it changed; 0 when it was."""
    guessed: MediaTime = 0
    """How far away in time the nearest real sighting is; 0 for a sighting itself."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut at `t`: that frame is the first of the new view, in these tiles."""

    t: MediaTime
    tiles: Tiles
    width: int
    height: int

    def parts(self, face: Seen) -> bool:
        """Whether the face lies in the new view: most of its box in tiles that were cut."""
        columns = _covering(face.x, face.w, self.width, COLUMNS)
        rows = _covering(face.y, face.h, self.height, ROWS)
        return float(rows @ self.tiles @ columns) >= 0.5


def _covering(
    centre: float, size: float, whole: int, parts: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Which shares of a stretch lie in each of `parts` equal parts of the whole; sums to one."""
    edges = np.arange(parts + 1) * (whole / parts)
    low, high = np.clip([centre - size / 2, centre + size / 2], 0, whole)
    if high <= low:
        low, high = min(low, whole - 1e-3), min(low, whole - 1e-3) + 1e-3
    shares = np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0, None)
    return np.asarray(shares / shares.sum())


@dataclass(slots=True)
class Track:
    """The sightings of one face, in order of time."""

    number: int
    seen: list[Seen] = field(default_factory=list)
    best: float = 0.0

    @property
    def shown(self) -> bool:
        """Whether it has ever been sure enough to be a face."""
        return self.best >= SHOW

    def add(self, face: Seen) -> None:
        """The next sighting."""
        self.seen.append(face)
        self.best = max(self.best, face.score)

    def rest(self, t: MediaTime) -> None:
        """Nothing around the face has changed until `t`: it is where it was."""
        last = self.seen[-1]
        self.seen.append(last._replace(t=t, rested=last.rested + t - last.t))

    def forget(self, before: MediaTime) -> None:
        """Drop sightings no frame from `before` on can need."""
        while len(self.seen) > 2 and self.seen[1].t <= before:
            del self.seen[0]

    def at(self, t: MediaTime, cuts: list[Cut]) -> Seen | None:
        """Where the face is believed to be at `t`, never beyond a cut; None where nowhere."""
        # sightings are tuples that begin with their time: all up to `t` come before this
        after = bisect_right(self.seen, (t, inf))
        earlier = self.seen[after - 1] if after else None
        later = self.seen[after] if after < len(self.seen) else None
        if earlier and earlier.t == t:
            return self._whole(after - 1)
        if earlier and later:
            return between(earlier, later, t)
        known = earlier or later
        if known is None or abs(t - known.t) > FILL or parted(known, t, cuts):
            return None
        return self._beyond(known, t)

    def _whole(self, n: int) -> Seen:
        """The n-th sighting with what those right before and after it say of where the face was.

        Half behind something, or at the picture's edge, a face is easily measured short once.
        """
        face = self.seen[n]
        near = [
            other
            for other in self.seen[max(0, n - 1) : n + 2]
            if 0 < abs(other.t - face.t) <= _NEXT
            and hypot(other.x - face.x, other.y - face.y) <= _CLOSE * face.w
        ]
        if not near:
            return face
        expected = near[0] if len(near) == 1 else between(near[0], near[1], face.t)
        return _both(face, expected)._replace(guessed=0)

    def _beyond(self, known: Seen, t: MediaTime) -> Seen:
        """`known` moved on, or back, at the track's pace there; where it was seen stays hidden.

        A face that is about to be covered, or was until now, is measured short: the sighting next
        to `known` counts too where it is close by.
        """
        early = t < known.t
        vx, vy = self.pace(early=early)
        pair = self.seen[:2] if early else self.seen[-2:]
        for other in pair:
            if hypot(other.x - known.x, other.y - known.y) <= _CLOSE * known.w:
                known = _both(known, other)
        away = t - known.t
        glide = max(-_DRIFT, min(_DRIFT, away)) / SECOND
        moved = known._replace(x=known.x + vx * glide, y=known.y + vy * glide)
        return _both(known, moved)._replace(t=t, guessed=abs(away))

    def pace(self, *, early: bool = False) -> tuple[float, float]:
        """Pixels a second, across and down, at the track's end (or its beginning)."""
        end, others = (self.seen[0], self.seen[1:]) if early else (self.seen[-1], self.seen[-2::-1])
        # boxes waver by pixels from frame to frame: over so short a time that is no movement
        other = next((face for face in others if abs(face.t - end.t) >= _PACE_TIME), None)
        if other is None:
            return 0.0, 0.0
        apart = (end.t - other.t) / SECOND
        return (end.x - other.x) / apart, (end.y - other.y) / apart


def parted(face: Seen, t: MediaTime, cuts: list[Cut]) -> bool:
    """Whether a cut lies between the face and `t`."""
    low, high = min(face.t, t), max(face.t, t)
    return any(low < cut.t <= high and cut.parts(face) for cut in cuts)


def _both(a: Seen, b: Seen) -> Seen:
    """One box around two."""
    x0, x1 = min(a.x - a.w / 2, b.x - b.w / 2), max(a.x + a.w / 2, b.x + b.w / 2)
    y0, y1 = min(a.y - a.h / 2, b.y - b.h / 2), max(a.y + a.h / 2, b.y + b.h / 2)
    return a._replace(x=(x0 + x1) / 2, y=(y0 + y1) / 2, w=x1 - x0, h=y1 - y0)


def between(a: Seen, b: Seen, t: MediaTime) -> Seen:
    """Where the face was on its straight way from `a` to `b`; after a leap, the whole way."""
    if b.leapt:
        return _both(a, b)._replace(t=t, guessed=min(t - a.t, b.t - t))
    share = (t - a.t) / (b.t - a.t)
    x, y = a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share
    # the larger size: one of the two may have been measured short, half behind something; and more
    # along the way, which is seldom straight or even
    w = max(a.w, b.w) + _WAVER * abs(b.x - a.x)
    h = max(a.h, b.h) + _WAVER * abs(b.y - a.y)
    score = a.score + (b.score - a.score) * share
    return Seen(t, x, y, w, h, score, guessed=min(t - a.t, b.t - t))


def sightings(found: Found, t: MediaTime) -> list[Seen]:
    """What a finder found, as centres, the surest first."""
    rows = found[np.argsort(-found[:, 4], kind="stable")].tolist()
    return [
        Seen(t, x + w / 2, y + h / 2, w, h, score)
        for x, y, w, h, score in rows
        if score >= KEEP and w > 0 and h > 0
    ]


Pairs: TypeAlias = list[tuple[Track, Seen]]
Price: TypeAlias = Callable[[Seen], float | None]


def associate(
    tracks: list[Track], faces: list[Seen], cuts: list[Cut]
) -> tuple[Pairs, Pairs, list[Seen]]:
    """Which track each face continues; which it may have leapt from; and the faces that are new.

    Nearness is the distance between the expected and the found centre in face widths. Somebody who
    walks fast gets further between two looks than a still face could: those leaps are told apart.
    """
    steps, tracks, faces = _matched(tracks, faces, cuts, _step)
    leaps, _, faces = _matched(tracks, faces, cuts, _leap)
    return steps, leaps, faces


def _matched(
    tracks: list[Track],
    faces: list[Seen],
    cuts: list[Cut],
    cost: Callable[[Track], Price],
) -> tuple[Pairs, list[Track], list[Seen]]:
    """Pairs in order of cost, each track and face once; then the tracks and faces left over."""
    near = []
    for i, track in enumerate(tracks):
        last, price_of = track.seen[-1], cost(track)
        for j, face in enumerate(faces):
            price = price_of(face)
            if price is not None and not parted(last, face.t, cuts):
                near.append((price, i, j))
    used_tracks: set[int] = set()
    used_faces: set[int] = set()
    pairs: Pairs = []
    for _, i, j in sorted(near):
        if i not in used_tracks and j not in used_faces:
            used_tracks.add(i)
            used_faces.add(j)
            pairs.append((tracks[i], faces[j]))
    return (
        pairs,
        [track for i, track in enumerate(tracks) if i not in used_tracks],
        [face for j, face in enumerate(faces) if j not in used_faces],
    )


def _step(track: Track) -> Price:
    """How far a face lies from where the track should be, in widths; None when out of reach."""
    last = track.seen[-1]
    vx, vy = track.pace()

    def price(face: Seen) -> float | None:
        away = face.t - last.t
        size = max(last.w, face.w)
        if not 0 < away <= BRIDGE or size > _LIKE * min(last.w, face.w):
            return None
        glide, dx, dy = away / SECOND, last.x - face.x, last.y - face.y
        # those who stop are found where they were
        gap = min(hypot(dx + vx * glide, dy + vy * glide), hypot(dx, dy)) / size
        return gap if gap <= _REACH else None

    return price


def _leap(track: Track) -> Price:
    """The same for who may have walked fast since the last look."""
    last = track.seen[-1]

    def price(face: Seen) -> float | None:
        size = max(last.w, face.w)
        if face.score < START or face.t - last.t > _LEAP_TIME:
            return None
        if size > _LEAP_LIKE * min(last.w, face.w):
            return None
        gap = hypot(last.x - face.x, last.y - face.y) / size
        return gap if gap <= _LEAP else None

    return price


def margins(face: Seen, scale: float) -> tuple[float, float]:
    """Pixels to add on each side, across and down; `scale`: the picture's height by 720 lines.

    A share of the box, more where the finder is unsure and with every 40 ms of guessing; and some
    pixels, more for the smallest faces, which are measured worst, from brow to chin above all.
    """
    unsure = _share(face.score, *_SURE)
    tiny = _share(face.w / scale, *_TINY)
    part = 0.11 + 0.05 * unsure + 0.012 * face.guessed / _FRAME
    across, down = (1.0 + 2.8 * tiny) * scale, (2.6 + 3.0 * tiny) * scale
    return across + part * face.w, down + part * face.h


def _share(value: float, none: float, full: float) -> float:
    """0 from `none` up, 1 from `full` down."""
    return 0.0 if value >= none else min(1.0, (none - value) / (none - full))
