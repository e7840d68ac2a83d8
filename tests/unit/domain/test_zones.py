from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from courtstream.domain.time import MILLISECOND
from courtstream.domain.zones import (
    OPEN_SHARE,
    PROVE,
    Crossing,
    Life,
    Seat,
    Treatment,
    View,
    Why,
    Zone,
    ZoneMap,
    decide,
    rectangle,
)

FRAME = 40 * MILLISECOND
BENCH = Zone("bench", Seat.BENCH, Treatment.SHOW, rectangle(0.4, 0.1, 0.2, 0.3))
GALLERY = Zone("gallery", Seat.GALLERY, Treatment.HIDE, rectangle(0.0, 0.6, 1.0, 0.4))
WITNESS = Zone("witness", Seat.WITNESS, Treatment.FIGURE, rectangle(0.7, 0.2, 0.2, 0.3))
SCREEN = Zone("screen", Seat.SCREEN, Treatment.SWITCH, rectangle(0.0, 0.0, 0.2, 0.2))
VIEW = View("main", (BENCH, GALLERY, WITNESS, SCREEN))
ZONES = (None, BENCH, GALLERY, WITNESS, SCREEN)
MAPS = TypeAdapter(ZoneMap)


def walked(way: list[Zone | None], **more: bool) -> Life:
    """A face that has spent a frame in each of these zones."""
    life = Life(way[0], 0, **more)
    for n, here in enumerate(way):
        life.vote(n * FRAME, here)
    return life


def told(way: list[Zone | None], crossing: Crossing = Crossing.STAY, **more: bool) -> Why:
    life = walked(way, **more)
    return decide(life, way[-1], (len(way) - 1) * FRAME, crossing).why


WAITED = int(PROVE // FRAME) + 1


def test_a_judge_is_shown_once_it_is_clear_that_they_sit_there() -> None:
    assert told([BENCH] * (WAITED - 1)) is Why.NEW
    assert told([BENCH] * WAITED) is Why.SHOWN
    assert told([BENCH], proven=True) is Why.SHOWN


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ([GALLERY] * 100, Why.ZONE),
        ([None] * 100, Why.OUTSIDE),
        ([SCREEN] * 100, Why.ZONE),
        ([WITNESS] * 100, Why.PROTECTED),
        ([BENCH] * 200 + [None], Why.OUTSIDE),
        ([BENCH] * 200 + [GALLERY], Why.ZONE),
        ([GALLERY] * 10 + [BENCH] * 500, Why.CROSSED),
        ([None] * 10 + [BENCH] * 500, Why.CROSSED),
        ([WITNESS] * 5 + [BENCH] * 500, Why.PROTECTED),
        ([BENCH] * 100 + [GALLERY] * 60 + [BENCH] * 100, Why.CROSSED),
    ],
)
def test_everybody_else_is_hidden_and_the_record_says_why(way: list[Zone | None], why: Why) -> None:
    assert told(way) is why


def test_who_may_be_somebody_else_stays_hidden() -> None:
    assert told([BENCH] * 500, tainted=True) is Why.CROSSED


def test_crossing_counts_for_nothing_where_the_court_says_so_but_protection_stays() -> None:
    assert told([GALLERY] * 10 + [BENCH] * WAITED, Crossing.FOLLOW) is Why.FOLLOWED
    assert told([GALLERY] * 10 + [BENCH] * 5, Crossing.FOLLOW) is Why.NEW
    assert told([WITNESS] * 10 + [BENCH] * 500, Crossing.FOLLOW) is Why.PROTECTED


@given(
    st.lists(st.tuples(st.sampled_from(ZONES), st.integers(1, 80)), min_size=1, max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_nobody_is_shown_who_was_not_born_in_an_open_zone_and_has_not_stayed_in_it(
    stays: list[tuple[Zone | None, int]], proven: bool, tainted: bool
) -> None:
    way = [zone for zone, frames in stays for _ in range(frames)]
    life = walked(way, proven=proven, tainted=tainted)
    decision = decide(life, way[-1], (len(way) - 1) * FRAME, Crossing.STAY)
    if decision.hidden:
        return
    assert way[0] is BENCH and way[-1] is BENCH
    assert way.count(BENCH) / len(way) >= OPEN_SHARE
    assert not tainted
    last = len(way) - next((n for n, z in enumerate(reversed(way)) if z is not BENCH), len(way))
    assert proven or (len(way) - 1 - last) * FRAME >= PROVE


@given(st.floats(0, 1), st.floats(0, 1))
def test_where_zones_overlap_the_strictest_holds(x: float, y: float) -> None:
    wide = Zone("wide", Seat.BENCH, Treatment.SHOW, rectangle(0, 0, 1, 1))
    here = View("both", (wide, *VIEW.zones)).at(x, y)
    stricter = VIEW.at(x, y)
    if stricter is not None and stricter.treatment is not Treatment.SHOW:
        assert here == stricter


def test_a_zone_that_cannot_be_meant_is_refused() -> None:
    for points in (((0, 0), (1, 1)), ((0, 0), (1.2, 0), (1, 1))):
        with pytest.raises(ValueError, match="corners"):
            Zone("z", Seat.BENCH, Treatment.SHOW, points)
    with pytest.raises(ValueError, match="screen"):
        Zone("z", Seat.SCREEN, Treatment.SHOW, rectangle(0, 0, 1, 1))
    with pytest.raises(ValueError, match="different names"):
        ZoneMap((VIEW, VIEW))


def test_a_switched_screen_is_covered_until_it_is_opened() -> None:
    known = ZoneMap((VIEW,))
    assert known.covers
    screen = known.switched("screen", open_=True).views[0].zones[3]
    assert SCREEN.covered and not screen.covered
    assert known.switched("bench", open_=True) == known


def test_a_map_comes_back_from_json_as_it_was() -> None:
    known = ZoneMap((VIEW, View("other", (), tuple([7] * 576))), Crossing.FOLLOW)
    assert MAPS.validate_json(MAPS.dump_json(known)) == known
