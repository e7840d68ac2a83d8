"""One face through time: where it was seen, and where it is believed to be in between."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.vision.cuts import COLUMNS, ROWS, Tiles
from media_workers.vision.detect import KEEP, Found

START = 0.4
"""The score that starts a track."""
SHOW = 0.6
"""The score a track must reach once for its face to count as one."""
FILL: MediaTime = 800 * MILLISECOND
"""How far before its first and after its last sighting a face is believed: 20 frames of 25/s."""
BRIDGE: MediaTime = 1300 * MILLISECOND
"""The longest gap between two sightings of one face: a wide look, missed once by a little."""

_REACH = 1.0
_LIKE = 2.2
_DRIFT: MediaTime = 200 * MILLISECOND
_FRAME: MediaTime = 40 * MILLISECOND


@dataclass(frozen=True, slots=True)
class Seen:
    """A face at an instant: centre and size in source pixels."""

    t: MediaTime
    x: float
    y: float
    w: float
    h: float
    score: float
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

    def forget(self, before: MediaTime) -> None:
        """Drop sightings no frame from `before` on can need."""
        while len(self.seen) > 2 and self.seen[1].t <= before:
            del self.seen[0]

    def at(self, t: MediaTime, cuts: list[Cut]) -> Seen | None:
        """Where the face is believed to be at `t`, never beyond a cut; None where nowhere."""
        after = bisect_right(self.seen, t, key=lambda face: face.t)
        earlier = self.seen[after - 1] if after else None
        later = self.seen[after] if after < len(self.seen) else None
        if earlier and earlier.t == t:
            return earlier
        if earlier and later:
            return _between(earlier, later, t)
        known = earlier or later
        if known is None or abs(t - known.t) > FILL or parted(known, t, cuts):
            return None
        return self._beyond(known, t)

    def _beyond(self, known: Seen, t: MediaTime) -> Seen:
        """`known` moved on, or back, at the track's pace there, which soon comes to rest."""
        vx, vy = self.pace(early=t < known.t)
        away = t - known.t
        glide = max(-_DRIFT, min(_DRIFT, away)) / SECOND
        return Seen(
            t, known.x + vx * glide, known.y + vy * glide, known.w, known.h, known.score, abs(away)
        )

    def pace(self, *, early: bool = False) -> tuple[float, float]:
        """Pixels a second, across and down, at the track's end (or its beginning)."""
        pair = self.seen[:2] if early else self.seen[-2:]
        if len(pair) < 2:
            return 0.0, 0.0
        apart = (pair[1].t - pair[0].t) / SECOND
        return (pair[1].x - pair[0].x) / apart, (pair[1].y - pair[0].y) / apart


def parted(face: Seen, t: MediaTime, cuts: list[Cut]) -> bool:
    """Whether a cut lies between the face and `t`."""
    low, high = min(face.t, t), max(face.t, t)
    return any(low < cut.t <= high and cut.parts(face) for cut in cuts)


def _between(a: Seen, b: Seen, t: MediaTime) -> Seen:
    share = (t - a.t) / (b.t - a.t)
    x, y, w, h, score = (
        p + (q - p) * share
        for p, q in ((a.x, b.x), (a.y, b.y), (a.w, b.w), (a.h, b.h), (a.score, b.score))
    )
    return Seen(t, x, y, w, h, score, min(t - a.t, b.t - t))


def sightings(found: Found, t: MediaTime) -> list[Seen]:
    """What a finder found, as centres, the surest first."""
    rows = found[np.argsort(-found[:, 4], kind="stable")].tolist()
    return [
        Seen(t, x + w / 2, y + h / 2, w, h, score)
        for x, y, w, h, score in rows
        if score >= KEEP and w > 0 and h > 0
    ]


def associate(
    tracks: list[Track], faces: list[Seen], cuts: list[Cut]
) -> tuple[list[tuple[Track, Seen]], list[Seen]]:
    """Which track each face continues, nearest first; and the faces that continue none.

    Nearness is the distance between the predicted and the found centre in face widths.
    """
    near = []
    for i, track in enumerate(tracks):
        last = track.seen[-1]
        vx, vy = track.pace()
        for j, face in enumerate(faces):
            away = face.t - last.t
            if not 0 < away <= BRIDGE:
                continue
            glide = min(away, 2 * _DRIFT) / SECOND
            gap = np.hypot(last.x + vx * glide - face.x, last.y + vy * glide - face.y)
            size = max(last.w, face.w)
            alike = size <= _LIKE * min(last.w, face.w)
            if alike and gap <= _REACH * size and not parted(last, face.t, cuts):
                near.append((gap / size, i, j))
    pairs: list[tuple[Track, Seen]] = []
    used_tracks: set[int] = set()
    used_faces: set[int] = set()
    for _, i, j in sorted(near):
        if i not in used_tracks and j not in used_faces:
            used_tracks.add(i)
            used_faces.add(j)
            pairs.append((tracks[i], faces[j]))
    return pairs, [face for j, face in enumerate(faces) if j not in used_faces]


def margin(side: float, scale: float, guessed: MediaTime) -> float:
    """Pixels to add on each side of a box: 15 %, 2.5 px of 720p, 1.2 % per 40 ms of guessing."""
    return side * (0.15 + 0.012 * guessed / _FRAME) + 2.5 * scale
