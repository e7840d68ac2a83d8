"""席位区: where, in a fixed camera view, who sits, and whose face is hidden there.

Everything is in shares of the picture (0 to 1 from the top left corner), so that a map serves
every size of one view. Nobody is recognised: only places and movement decide (个人信息保护法
arts. 26 and 51). What is not known is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from courtstream.domain.time import SECOND, MediaTime

Point: TypeAlias = tuple[float, float]

PROVE: MediaTime = 2 * SECOND
"""A face that appears while the view stands must stay this long in open zones to be shown."""

OPEN_SHARE = 0.8
"""The least share of its life a face has spent in open zones when it is shown."""

SIGNATURE_CELLS = 32 * 18
"""Luma cells of a view's background: 18 rows of 32."""

MOST_ZONES, MOST_POINTS, MOST_VIEWS = 40, 24, 8


class Seat(StrEnum):
    """Whose place a zone is."""

    BENCH = "bench"
    CLERK = "clerk"
    PROSECUTOR = "prosecutor"
    COUNSEL = "counsel"
    PLAINTIFF = "plaintiff"
    DEFENDANT = "defendant"
    WITNESS = "witness"
    GALLERY = "gallery"
    SCREEN = "screen"


class Treatment(StrEnum):
    """What becomes of what is seen in a zone."""

    HIDE = "hide"  # faces hidden
    SHOW = "show"  # faces that belong here stay visible
    FIGURE = "figure"  # protected: the zone, and whoever comes out of it, hidden whole
    COVER = "cover"  # the area is always covered
    SWITCH = "switch"  # the area is covered until the clerk opens it


class Crossing(StrEnum):
    """Whether a face keeps the treatment of its own zone when it goes into an open one."""

    STAY = "stay"
    FOLLOW = "follow"


_STRICTEST = (
    Treatment.FIGURE,
    Treatment.HIDE,
    Treatment.COVER,
    Treatment.SWITCH,
    Treatment.SHOW,
)


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon of at least three corners. `open` counts for `switch` only.

    Raises ValueError for corners outside the picture, too few or too many of them, and for a
    screen whose faces would be shown: nobody knows who is on it.
    """

    id: str
    seat: Seat
    treatment: Treatment
    points: tuple[Point, ...]
    open: bool = False

    def __post_init__(self) -> None:
        if not 3 <= len(self.points) <= MOST_POINTS or not 0 < len(self.id) <= 40:
            raise ValueError("a zone has a name and 3 to 24 corners")
        if not all(0 <= v <= 1 for point in self.points for v in point):
            raise ValueError("a zone's corners lie in the picture")
        if self.seat is Seat.SCREEN and self.treatment is Treatment.SHOW:
            raise ValueError("faces on a screen are never shown")

    @property
    def covered(self) -> bool:
        """Whether the whole area is hidden."""
        if self.treatment is Treatment.SWITCH:
            return not self.open
        return self.treatment in {Treatment.FIGURE, Treatment.COVER}

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the smallest rectangle around it."""
        xs, ys = [p[0] for p in self.points], [p[1] for p in self.points]
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside (even-odd rule)."""
        inside = False
        for (x0, y0), (x1, y1) in pairwise((*self.points, self.points[0])):
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
                inside = not inside
        return inside


@dataclass(frozen=True, slots=True)
class View:
    """One fixed view of a courtroom's camera, known by the look of its background.

    `signature`: luma cells 0 to 255, row by row; empty when no picture was at hand. `anchor`
    `first`: whoever made the map vouches that the source begins with this view. Raises ValueError.
    """

    name: str
    zones: tuple[Zone, ...] = ()
    signature: tuple[int, ...] = ()
    anchor: str = "signature"

    def __post_init__(self) -> None:
        ids = [zone.id for zone in self.zones]
        if len(ids) > MOST_ZONES or len(set(ids)) != len(ids) or not 0 < len(self.name) <= 40:
            raise ValueError("a view has a name and up to 40 zones of different names")
        if len(self.signature) not in (0, SIGNATURE_CELLS):
            raise ValueError("a view's background has 32 x 18 cells")
        if self.anchor not in {"signature", "first"}:
            raise ValueError("a view is known by its signature or as the first one")

    def at(self, x: float, y: float) -> Zone | None:
        """The zone a point lies in, the strictest where several overlap; None outside all."""
        here = [zone for zone in self.zones if zone.holds(x, y)]
        return min(here, key=lambda z: _STRICTEST.index(z.treatment), default=None)


@dataclass(frozen=True, slots=True)
class ZoneMap:
    """The seat zones of a courtroom or of one hearing. Raises ValueError when views share a name.

    Without views it means what no map means: every face is hidden.
    """

    views: tuple[View, ...] = ()
    crossing: Crossing = Crossing.STAY

    def __post_init__(self) -> None:
        names = [view.name for view in self.views]
        if len(names) > MOST_VIEWS or len(set(names)) != len(names):
            raise ValueError("up to 8 views of different names")

    @property
    def covers(self) -> bool:
        """Whether some area must be hidden whole: then a picture of no known view must be, too."""
        return any(zone.covered for view in self.views for zone in view.zones)

    def view(self, name: str) -> View | None:
        """The view of that name."""
        return next((view for view in self.views if view.name == name), None)

    def switched(self, zone_id: str, *, open_: bool) -> ZoneMap:
        """The same map with every `switch` zone of that name opened or covered."""
        return replace(
            self,
            views=tuple(
                replace(
                    view,
                    zones=tuple(
                        replace(zone, open=open_)
                        if zone.id == zone_id and zone.treatment is Treatment.SWITCH
                        else zone
                        for zone in view.zones
                    ),
                )
                for view in self.views
            ),
        )


class Why(StrEnum):
    """Why a face is hidden, or that it is not. `followed`: shown only because crossing counts."""

    SHOWN = "shown"
    FOLLOWED = "followed"
    VIEW = "view_unknown"
    OUTSIDE = "outside_zones"
    ZONE = "hidden_zone"
    CROSSED = "crossed"
    NEW = "not_yet_known"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one face in one frame. `zone`: the zone it belongs to, empty when none."""

    why: Why
    zone: str = ""

    @property
    def hidden(self) -> bool:
        """Whether it is hidden."""
        return self.why not in {Why.SHOWN, Why.FOLLOWED}


@dataclass(slots=True)
class Life:
    """Where one followed face has been, frame by frame, while the view was known.

    `votes`: frames by zone, None for outside all. `proven`: whether it need not wait: it was there
    when the view began, or continues a face that had waited. `tainted`: it may be somebody who
    belongs elsewhere.
    """

    born: Zone | None
    since: MediaTime
    proven: bool = False
    tainted: bool = False
    votes: dict[str, int] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    inside: MediaTime | None = None

    def vote(self, t: MediaTime, here: Zone | None) -> None:
        """One more frame, spent in `here`."""
        name = here.id if here else ""
        self.votes[name] = self.votes.get(name, 0) + 1
        if here:
            self.zones[name] = here
        shown = here is not None and here.treatment is Treatment.SHOW
        self.inside = (self.inside if self.inside is not None else t) if shown else None

    @property
    def home(self) -> Zone | None:
        """The zone it has been in most."""
        name = max(self.votes, key=lambda key: self.votes[key], default="")
        return self.zones.get(name)

    @property
    def open_share(self) -> float:
        """The share of its frames spent in open zones."""
        total = sum(self.votes.values())
        spent = sum(n for name, n in self.votes.items() if _open(self.zones.get(name)))
        return spent / total if total else 0.0

    @property
    def settled(self) -> bool:
        """Whether it was born in an open zone, belongs to one, and has hardly left them."""
        return (
            not self.tainted
            and _open(self.born)
            and _open(self.home)
            and self.open_share >= OPEN_SHARE
        )

    @property
    def protected(self) -> bool:
        """Whether it was born in, or belongs to, a zone whose figures are hidden whole."""
        return any(
            z is not None and z.treatment is Treatment.FIGURE for z in (self.born, self.home)
        )


def decide(life: Life, here: Zone | None, t: MediaTime, crossing: Crossing) -> Decision:
    """Whether a face is hidden at `t`, where it is in `here` (voted already) of a known view.

    Shown only when all is known: it is in an open zone, has been there long enough, and (unless
    crossing counts for nothing) was born in one and has spent its life in them.
    """
    home = life.home
    name = home.id if home else ""
    if life.protected:
        return Decision(Why.PROTECTED, name)
    if here is None:
        return Decision(Why.OUTSIDE, name)
    if here.treatment is not Treatment.SHOW:
        return Decision(Why.ZONE, here.id)
    waited = life.inside is not None and t - life.inside >= PROVE
    if not waited and not (life.proven and not life.tainted):
        return Decision(Why.NEW, name)
    if life.settled:
        return Decision(Why.SHOWN, here.id)
    return Decision(Why.FOLLOWED if crossing is Crossing.FOLLOW else Why.CROSSED, here.id)


def _open(zone: Zone | None) -> bool:
    return zone is not None and zone.treatment is Treatment.SHOW


def rectangle(x: float, y: float, w: float, h: float) -> tuple[Point, ...]:
    """The corners of a rectangle."""
    return (x, y), (x + w, y), (x + w, y + h), (x, y + h)
