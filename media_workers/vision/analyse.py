"""The picture side of analysis: which faces are in every frame, with some look-ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from courtstream.domain.errors import BrokenStream
from courtstream.domain.redaction import Box
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.runtime.items import FaceBox, FacesAt, Picture
from media_workers.vision.cuts import CutTest
from media_workers.vision.detect import FaceFinder, Part, merged
from media_workers.vision.plan import LookPlan, widths
from media_workers.vision.steady import Steady
from media_workers.vision.stir import Memory, Stirs
from media_workers.vision.trace import Tracer
from media_workers.vision.track import (
    BRIDGE,
    FILL,
    START,
    Cut,
    Seen,
    Track,
    associate,
    margins,
    parted,
    sightings,
)

LOOK_AHEAD: MediaTime = SECOND
"""How long a frame waits for what later looks may say about it."""
LOST: MediaTime = 600 * MILLISECOND
"""How long a track that looks do not find any more is looked for closely at each of them."""
FINE = 14.0
"""Faces of fewer columns in a look are often missed by it."""
REST: MediaTime = 900 * MILLISECOND
"""How long a face that a look was too coarse for is believed to be where it was, while nothing
around it changes."""
GAP: MediaTime = 500 * MILLISECOND
"""A hole in time of this length parts what was seen before from what comes after."""


@dataclass(frozen=True, slots=True)
class _Frame:
    picture: Picture
    cut: bool
    width: float
    height: float


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
        self._memory, self._wide_memory = Memory(), Memory()
        self._settled: MediaTime = -1
        self._tracer = Tracer(finder)
        self._steady = Steady()

    def push(self, item: Picture) -> Iterator[FacesAt]:
        """Take the next picture; give the frames whose look-ahead is complete."""
        cut = self._take(item)
        if cut:
            # the last picture of the old view: nothing after it can tell where its faces went
            self._look_at_last()
        if cut or self._plan.due(item.t):
            self._consider(item, cut=cut)
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
        self._waiting.append(_Frame(picture, cut, float(picture.width), float(picture.height)))
        return cut

    def _look_at_last(self) -> None:
        """Look at the picture before this one, unless one hardly older was looked at."""
        if self._before is not None and not self._plan.just_looked(self._before.t):
            self._look(self._before, widths(self._before.width)[0], cut=True)

    def _consider(self, picture: Picture, *, cut: bool) -> None:
        """Look at the picture, or find that nothing has changed but inside what is hidden."""
        in_sight = [track for track in self._tracks if track.seen[-1].t == self._settled]
        hidden = [track.seen[-1] for track in in_sight if track.shown]
        stirs = Stirs(self._memory, self._wide_memory, picture, hidden)
        width = self._plan.width(
            picture,
            cut=cut,
            stirred=stirs.outside,
            stirred_wide=stirs.outside_since_wide,
            strange=stirs.apart,
        )
        if width:
            self._look(picture, width, cut=cut, stirs=stirs)
        elif width == 0:
            self._settled = picture.t
            for track in in_sight:
                track.rest(picture.t)

    def _look(self, picture: Picture, width: int, *, cut: bool, stirs: Stirs | None = None) -> None:
        """Find faces and give each to the track it continues, or to a new one."""
        self._tracer.refill()
        part, resting = None, list[Track]()
        if stirs is not None and not cut and self._plan.may_look_at_part(picture, width):
            part, resting = self._part(stirs, wide=width > widths(picture.width)[0])
        more = (part,) if part else ()
        found = self._finder.find(picture.i420, width, *more)
        if self._plan.take_edges(picture, width, cut=cut):
            found = merged(found, self._finder.edges(picture.i420, *more))
        faces = self._tracer.surer(sightings(found, picture.t), picture)
        if resting:
            # half of one may have been in sight at the rim of the part
            faces = [f for f in faces if not any(_meet(f, t.seen[-1]) for t in resting)]
        live = [track for track in self._tracks if picture.t - track.seen[-1].t <= BRIDGE]
        live = [track for track in live if track not in resting]
        for track in resting:
            track.rest(picture.t)
        steps, leaps, new = associate(live, faces, self._cuts)
        new = [face for face in new if face.score >= START]
        for track, face in steps:
            since = track.seen[-1].t
            self._tracer.between(track, face, self._pictures(since, picture.t))
        if not cut:
            self._follow([t for t in live if t.seen[-1].t < picture.t], picture, width, stirs)
        before = [frame.picture for frame in reversed(self._waiting)]
        for track, face in leaps:
            if not self._tracer.back(self._begin(face), before, self._cuts):
                # the track left behind stays: it may have been somebody else
                self._begin(track.seen[-1], face._replace(leapt=True))
        for face in new:
            self._tracer.back(self._begin(face), before, self._cuts)
        self._settled = picture.t
        wide = self._plan.looked(picture, width, faces, whole=part is None)
        if stirs is None:
            stirs = Stirs(self._memory, self._wide_memory, picture, [])
        stirs.remember(part, wide=wide)

    def _part(self, stirs: Stirs, *, wide: bool) -> tuple[Part | None, list[Track]]:
        """What to look at again, and the tracks in sight around which nothing has changed."""
        in_sight = [track for track in self._tracks if track.seen[-1].t == self._settled]
        part = stirs.part([track.seen[-1] for track in in_sight], wide=wide)
        if part is None:
            return None, []
        return part, [track for track in in_sight if not stirs.around(track.seen[-1])]

    def _follow(
        self, tracks: list[Track], picture: Picture, width: int, stirs: Stirs | None
    ) -> None:
        """Look closely for the tracks that a look at `picture` did not find again."""
        coarse = FINE * picture.width / width
        for track in tracks:
            last = track.seen[-1]
            if not track.shown or picture.t - last.t > LOST:
                continue
            if parted(last, picture.t, self._cuts):
                continue
            fresh = last.t == self._settled and last.rested < REST
            if last.w < coarse and fresh and stirs is not None and not stirs.around(last):
                track.rest(picture.t)
            elif not self._tracer.at(track, picture) and last.t == self._settled:
                self._tracer.onward(track, self._pictures(last.t, picture.t), self._cuts)

    def _pictures(self, after: MediaTime, before: MediaTime) -> list[Picture]:
        """The pictures that still wait between two instants."""
        return [f.picture for f in self._waiting if after < f.picture.t < before]

    def _begin(self, *faces: Seen) -> Track:
        self._numbers += 1
        track = Track(self._numbers)
        self._tracks.append(track)
        for face in faces:
            track.add(face)
        return track

    def _due(self, upto: MediaTime) -> list[FacesAt]:
        """The waiting frames up to and with `upto`, answered; what they needed is forgotten."""
        answered = []
        while self._waiting and self._waiting[0].picture.t <= upto:
            answered.append(self._answer(self._waiting.popleft()))
        if answered:
            self._forget(answered[-1].t)
        return answered

    def _answer(self, frame: _Frame) -> FacesAt:
        picture, faces = frame.picture, []
        for track in self._tracks:
            face = track.at(picture.t, self._cuts) if track.shown else None
            box = _grown(face, frame) if face else None
            if face and box:
                box = self._steady.hold(track.number, box, self._later(track), frame.height / 720)
                faces.append(FaceBox(box, track.number, face.score, guessed=face.guessed > 0))
        self._steady.keep(face.track for face in faces)
        return FacesAt(picture.t, picture.index, tuple(faces), frame.cut)

    def _later(self, track: Track) -> Iterator[Box]:
        """What is to be hidden of the track in the frames that wait, as far as it is known.

        Every fourth of them says enough: whether a box covers what it must is asked at each.
        """
        for frame in islice(self._waiting, 3, None, 4):
            face = track.at(frame.picture.t, self._cuts)
            box = _grown(face, frame) if face else None
            if box is None:
                return
            yield box

    def _forget(self, before: MediaTime) -> None:
        kept = before - max(FILL, BRIDGE)
        self._tracks = [track for track in self._tracks if track.seen[-1].t >= kept]
        self._cuts = [cut for cut in self._cuts if cut.t >= kept]
        for track in self._tracks:
            track.forget(before)


def _meet(a: Seen, b: Seen) -> bool:
    """Whether two boxes have anything in common."""
    return abs(a.x - b.x) < (a.w + b.w) / 2 and abs(a.y - b.y) < (a.h + b.h) / 2


def _grown(face: Seen, frame: _Frame) -> Box | None:
    """The face with its margins, inside the picture; None when it lies outside."""
    across, down = margins(face, frame.height / 720)
    half_w, half_h = face.w / 2 + across, face.h / 2 + down
    x0, y0 = max(0.0, face.x - half_w), max(0.0, face.y - half_h)
    x1, y1 = min(frame.width, face.x + half_w), min(frame.height, face.y + half_h)
    return Box(x0, y0, x1 - x0, y1 - y0) if x1 - x0 >= 1 and y1 - y0 >= 1 else None
