"""Which known camera view a picture shows: by the look of its background, very small.

Two pictures of one view differ where people move; two views differ nearly everywhere. Faces are
far below one cell, so a signature tells nothing about anybody.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from courtstream.domain.time import MILLISECOND, MediaTime
from courtstream.domain.zones import Treatment, View, ZoneMap
from media_workers.runtime.items import Picture, Planes
from media_workers.runtime.zones import LiveZones

ROWS, COLUMNS = 18, 32
_TILES = (6, 8)
_SAMPLES = 4
ALIKE = 0.85
"""The share of the background's tiles that must look as they did: fixed cameras keep .9 and more,
another view, a split screen or a camera that has begun to pan has .8 and less."""
OPEN_ALIKE = 0.5
"""The same under each open zone: a small picture laid over it must not pass for the bench."""
TOLERANCE = 0.3
"""How far a tile's cells may lie from what they were, in standard deviations of the picture."""
STEADY: MediaTime = 400 * MILLISECOND
"""A view must hold this long around an instant, so that no dissolve passes for a view."""

Cells: TypeAlias = npt.NDArray[np.float32]


def cells(y: Planes) -> Cells:
    """The luma plane (h, w) as ROWS x COLUMNS means of 16 samples each."""
    rows = _places(y.shape[0], ROWS)
    columns = _places(y.shape[1], COLUMNS)
    sampled = y[rows[:, None], columns].astype(np.float32)
    return np.asarray(
        sampled.reshape(ROWS, _SAMPLES, COLUMNS, _SAMPLES).mean(axis=(1, 3)), np.float32
    )


def signature(y: Planes) -> tuple[int, ...]:
    """`cells` as the whole numbers a zone map keeps."""
    return tuple(np.rint(cells(y)).astype(int).reshape(-1).tolist())


def alike(a: Cells, b: Cells) -> npt.NDArray[np.bool_]:
    """Shape _TILES: which tiles look alike, whatever the light does to the whole picture."""
    apart = np.abs(_normal(a) - _normal(b))
    tiles = apart.reshape(_TILES[0], ROWS // _TILES[0], _TILES[1], COLUMNS // _TILES[1])
    return np.asarray(tiles.mean(axis=(1, 3)) < TOLERANCE)


def shows(view: View, known: Cells, now: Cells) -> bool:
    """Whether a picture of cells `now` shows the view whose background was `known`."""
    same = alike(known, now)
    if same.mean() < ALIKE:
        return False
    return all(
        same[_under(zone.bounds)].mean() >= OPEN_ALIKE
        for zone in view.zones
        if zone.treatment is Treatment.SHOW
    )


def _under(bounds: tuple[float, float, float, float]) -> tuple[slice, slice]:
    """The tiles a rectangle (in shares of the picture) touches."""
    x, y, w, h = bounds
    rows, columns = _TILES
    top, left = min(rows - 1, int(y * rows)), min(columns - 1, int(x * columns))
    bottom, right = int(np.ceil((y + h) * rows)), int(np.ceil((x + w) * columns))
    return slice(top, max(top + 1, bottom)), slice(left, max(left + 1, right))


def _normal(values: Cells) -> Cells:
    spread = float(values.std())
    return np.asarray((values - values.mean()) / max(spread, 4.0), np.float32)


def _places(size: int, parts: int) -> npt.NDArray[np.int64]:
    """_SAMPLES evenly spread indices in each of `parts` parts."""
    count = parts * _SAMPLES
    return (np.arange(count) * 2 + 1) * size // (2 * count)


class Glance(NamedTuple):
    """One picture, very small; the view it shows (empty: none that is known), and since when."""

    t: MediaTime
    view: str
    since: MediaTime
    cells: Cells


class ViewWatch:
    """Looks at every picture; says afterwards which view it was in, when that held around it."""

    def __init__(self, live: LiveZones) -> None:
        self._live = live
        self._seen: deque[Glance] = deque()
        self._first: MediaTime | None = None

    def see(self, picture: Picture, zones: ZoneMap) -> None:
        """The next picture, as it comes in."""
        now = cells(picture.planes()[0])
        self._learn(zones, now)
        name = next((v.name for v in zones.views if self._shows(v, now)), "")
        before = self._seen[-1] if self._seen else None
        since = before.since if before and before.view == name else picture.t
        self._first = picture.t if self._first is None else self._first
        self._seen.append(Glance(picture.t, name, since, now))
        self._live.view = name

    def at(self, t: MediaTime, cut: MediaTime) -> str:
        """The view at `t`, where the last cut was at `cut`: the same for STEADY after it, and
        before it too unless it began with a cut. Empty when unknown."""
        here = self._glance(t)
        if here is None or not here.view:
            return ""
        if any(g.view != here.view for g in self._seen if t < g.t <= t + STEADY):
            return ""
        sudden = here.since in (cut, self._first)
        return here.view if sudden or t - here.since >= STEADY else ""

    def began(self, t: MediaTime) -> bool:
        """Whether another view than before begins with the picture at `t`."""
        here = self._glance(t)
        return here is not None and here.since == t != self._first

    def around(self, t: MediaTime, reach: MediaTime) -> list[Glance]:
        """The glances from `reach` before to `reach` after `t`."""
        return [g for g in self._seen if abs(g.t - t) <= reach]

    def forget(self, before: MediaTime) -> None:
        """Drop glances older than that."""
        while self._seen and self._seen[0].t < before:
            self._seen.popleft()

    def _glance(self, t: MediaTime) -> Glance | None:
        return next((g for g in self._seen if g.t == t), None)

    def _learn(self, zones: ZoneMap, now: Cells) -> None:
        """Take the look of a view somebody vouches for: the first one, or the one just named."""
        asked = self._live.asked()
        for view in zones.views:
            unknown = not view.signature and not self._live.looks(view.name)
            first = view.anchor == "first" and unknown and self._first is None
            if first or view.name == asked:
                whole = tuple(int(v) for v in np.rint(now).reshape(-1))
                self._live.learn(view.name, whole)

    def _shows(self, view: View, now: Cells) -> bool:
        known = [looks for looks in (view.signature, self._live.looks(view.name)) if looks]
        return any(
            shows(view, np.array(look, np.float32).reshape(ROWS, COLUMNS), now) for look in known
        )
