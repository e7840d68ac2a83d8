"""The picture side of analysis: which faces are in every frame, with some look-ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from courtstream.domain.errors import BrokenStream
from courtstream.domain.redaction import Box
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.runtime.items import FaceBox, FacesAt, Picture
from media_workers.vision.cuts import CutTest
from media_workers.vision.detect import FaceFinder
from media_workers.vision.plan import LookPlan, widths
from media_workers.vision.track import (
    BRIDGE,
    FILL,
    SHOW,
    START,
    Cut,
    Seen,
    Track,
    associate,
    margin,
    sightings,
)

LOOK_AHEAD: MediaTime = SECOND
"""How long a frame waits for what later looks may say about it."""
GAP: MediaTime = 500 * MILLISECOND
"""A hole in time of this length parts what was seen before from what comes after."""


@dataclass(frozen=True, slots=True)
class _Frame:
    t: MediaTime
    index: int
    width: int
    height: int
    cut: bool


class FaceAnalyser:
    """Stage[Picture, FacesAt]: exactly one FacesAt per picture, in order, LOOK_AHEAD later.

    Raises BrokenStream when time does not rise.
    """

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._cut_test = CutTest()
        self._waiting: deque[_Frame] = deque()
        self._tracks: list[Track] = []
        self._cuts: list[Cut] = []
        self._numbers = 0
        self._before: Picture | None = None
        self._plan = LookPlan()

    def push(self, item: Picture) -> Iterator[FacesAt]:
        """Take the next picture; give the frames whose look-ahead is complete."""
        cut = self._take(item)
        if cut:
            # the last picture of the old view: nothing after it can tell where its faces went
            self._look_at_last()
        width = self._plan.width(item, cut=cut)
        if width:
            self._look(item, width, cut=cut)
        self._before = item
        return iter(self._due(item.t - LOOK_AHEAD))

    def flush(self) -> Iterator[FacesAt]:
        """The rest: their look-ahead is whatever there was."""
        self._look_at_last()
        return iter(self._due(self._before.t) if self._before else [])

    def _take(self, picture: Picture) -> bool:
        """Queue the frame; whether a new view begins with it."""
        before = self._before
        if before is not None and picture.t <= before.t:
            raise BrokenStream("图像时间未递增 / picture time does not rise")
        tiles = self._cut_test.push(picture.planes()[0])
        if before is not None and picture.t - before.t >= GAP:
            tiles[:] = True
        cut = bool(tiles.any())
        if cut:
            self._cuts.append(Cut(picture.t, tiles, picture.width, picture.height))
        self._waiting.append(_Frame(picture.t, picture.index, picture.width, picture.height, cut))
        return cut

    def _look_at_last(self) -> None:
        """Look at the picture before this one, unless one hardly older was looked at."""
        if self._before is not None and not self._plan.just_looked(self._before.t):
            self._look(self._before, widths(self._before.width)[0], cut=True)

    def _look(self, picture: Picture, width: int, *, cut: bool) -> None:
        """Find faces and give each to the track it continues, or to a new one."""
        faces = sightings(self._finder.find(picture.i420, width), picture.t)
        live = [track for track in self._tracks if picture.t - track.seen[-1].t <= BRIDGE]
        steps, leaps, new = associate(live, faces, self._cuts)
        new = [face for face in new if face.score >= START]
        for track, face in steps:
            track.add(face)
        for track, face in leaps:
            # the track left behind stays: it may have been somebody else
            self._begin(track.seen[-1], replace(face, leapt=True))
        for face in new:
            self._begin(face)
        sudden = [] if cut else [face for _, face in leaps] + new
        self._plan.looked(picture, width, faces, surprise=any(f.score >= SHOW for f in sudden))

    def _begin(self, *faces: Seen) -> None:
        self._numbers += 1
        self._tracks.append(Track(self._numbers))
        for face in faces:
            self._tracks[-1].add(face)

    def _due(self, upto: MediaTime) -> list[FacesAt]:
        """The waiting frames up to and with `upto`, answered; what they needed is forgotten."""
        answered = []
        while self._waiting and self._waiting[0].t <= upto:
            answered.append(self._answer(self._waiting.popleft()))
        if answered:
            self._forget(answered[-1].t)
        return answered

    def _answer(self, frame: _Frame) -> FacesAt:
        faces = []
        for track in self._tracks:
            face = track.at(frame.t, self._cuts) if track.shown else None
            box = _grown(face, frame) if face else None
            if face and box:
                faces.append(FaceBox(box, track.number, face.score, guessed=face.guessed > 0))
        return FacesAt(frame.t, frame.index, tuple(faces), frame.cut)

    def _forget(self, before: MediaTime) -> None:
        kept = before - max(FILL, BRIDGE)
        self._tracks = [track for track in self._tracks if track.seen[-1].t >= kept]
        self._cuts = [cut for cut in self._cuts if cut.t >= kept]
        for track in self._tracks:
            track.forget(before)


def _grown(face: Seen, frame: _Frame) -> Box | None:
    """The face with its margins, inside the picture; None when it lies outside."""
    scale = frame.height / 720
    half_w = face.w / 2 + margin(face.w, 2.5 * scale, face.guessed)
    # small faces are measured worse from brow to chin than from ear to ear
    half_h = face.h / 2 + margin(face.h, 4.0 * scale, face.guessed)
    x0, x1 = max(0.0, face.x - half_w), min(float(frame.width), face.x + half_w)
    y0, y1 = max(0.0, face.y - half_h), min(float(frame.height), face.y + half_h)
    return Box(x0, y0, x1 - x0, y1 - y0) if x1 - x0 >= 1 and y1 - y0 >= 1 else None
