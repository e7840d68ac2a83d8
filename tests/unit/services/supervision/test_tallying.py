"""Sums kept as things change equal a full recount, whatever happened in between."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.trial import CaseKind, HearingState
from courtstream.rules import indicators as ind
from courtstream.rules.indicators.tally import NAMES
from courtstream.services.gate import gatekeeping
from courtstream.services.publication import publishing
from courtstream.services.supervision import tallying
from courtstream.store.base import Base
from courtstream.store.tables import LeakRow, TallyRow
from courtstream.store.unit import Store
from tests.support.platform import NOW, World

MONTH = "2026-11"
sittings = st.builds(
    ind.Sitting,
    id=st.sampled_from("abcd"),
    day=st.sampled_from([date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)]),
    court=st.sampled_from(["c1", "c2"]),
    kind=st.sampled_from([CaseKind.CIVIL, CaseKind.CRIMINAL]),
    judge=st.sampled_from(["j1", "j2", ""]),
    leader=st.booleans(),
    held=st.booleans(),
    may_broadcast=st.booleans(),
    broadcast=st.booleans(),
    on_air_minutes=st.floats(0, 300),
    good_share=st.none() | st.floats(0, 1),
    leaks=st.integers(0, 2),
    late_minutes=st.none() | st.floats(-5, 60),
    score=st.none() | st.floats(0, 100),
    contested=st.integers(0, 3),
)
changes = st.lists(st.tuples(sittings, st.booleans()), max_size=12)


def sums(session: Session) -> dict[tuple[Any, ...], tuple[int, ...]]:
    rows = session.scalars(select(TallyRow))
    found = {
        tuple(getattr(r, k) for k in tallying.KEY): tuple(getattr(r, n) for n in NAMES)
        for r in rows
    }
    return {key: counts for key, counts in found.items() if any(counts)}


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(changes)
def test_sums_after_any_changes_equal_a_full_recount(steps: list[tuple[ind.Sitting, bool]]) -> None:
    store = Store("sqlite://")
    with store.engine.connect() as connection, Session(connection) as session:
        Base.metadata.create_all(connection)
        for sitting, gone in steps:
            tally = ind.tally_of(sitting, ind.validity())
            row = None if gone else tallying.fact(sitting, tally)
            tallying.put(session, sitting.id, row)
        kept = sums(session)
        tallying.recount(session)
        assert kept == sums(session)
    store.close()


def figure(world: World, code: str) -> ind.IndicatorValue:
    return ind.figure(code, world.work.read(tallying.cells, [MONTH]))


def test_a_hearing_is_counted_as_it_is_scheduled_held_and_broadcast(world: World) -> None:
    hearing_id, tape = world.live(segments=400)
    world.take([tape.end(800)])
    assert figure(world, "LIVE_RATE").value == 1.0
    assert figure(world, "VALID_LIVE").value == 1.0
    assert figure(world, "APPROVE_OK").value == 1.0
    world.work.write(publishing.withdraw, world.users["office"], hearing_id, "核查", NOW)
    assert figure(world, "LIVE_RATE").value == 1.0, "withdrawing does not undo a broadcast"


def test_only_the_law_takes_a_hearing_out_of_the_denominator(world: World) -> None:
    refused = world.hearing(approval=False)
    closed = world.hearing(
        case_number="2", start=NOW + timedelta(hours=3), closure_codes=("STATE_SECRET_CIV",)
    )
    for hearing_id in (refused, closed):
        world.change(hearing_id, state=HearingState.ENDED, actual_start=NOW, actual_end=NOW)
    rate = figure(world, "LIVE_RATE")
    assert (rate.numerator, rate.denominator, rate.left_out) == (0, 1, 1)
    assert figure(world, "NOLIVE_REASON").value == 1.0


def test_a_later_closure_counts_at_once(world: World) -> None:
    hearing_id, _ = world.live(segments=400)
    assert figure(world, "LIVE_RATE").denominator == 1
    clerk = world.users["clerk"]
    world.work.write(gatekeeping.find_closures, clerk, hearing_id, ("STATE_SECRET_CIV",), NOW)
    assert figure(world, "LIVE_RATE").denominator == 0


def test_a_full_recomputation_from_the_hearings_changes_nothing(world: World) -> None:
    world.live(segments=400)
    world.hearing(case_number="2", start=NOW + timedelta(hours=3))
    kept = world.work.read(sums)
    assert kept
    assert world.work.write(tallying.recompute) == 2
    assert world.work.read(sums) == kept


def test_a_confirmed_leak_makes_a_broadcast_invalid_at_once(world: World) -> None:
    hearing_id, _ = world.live(segments=400)
    assert figure(world, "VALID_LIVE").value == 1.0
    office = world.users["office"].id
    leak = LeakRow(
        id="l_1", hearing_id=hearing_id, kind="speech", start=0, end=1, user_id=office, at=NOW
    )
    world.work.write(lambda session: session.add(leak))
    assert figure(world, "VALID_LIVE").value == 0.0
    assert figure(world, "LEAK").numerator == 1
