"""No page ranks people: scores stay behind the sign-in, with the person and the office.

Every address the platform answers is opened, by nobody and by each role, and looked through for
the totals of three judges, which are like no other number on any page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from courtstream.api.app import create_app
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.store.tables import Hearing, HearingJudge, ScorecardRow
from tests.support.platform import ROOM, World, sign_in
from tests.support.scored import ended

TOTALS = {"j_0": 41.37, "j_1": 52.83, "j_2": 63.59}
NAMES = {"j_0": "罗文清", "j_1": "欧阳澈", "j_2": "舒望北"}
SCORE_WORDS = ("建议分", "评查得分", "scorecard")
ENDLESS = ("/events",)
_FIELD = re.compile(r"\{(\w+)(:\w+)?\}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World.make(tmp_path_factory.mktemp("w"))
    for number, (judge, name) in enumerate(NAMES.items(), start=1):
        hearing_id = ended(made, number, name)
        with made.work.store.write() as session:
            card = session.scalars(
                select(ScorecardRow).where(ScorecardRow.hearing_id == hearing_id)
            ).one()
            card.total = TOTALS[judge]
            card.computed_at = utc_now() - timedelta(days=3)
            hearing = session.get_one(Hearing, hearing_id)
            hearing.scheduled_start = utc_now() - timedelta(days=3, hours=number)
    return made


def _hearing_of(world: World, judge: str) -> str:
    with world.work.store.read() as session:
        query = select(HearingJudge.hearing_id).where(HearingJudge.judge_id == judge)
        return session.scalars(query).first() or ""


def _addresses(world: World, app: Any) -> Iterator[str]:
    """Every GET address of the platform, with each judge and each hearing filled in."""
    inner = app
    while not isinstance(inner, Starlette):
        inner = inner.app
    for route in inner.routes:
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        if route.path.endswith(ENDLESS):
            continue
        for judge in NAMES:
            values = {
                "hearing_id": _hearing_of(world, judge),
                "judge_id": judge,
                "courtroom_id": ROOM,
                "court_id": "c_basic",
                "version": "2026.2",
                "kind": "json",
            }
            yield _FIELD.sub(lambda m, known=values: known.get(m[1], "x"), route.path)


@contextmanager
def _site(world: World) -> Iterator[TestClient]:
    """The platform; a page that breaks is answered, so that its address can be told."""
    app = create_app(world.settings, None)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def _seen(text: str) -> set[str]:
    """Judges whose totals stand in the text, to one digit or two."""
    return {
        judge
        for judge, total in TOTALS.items()
        if re.search(rf"(?<![\d.])({_figure(total, 2)}|{_figure(total, 1)})(?!\d)", text)
    }


def _figure(total: float, digits: int) -> str:
    """Its point is a point: an id with the same digits around a letter says nothing."""
    return re.escape(f"{total:.{digits}f}")


def _pages(world: World, client: TestClient) -> Iterator[tuple[str, str]]:
    for address in sorted(set(_addresses(world, client.app))):
        answer = client.get(address, follow_redirects=False, headers={"accept": "text/html"})
        assert answer.status_code < 500 or answer.status_code == 503, f"{address} breaks"
        if "text" in answer.headers.get("content-type", "") or "json" in answer.headers.get(
            "content-type", ""
        ):
            yield address, answer.text


def test_nothing_without_sign_in_says_a_score(world: World) -> None:
    with _site(world) as client:
        for address, text in _pages(world, client):
            assert not _seen(text), f"{address} says a judge's total to everybody"
            if address != "/openapi.json":
                assert not any(word in text for word in SCORE_WORDS), address


@pytest.mark.parametrize("login", ["clerk", "admin"])
def test_roles_that_do_not_judge_quality_see_no_total(world: World, login: str) -> None:
    with _site(world) as client:
        sign_in(client, login)
        for address, text in _pages(world, client):
            assert not _seen(text), f"{login}: {address}"


def test_a_judge_sees_the_own_total_and_nobody_elses(world: World) -> None:
    own: set[str] = set()
    with _site(world) as client:
        sign_in(client, "judge")
        for address, text in _pages(world, client):
            assert _seen(text) <= {"j_0"}, address
            own |= _seen(text)
    assert own == {"j_0"}  # the search can find what it looks for


def test_no_page_of_the_office_puts_two_judges_totals_side_by_side(world: World) -> None:
    found: set[str] = set()
    with _site(world) as client:
        sign_in(client, "office")
        for address, text in _pages(world, client):
            found |= _seen(text)
            assert len(_seen(text)) <= 1, f"{address} compares judges by score"
    assert found == set(TOTALS)


def test_the_list_of_judges_is_in_the_order_of_names(world: World) -> None:
    with _site(world) as client:
        sign_in(client, "office")
        text = client.get("/staff", headers={"accept": "text/html"}).text
    places = {name: text.find(f"<span>{name}</span>") for name in NAMES.values()}
    assert all(place > 0 for place in places.values())
    assert sorted(places, key=lambda n: places[n]) == sorted(places)


def test_what_the_law_closes_is_in_no_denominator() -> None:
    held = ind.Sitting("1", date(2026, 11, 10), "A", CaseKind.CIVIL, "j1", broadcast=True)
    closed = replace(held, id="2", broadcast=False, may_broadcast=False, reason="JUVENILE_AT_TRIAL")
    alone = ind.total([ind.tally_of(held, ind.validity())])
    both = ind.total([ind.tally_of(s, ind.validity()) for s in (held, closed)])
    with_closed = ind.figure("LIVE_RATE", [ind.Cell("A", "civil", "j1", False, both)])
    without = ind.figure("LIVE_RATE", [ind.Cell("A", "civil", "j1", False, alone)])
    assert with_closed.value == without.value == 1.0
