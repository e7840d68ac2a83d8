"""Who is hidden: the faces of a frame, judged by the seat zones of the view it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import hypot

from courtstream.domain.redaction import Box, Reason
from courtstream.domain.time import SECOND, MediaTime
from courtstream.domain.zones import (
    Crossing,
    Decision,
    Life,
    Treatment,
    View,
    Why,
    Zone,
    ZoneMap,
    decide,
)
from media_workers.runtime.items import FaceBox, FacesAt, Picture
from media_workers.runtime.zones import LiveZones
from media_workers.vision.figures import REACH, Size, area, figure, outgrown
from media_workers.vision.views import ViewWatch, signature

WHOLE_TRACK = -1
"""The track of the rectangle that hides a whole picture; zones follow below it."""

_HEIR_OPEN, _HEIR_OPEN_TIME = 1.0, 10 * SECOND
"""A face found again this near (in its widths) and soon after a shown one was lost is the same."""
_HEIR_CLOSED, _HEIR_CLOSED_TIME = 4.0, 3 * SECOND
"""One found this near and soon after a hidden one was lost may be that one."""
_KEEP: MediaTime = 12 * SECOND


@dataclass(slots=True)
class _Known:
    life: Life
    x: float
    y: float
    width: float
    last: MediaTime
    shown: bool = False


class Seating:
    """Judges `FacesAt` after `FacesAt`, in order of time; `see` gets each picture beforehand."""

    def __init__(self, live: LiveZones) -> None:
        self._live = live
        self._watch = ViewWatch(live)
        self._known: dict[int, _Known] = {}
        self._size: Size = (0, 0)
        self._cut: MediaTime = 0
        self._glanced: MediaTime = -SECOND

    def see(self, picture: Picture) -> None:
        """A picture, when it comes in."""
        self._size = (picture.width, picture.height)
        if picture.t - self._glanced >= SECOND // 2:
            self._glanced = picture.t
            self._live.glance(picture.t, signature(picture.planes()[0]))
        _, zones = self._live.current
        if zones is not None and zones.views:
            self._watch.see(picture, zones)

    def judge(self, faces: FacesAt) -> FacesAt:
        """The same frame with the faces to show set apart and the areas to hide added."""
        number, zones = self._live.current
        if faces.cut:
            self._cut = faces.t
        if zones is None or not zones.views:
            return replace(faces, policy=number)
        view = zones.view(self._watch.at(faces.t, self._cut))
        if view is None:
            result = unknown(faces, zones, self._size)
        else:
            result = self._seated(faces, view, zones.crossing)
        self._watch.forget(faces.t - 2 * SECOND)
        return replace(result, policy=number)

    def _seated(self, faces: FacesAt, view: View, crossing: Crossing) -> FacesAt:
        fresh = faces.cut and self._watch.began(faces.t)
        if fresh:
            self._known.clear()
        hidden, bare = [], []
        for face in faces.faces:
            decision = self._decided(face, faces.t, view, crossing, fresh=fresh)
            marked = replace(face, zone=decision.zone, why=decision.why.value)
            if not decision.hidden:
                bare.append(marked)
                continue
            hidden.append(marked)
            if decision.why is Why.PROTECTED:
                hidden += _whole_figure(marked, self._size)
        self._prune(faces.t)
        glances = self._watch.around(faces.t, REACH)
        for zone, track in _covered(view):
            grows = zone.treatment is Treatment.FIGURE
            box = outgrown(zone, glances, self._size) if grows else area(zone, self._size)
            hidden += [_area(zone, box, track)] if box else []
        return replace(faces, faces=tuple(hidden), bare=tuple(bare), view=view.name)

    def _decided(
        self, face: FaceBox, t: MediaTime, view: View, crossing: Crossing, *, fresh: bool
    ) -> Decision:
        here = view.at(*_middle(face.box, self._size))
        known = self._known.get(face.track)
        if known is None:
            known = self._born(face, t, here, fresh=fresh)
            self._known[face.track] = known
        known.x, known.y = face.box.x + face.box.w / 2, face.box.y + face.box.h / 2
        known.width, known.last = face.box.w, t
        known.life.vote(t, here)
        decision = decide(known.life, here, t, crossing)
        known.shown = not decision.hidden
        return decision

    def _born(self, face: FaceBox, t: MediaTime, here: Zone | None, *, fresh: bool) -> _Known:
        x, y = face.box.x + face.box.w / 2, face.box.y + face.box.h / 2
        closed = self._nearest(face, t, shown=False)
        opened = self._nearest(face, t, shown=True)
        heir = opened <= _HEIR_OPEN and opened < closed
        life = Life(
            born=here,
            since=t,
            proven=fresh or heir,
            tainted=not heir and closed <= _HEIR_CLOSED,
        )
        return _Known(life, x, y, face.box.w, t)

    def _nearest(self, face: FaceBox, t: MediaTime, *, shown: bool) -> float:
        """How far, in face widths, the nearest face was that is lost since lately."""
        within = _HEIR_OPEN_TIME if shown else _HEIR_CLOSED_TIME
        x, y = face.box.x + face.box.w / 2, face.box.y + face.box.h / 2
        return min(
            (
                hypot(known.x - x, known.y - y) / max(known.width, face.box.w, 1.0)
                for known in self._known.values()
                if known.shown is shown and 0 < t - known.last <= within
            ),
            default=float("inf"),
        )

    def _prune(self, t: MediaTime) -> None:
        self._known = {n: known for n, known in self._known.items() if t - known.last <= _KEEP}


def unknown(faces: FacesAt, zones: ZoneMap, size: Size) -> FacesAt:
    """A frame of no known view: every face hidden, and all of it when areas must be covered."""
    hidden = [replace(f, zone="", why=Why.VIEW.value) for f in (*faces.faces, *faces.bare)]
    if zones.covers:
        whole = Box(0, 0, *size)
        hidden.append(
            FaceBox(whole, WHOLE_TRACK, 1.0, reason=Reason.VIEW_UNKNOWN, why=Why.VIEW.value)
        )
    return replace(faces, faces=tuple(hidden), bare=(), view="")


def tightened(faces: FacesAt, zones: ZoneMap | None, number: int, size: Size) -> FacesAt:
    """A frame judged by an older map, as far as the map in force hides more of it.

    What is hidden already cannot be shown any more; whatever the new map does not plainly leave
    open is hidden.
    """
    if zones is None or not zones.views:
        more = [replace(face, zone="", why=Why.ZONE.value) for face in faces.bare]
        return replace(faces, faces=(*faces.faces, *more), bare=(), policy=number)
    view = zones.view(faces.view)
    if view is None:
        return replace(unknown(faces, zones, size), policy=number)
    bare: list[FaceBox] = []
    hidden = list(faces.faces)
    for face in faces.bare:
        zone = view.at(*_middle(face.box, size))
        open_ = zone is not None and zone.treatment is Treatment.SHOW and zone.id == face.zone
        if open_ and (face.why == Why.SHOWN or zones.crossing is Crossing.FOLLOW):
            bare.append(face)
        else:
            hidden.append(replace(face, zone=zone.id if zone else "", why=Why.ZONE.value))
    there = {(face.zone, face.box) for face in hidden}
    for zone, track in _covered(view):
        box = area(zone, size)
        if box and (zone.id, box) not in there:
            hidden.append(_area(zone, box, track))
    return replace(faces, faces=tuple(hidden), bare=tuple(bare), policy=number)


def _covered(view: View) -> Iterator[tuple[Zone, int]]:
    """The zones hidden whole, each with a track of its own."""
    for n, zone in enumerate(view.zones):
        if zone.covered:
            yield zone, WHOLE_TRACK - 1 - n


def _area(zone: Zone, box: Box, track: int) -> FaceBox:
    protected = zone.treatment is Treatment.FIGURE
    reason = Reason.WITNESS if protected else Reason.SCREEN
    return FaceBox(box, track, 1.0, reason=reason, zone=zone.id, why=zone.treatment.value)


def _whole_figure(head: FaceBox, size: Size) -> list[FaceBox]:
    box = figure(head.box, size)
    return [replace(head, box=box, reason=Reason.WITNESS)] if box else []


def _middle(box: Box, size: Size) -> tuple[float, float]:
    """The middle of a box in shares of the picture."""
    return (box.x + box.w / 2) / max(1, size[0]), (box.y + box.h / 2) / max(1, size[1])
