"""Looking for faces again, slowly: every second picture, closely, at a low threshold.

It shares the finder's file with the live pass and nothing else: no plan of looks, no look-ahead,
no look saved. What is found in the original is looked up in the redaction record, and then in the
published pixels themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from courtstream.domain.redaction import Box
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.recheck.films import PublicFilm
from media_workers.recheck.moments import Moment, MomentWhy, joined
from media_workers.recheck.record import Record
from media_workers.runtime.items import Picture
from media_workers.timeline.fit import fit
from media_workers.vision.cuts import CutTest
from media_workers.vision.detect import FaceFinder, merged
from media_workers.vision.track import Cut, Seen, Track, associate, sightings

WIDTH_720, WIDTH_1080 = 1280, 1600
COVERED = 0.9
"""The share of a face the record must have hidden."""
SURE, OFTEN = 0.5, 4
"""A followed face counts when it reaches SURE once, or is found at all in OFTEN looks."""
EXPOSED = 0.4
"""Likeness of fine detail from which on a face that the record left out is visible."""
SURELY_EXPOSED = 0.75
"""The same for one the record says is hidden: the pixels say that it is not."""
LOST: MediaTime = 600 * MILLISECOND
AT_CUT: MediaTime = 300 * MILLISECOND
APART: MediaTime = 600 * MILLISECOND
MOST_MOMENTS = 500
IMAGE_WIDTH = 960
_CROP = 32


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One sighting that may be visible to the public."""

    t: MediaTime
    box: Box
    score: float
    visible: float
    at_cut: bool


@dataclass(slots=True)
class _Followed:
    """What is doubtful about one followed face, and the picture in which it shows most."""

    doubts: list[_Doubt] = field(default_factory=list)
    best: float = 0.0
    jpeg: bytes = b""


class Scan:
    """Takes the original's pictures in order; `finish` gives the moments."""

    def __init__(self, finder: FaceFinder, record: Record, public: PublicFilm) -> None:
        self._finder, self._record, self._public = finder, record, public
        self._cut_test = CutTest()
        self._cuts: list[Cut] = []
        self._tracks: list[Track] = []
        self._followed: dict[int, _Followed] = {}
        self._moments: list[Moment] = []
        self._numbers = 0
        self._looked = False
        self.pictures = 0
        self.seen: set[int] = set()
        """Numbers of the published segments the original had pictures for."""

    def push(self, picture: Picture) -> None:
        """The next picture of the original."""
        segment = self._record.segment(picture.t)
        shown = None
        if segment is not None:
            self.seen.add(segment.n)
            if not self._record.closed(picture.t):
                shown = self._public.at(segment, picture.t)
        if shown is None:
            return
        fitted = fit(picture, shown.width, shown.height)
        self.pictures += 1
        cut = self._is_cut(fitted)
        self._looked = cut or not self._looked
        if self._looked:
            self._look(fitted, shown)

    def finish(self) -> list[Moment]:
        """All moments, joined, in order of time."""
        for track in self._tracks:
            self._close(track)
        self._tracks = []
        unchecked = (self._unchecked(n) for n in sorted(set(self._record.segments) - self.seen))
        found = [*self._moments, *(m for m in unchecked if m is not None)]
        return joined(found)[:MOST_MOMENTS]

    def _is_cut(self, picture: Picture) -> bool:
        tiles = self._cut_test.push(picture.planes()[0])
        if not tiles.any():
            return False
        self._cuts = [c for c in self._cuts if picture.t - c.t < 3 * SECOND]
        self._cuts.append(Cut(picture.t, tiles, picture.width, picture.height))
        return True

    def _look(self, picture: Picture, shown: Picture) -> None:
        width = WIDTH_720 if picture.width < 1600 else WIDTH_1080
        found = merged(self._finder.find(picture.i420, width), self._finder.edges(picture.i420))
        faces = sightings(found, picture.t)
        live = []
        for track in self._tracks:
            if picture.t - track.seen[-1].t > LOST:
                self._close(track)
            else:
                live.append(track)
        self._tracks = live
        steps, leaps, new = associate(self._tracks, faces, self._cuts)
        for track, face in steps:
            self._add(track, face, picture, shown)
        for face in [face for _, face in leaps] + new:
            self._numbers += 1
            self._tracks.append(Track(self._numbers))
            self._add(self._tracks[-1], face, picture, shown)

    def _add(self, track: Track, face: Seen, picture: Picture, shown: Picture) -> None:
        track.add(face)
        followed = self._followed.setdefault(track.number, _Followed())
        doubt = self._doubt(face, picture, shown)
        if doubt is None:
            return
        followed.doubts.append(doubt)
        weight = doubt.visible * doubt.score
        if weight > followed.best + 0.05:
            followed.best, followed.jpeg = weight, outlined(shown, doubt.box)

    def _doubt(self, face: Seen, picture: Picture, shown: Picture) -> _Doubt | None:
        box = Box(face.x - face.w / 2, face.y - face.h / 2, face.w, face.h)
        if self._record.meant(box, face.t):
            return None
        limit = SURELY_EXPOSED if self._record.covered(box, face.t) >= COVERED else EXPOSED
        visible = detail_left(picture, shown, box)
        if visible < limit:
            return None
        cut = any(0 <= face.t - c.t <= AT_CUT for c in self._cuts)
        return _Doubt(face.t, box, face.score, visible, cut)

    def _close(self, track: Track) -> None:
        """A face that is followed no more: its doubtful stretches become moments."""
        followed = self._followed.pop(track.number, None)
        if followed is None or not followed.doubts:
            return
        if track.best < SURE and len(track.seen) < OFTEN:
            return
        part: list[_Doubt] = []
        for doubt in followed.doubts:
            if part and doubt.t - part[-1].t > APART:
                self._moments.append(self._moment(part, followed))
                part = []
            part.append(doubt)
        self._moments.append(self._moment(part, followed))

    def _moment(self, part: list[_Doubt], followed: _Followed) -> Moment:
        best = max(part, key=lambda d: d.visible * d.score)
        return Moment(
            why=self._why(part),
            path=[(d.t, d.box) for d in part],
            score=max(d.score for d in part),
            visible=max(d.visible for d in part),
            jpeg=followed.jpeg,
            shown_at=best.t,
            box=best.box,
        )

    def _why(self, part: list[_Doubt]) -> MomentWhy:
        first, last = part[0], part[-1]
        short = last.t - first.t <= SECOND
        if first.at_cut and short:
            return MomentWhy.AT_CUT
        around = (
            self._record.covered(first.box, first.t - APART // 2),
            self._record.covered(last.box, last.t + APART // 2),
        )
        return MomentWhy.FLICKER if short and min(around) >= COVERED else MomentWhy.NOT_HIDDEN

    def _unchecked(self, n: int) -> Moment | None:
        """A published segment the original has no picture for: nobody has looked at it twice."""
        segment = self._record.segments[n]
        if self._record.closed((segment.span.start + segment.span.end) // 2):
            return None
        picture = self._public.first(segment)
        if picture is None:
            return None
        box = Box(0, 0, picture.width, picture.height)
        path = [(segment.span.start, box), (segment.span.end, box)]
        jpeg = outlined(picture, box)
        return Moment(MomentWhy.UNCHECKED, path, 0.0, 1.0, jpeg, picture.t, box)


def detail_left(picture: Picture, shown: Picture, box: Box) -> float:
    """Correlation of fine detail between original and published inside a face box, 0 to 1.

    A face too flat to be compared counts as visible: nobody can say that it is hidden.
    """
    a, b = _detail(picture, box), _detail(shown, box)
    if a is None or b is None:
        return 1.0
    spread = float(a.std())
    if spread < 0.5:
        return 1.0
    return max(0.0, float((a * b).mean()) / (spread * max(float(b.std()), 1e-3)))


def _detail(picture: Picture, box: Box) -> npt.NDArray[np.float32] | None:
    """The inner part of a face in luma, at one size, without what is coarse in it."""
    y = picture.planes()[0]
    x0, x1 = round(box.x + box.w * 0.15), round(box.x + box.w * 0.85)
    y0, y1 = round(box.y + box.h * 0.2), round(box.y + box.h * 0.85)
    part = y[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    if min(part.shape) < 4:
        return None
    crop = cv2.resize(part, (_CROP, _CROP), interpolation=cv2.INTER_AREA).astype(np.float32)
    fine = crop - cv2.GaussianBlur(crop, (0, 0), _CROP / 12)
    return np.asarray(fine - fine.mean(), np.float32)


def outlined(picture: Picture, box: Box) -> bytes:
    """A JPEG of a published picture, at most IMAGE_WIDTH wide, with the box drawn around."""
    bgr = cv2.cvtColor(picture.i420, cv2.COLOR_YUV2BGR_I420)
    scale = min(1.0, IMAGE_WIDTH / picture.width)
    if scale < 1:
        size = (IMAGE_WIDTH, round(picture.height * scale))
        bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    near, far = (
        (round((box.x - 4) * scale), round((box.y - 4) * scale)),
        (round((box.x + box.w + 4) * scale), round((box.y + box.h + 4) * scale)),
    )
    cv2.rectangle(bgr, near, far, (0, 0, 0), 5)
    cv2.rectangle(bgr, near, far, (0, 220, 255), 2)
    ok, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return data.tobytes() if ok else b""
