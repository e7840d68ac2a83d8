"""The picture side of analysis: which faces are in every frame, with some look-ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from courtstream.domain.errors import BrokenStream
from courtstream.domain.redaction import Box
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.runtime.items import FaceBox, FacesAt, Picture
from media_workers.vision.cuts import CutTest
from media_workers.vision.detect import FaceFinder
from media_workers.vision.track import (
    BRIDGE,
    FILL,
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
LOOK_EVERY: MediaTime = 200 * MILLISECOND
WIDE_EVERY: MediaTime = SECOND
GAP: MediaTime = 500 * MILLISECOND
"""A hole in time of this length parts what was seen before from what comes after."""

_EARLY: MediaTime = 10 * MILLISECOND


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
        self._last: MediaTime | None = None
        self._looked: MediaTime | None = None
        self._looked_wide: MediaTime | None = None

    def push(self, item: Picture) -> Iterator[FacesAt]:
        """Take the next picture; give the frames whose look-ahead is complete."""
        cut = self._take(item)
        width = self._look_width(item, cut)
        if width:
            self._look(item, width)
        return iter(self._due(item.t - LOOK_AHEAD))

    def flush(self) -> Iterator[FacesAt]:
        """The rest: their look-ahead is whatever there was."""
        rest = self._due(self._last) if self._last is not None else []
        return iter(rest)

    def _take(self, picture: Picture) -> bool:
        """Queue the frame; whether a new view begins with it."""
        if self._last is not None and picture.t <= self._last:
            raise BrokenStream("图像时间未递增 / picture time does not rise")
        tiles = self._cut_test.push(picture.planes()[0])
        if self._last is not None and picture.t - self._last >= GAP:
            tiles[:] = True
        self._last = picture.t
        cut = bool(tiles.any())
        if cut:
            self._cuts.append(Cut(picture.t, tiles, picture.width, picture.height))
        self._waiting.append(_Frame(picture.t, picture.index, picture.width, picture.height, cut))
        return cut

    def _look_width(self, picture: Picture, cut: bool) -> int:
        """How wide to look at this picture; 0 for not at all."""
        narrow, wide = widths(picture.width)
        if cut or _over(self._looked_wide, picture.t, WIDE_EVERY):
            self._looked_wide = self._looked = picture.t
            return wide
        if _over(self._looked, picture.t, LOOK_EVERY):
            self._looked = picture.t
            return narrow
        return 0

    def _look(self, picture: Picture, width: int) -> None:
        faces = sightings(self._finder.find(picture.i420, width), picture.t)
        live = [track for track in self._tracks if picture.t - track.seen[-1].t <= BRIDGE]
        pairs, rest = associate(live, faces, self._cuts)
        for track, face in pairs:
            track.add(face)
        for face in rest:
            if face.score >= START:
                self._numbers += 1
                self._tracks.append(Track(self._numbers))
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


def widths(source: int) -> tuple[int, int]:
    """The columns of a usual and of a wide look at a picture `source` pixels wide."""
    if source >= 1600:
        return 640, 1280
    return 640, 960 if source >= 960 else 640


def _over(last: MediaTime | None, t: MediaTime, every: MediaTime) -> bool:
    """Whether `every` has passed, to the nearest frame of any rate up to 50 a second."""
    return last is None or t - last >= every - _EARLY


def _grown(face: Seen, frame: _Frame) -> Box | None:
    """The face with its margins, inside the picture; None when it lies outside."""
    scale = frame.height / 720
    half_w = face.w / 2 + margin(face.w, scale, face.guessed)
    half_h = face.h / 2 + margin(face.h, scale, face.guessed)
    x0, x1 = max(0.0, face.x - half_w), min(float(frame.width), face.x + half_w)
    y0, y1 = max(0.0, face.y - half_h), min(float(frame.height), face.y + half_h)
    return Box(x0, y0, x1 - x0, y1 - y0) if x1 - x0 >= 1 and y1 - y0 >= 1 else None
