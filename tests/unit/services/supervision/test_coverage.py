"""Three coverages with honest denominators, and who may see whose figures."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from courtstream.domain.errors import Forbidden
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.services.supervision import coverage, tallying
from courtstream.store.tables import Division, Judge
from tests.support.platform import BASIC, HIGH, OTHER, World

GOOD: dict[str, Any] = {"broadcast": True, "on_air_minutes": 30.0, "good_share": 1.0}
ROWS = (
    ("1", BASIC, CaseKind.CIVIL, "j_0", GOOD),
    ("2", BASIC, CaseKind.CRIMINAL, "j_1", {}),
    ("3", BASIC, CaseKind.CIVIL, "j_2", {"may_broadcast": False, "reason": "DIVORCE"}),
    ("4", OTHER, CaseKind.CIVIL, "j_far", GOOD),
)


def fill(world: World) -> None:
    def put(session: Any) -> None:
        session.add(Division(id="d_1", court_id=BASIC, name="民一庭"))
        session.flush()
        for judge in ("j_0", "j_1"):
            session.get(Judge, judge).division_id = "d_1"
        for name, court, kind, judge, facts in ROWS:
            sitting = ind.Sitting(name, date(2026, 11, 2), court, kind, judge, **facts)
            row = tallying.fact(sitting, ind.tally_of(sitting, ind.validity()))
            tallying.put(session, name, row)
        world._user(session, "head", StaffRole.HEAD, BASIC, "j_0")
        world._user(session, "own", StaffRole.OFFICE, BASIC)

    world.work.write(put)


def seen(world: World, login: str, court: str | None = None) -> coverage.Coverage:
    return world.work.read(coverage.coverage, world.users[login], ["2026-11"], court)


def test_a_court_s_month(world: World) -> None:
    fill(world)
    page = seen(world, "office", BASIC)
    figures = {f.code: f for f in page.figures}
    assert figures["COV_JUDGE"].value == 0.5
    assert figures["COV_JUDGE"].left_out == 1
    assert {j.judge_id: j.state for j in page.judges.part.rows} == {
        "j_0": "covered",
        "j_1": "open",
        "j_2": "na",
    }
    (row,) = page.courts
    assert [(c.kind, c.share) for c in row.cells] == [("civil", 1.0), ("criminal", 0.0)]
    assert [(r.code, r.count) for r in page.reasons] == [("", 1), ("DIVORCE", 1)]
    assert [(d.day.day, d.eligible, d.broadcast) for d in page.days] == [(2, 2, 1)]


def test_who_sees_whose(world: World) -> None:
    fill(world)
    assert {c.court_id for c in seen(world, "office").courts} == {HIGH, BASIC, OTHER}
    assert {c.court_id for c in seen(world, "own").courts} == {BASIC}
    assert {j.judge_id for j in seen(world, "head").judges.part.rows} == {"j_0", "j_1"}
    for login, court in (("own", OTHER), ("judge", None), ("clerk", None), ("admin", None)):
        with pytest.raises(Forbidden):
            seen(world, login, court)


def test_lists_follow_names_never_figures(world: World) -> None:
    fill(world)
    names = [(j.court_name, j.name) for j in seen(world, "office").judges.part.rows]
    by_court = [name for court, name in names if court == "临江法院"]
    assert by_court == sorted(by_court)


def test_months_are_counted_back_over_the_year() -> None:
    assert coverage.months_until("2026-02", 3) == ("2025-12", "2026-01", "2026-02")
