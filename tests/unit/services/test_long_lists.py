"""Lists of a province come by page: each row once, in order, and no statement a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Forbidden
from courtstream.rules import indicators as ind
from courtstream.services import paging
from courtstream.services.courtroom import courtrooms
from courtstream.services.docket import choices, listing
from courtstream.services.publication import queue as publication_queue
from courtstream.services.supervision import covered_judges, performance
from courtstream.services.supervision.covered_judges import JudgesAsked
from courtstream.store.tables import Court, Courtroom, Judge, SittingFact
from tests.support.database import CLUSTER
from tests.support.platform import BASIC, HIGH, NOW, OTHER, World


@given(total=st.integers(0, 200), asked=st.integers(-3, 99), size=st.integers(1, 50))
def test_a_page_lies_within_and_all_pages_make_the_list(total: int, asked: int, size: int) -> None:
    rows = list(range(total))
    page = paging.cut(rows, asked, size)
    assert 1 <= page.page <= page.pages
    assert page.total == total and len(page.rows) <= size
    whole = [row for n in range(1, page.pages + 1) for row in paging.cut(rows, n, size).rows]
    assert whole == rows


def people(world: World, count: int) -> None:
    """Judges and courtrooms more than a page holds; every third judge has a valid broadcast."""

    def put(session: Any) -> None:
        for n in range(count):
            session.add(Judge(id=f"m_{n}", court_id=BASIC, name=f"审{n:03}"))
            session.add(Courtroom(id=f"room_{n}", court_id=BASIC, name=f"庭{n:03}"))

    world.work.write(put)


def covered(world: World, count: int, asked: JudgesAsked) -> covered_judges.JudgeList:
    cells = [
        ind.Cell(BASIC, "civil", f"m_{n}", False, ind.Tally(held=1, eligible=1, valid=n % 3 == 0))
        for n in range(count)
    ]
    return world.work.read(covered_judges.listed, cells, asked)


def test_judges_by_page_by_state_and_by_name(world: World) -> None:
    people(world, 120)
    first = covered(world, 120, JudgesAsked(page=1))
    last = covered(world, 120, JudgesAsked(page=99))
    assert (first.part.pages, last.part.page, len(last.part.rows)) == (3, 3, 20)
    assert first.states == {"covered": 40, "open": 80, "na": 0}
    still_open = covered(world, 120, JudgesAsked("open", page=2))
    assert still_open.part.total == 80 and {r.state for r in still_open.part.rows} == {"open"}
    assert still_open.states == first.states, "a filter changes what is listed, not what is counted"
    named = covered(world, 120, JudgesAsked(name="审00"))
    assert [r.name for r in named.part.rows] == [f"审{n:03}" for n in range(10)]
    assert len(covered(world, 120, covered_judges.EVERYONE).part.rows) == 120, "a report has all"
    assert covered(world, 120, JudgesAsked(name="%")).part.total == 0, "a name is no pattern"


def test_the_desk_s_lists_come_by_page(world: World) -> None:
    people(world, 100)
    office, clerk = world.users["office"], world.users["clerk"]
    rooms = world.work.read(courtrooms.courtrooms, clerk, NOW, 3)
    assert (rooms.total, rooms.page, rooms.pages) == (101, 3, 6)
    judges = world.work.read(performance.judges, office, "审09")
    assert [j.name for j in judges.rows] == [f"审{n:03}" for n in range(90, 100)]
    assert world.work.read(performance.judges, world.users["judge"], "审09").total == 0


def test_a_form_offers_one_court_s_rooms_and_judges(world: World) -> None:
    office, clerk = world.users["office"], world.users["clerk"]
    own = world.work.read(choices.choices, clerk)
    assert (own.court_id, {j.id for j in own.judges}) == (BASIC, {"j_0", "j_1", "j_2"})
    assert [c.id for c in own.courts] == [BASIC]
    far = world.work.read(choices.choices, office, OTHER)
    assert {j.id for j in far.judges} == {"j_far"} and len(far.courtrooms) == 1
    assert [c.id for c in far.courts] == [HIGH, BASIC, OTHER]
    first = world.work.read(choices.choices, office).court_id
    assert first == BASIC, "a court without a courtroom can hold no hearing"
    with pytest.raises(Forbidden):
        world.work.read(choices.choices, clerk, OTHER)


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    told: list[str] = []

    def note(_: Any, __: Any, statement: str, *rest: Any) -> None:
        told.append(statement)

    event.listen(world.work.store.engine, "before_cursor_execute", note)
    yield told
    event.remove(world.work.store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "ask",
    [
        lambda world: world.work.read(listing.staff_hearings, world.users["clerk"]).cards,
        lambda world: (
            world.work.read(publication_queue.exceptions, world.users["clerk"], utc_now()).part.rows
        ),
    ],
    ids=["schedule", "publication queue"],
)
def test_ten_rows_more_are_no_statement_more(world: World, ask: Callable[[World], Any]) -> None:
    def add(first: int, count: int) -> None:
        for n in range(first, first + count):
            start = utc_now() + timedelta(hours=24 + 3 * n)
            world.hearing(start=start, case_number=f"（2026）江0102民初{n}号", closure_codes=None)

    add(0, 2)
    with statements(world) as few:
        small = len(ask(world))
    add(2, 10)
    with statements(world) as many:
        large = len(ask(world))
    assert large > small
    assert len(many) == len(few)


@pytest.mark.skipif(CLUSTER, reason="PostgreSQL looks at its rows by itself")
def test_sqlite_learns_how_its_rows_lie(world: World) -> None:
    """Without figures it chooses indexes by guess; a province's page then takes several times."""

    def put(session: Any) -> None:
        session.add(Court(id="c_more", name="别院", level=session.get(Court, BASIC).level))
        facts = {"month": "2026-11", "court_id": BASIC, "kind": "civil", "judge_id": "j_0"}
        session.add_all(SittingFact(hearing_id=f"f{n}", day=NOW.date(), **facts) for n in range(9))

    world.work.write(put)
    world.work.store.tune()
    known = world.work.read(
        lambda s: s.connection().exec_driver_sql("SELECT tbl FROM sqlite_stat1").scalars().all()
    )
    assert "sitting_facts" in known
