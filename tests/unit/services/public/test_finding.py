from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from courtstream.api.pages.finding import fold
from courtstream.domain.errors import NotFound
from courtstream.domain.trial import CaseKind, HearingState, Procedure, PublicationMode
from courtstream.services.gate import gatekeeping
from courtstream.services.public import finding
from courtstream.services.public import hearings as public_hearings
from courtstream.services.public import search as public_search
from courtstream.services.public.search import Search
from courtstream.services.publication import publishing
from courtstream.store.tables import PublicationState
from tests.support.platform import BASIC, HIGH, NOW, OTHER, World, site

HTML = {"accept": "text/html"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


def found(world: World, **wanted: object) -> list[str]:
    cards = world.work.read(public_search.search, Search(**wanted)).cards  # type: ignore[arg-type]
    return [card.id for card in cards]


def test_filters_narrow_and_go_together(world: World) -> None:
    lending = world.hearing()
    later = NOW + timedelta(days=3)
    theft = world.hearing(
        case_number="（2026）江0102刑初7号", cause="盗窃罪", procedure=Procedure.CRI1_ORD,
        start=later, judges=("欧阳澈", "舒望北"), participants=(),
    )  # fmt: skip
    assert found(world) == [theft, lending]
    assert found(world, kind=CaseKind.CRIMINAL) == [theft]
    assert found(world, procedure=Procedure.CIV1_SUM) == [lending]
    assert found(world, judge_id="j_2") == [theft]
    assert found(world, text="盗窃 欧阳") == [theft]
    assert found(world, text="借贷 欧阳") == []
    assert found(world, text="100%") == found(world, text="_") == []
    assert found(world, court_id=HIGH) == [theft, lending]  # the tree below it
    assert found(world, court_id=OTHER) == []
    assert found(world, day=NOW.date(), until=later.date()) == [theft, lending]
    assert found(world, until=NOW.date()) == found(world, day=NOW.date()) == [lending]
    assert found(world, state=HearingState.LIVE) == []


def test_the_index_follows_every_write(world: World) -> None:
    hearing, tape = world.live()
    live, replay = PublicationMode.LIVE, PublicationMode.REPLAY
    assert found(world, mode=live, state=HearingState.LIVE) == [hearing]
    world.take([tape.end(6)])
    assert found(world, mode=live) == found(world, mode=replay) == []
    state = PublicationState.RELEASED
    world.work.write(
        lambda s: publishing.put(
            s, public_hearings.public_hearing(s, hearing), replay, state, "t", NOW
        )
    )
    assert found(world, mode=replay) == [hearing]
    world.work.write(publishing.withdraw, world.users["clerk"], hearing, "申请", NOW)
    assert found(world, mode=replay) == []


def test_what_is_not_public_is_in_no_list_feed_or_map(world: World) -> None:
    soon = NOW + timedelta(days=1)
    open_one = world.hearing(start=soon, title="公开的庭审")
    closed = world.hearing(start=soon + timedelta(hours=3), title="不公开的庭审")
    find = gatekeeping.find_closures
    at = NOW + timedelta(minutes=1)
    world.work.write(find, world.users["clerk"], closed, ("PRIVACY_CIV",), at)
    assert found(world) == [open_one]
    with pytest.raises(NotFound):
        world.work.read(finding.by_short, closed[-8:])
    with site(world) as client:
        for page in (
            "/",
            "/?q=庭审",
            "/sitemap.xml",
            "/feed.xml",
            "/calendar.ics",
            f"/courts/{BASIC}",
        ):
            answer = client.get(page, headers=HTML)
            assert answer.status_code == 200, page
            assert closed not in answer.text and "不公开的庭审" not in answer.text


def test_short_addresses_lead_to_the_moment(world: World) -> None:
    hearing = world.hearing()
    with site(world) as client:
        answer = client.get(f"/h/{hearing[-8:]}?t=75", follow_redirects=False)
        assert answer.headers["location"] == f"/watch/{hearing}?t=75"
        for wrong in (hearing[-7:], "%", "________", "x" * 8):
            assert client.get(f"/h/{wrong}", headers=HTML).status_code == 404


def test_the_calendar_counts_days_and_knows_months(world: World) -> None:
    world.hearing()
    weeks = world.work.read(finding.month, 2026, 11)
    days = {d.day: d.hearings for week in weeks for d in week}
    assert all(len(week) == 7 for week in weeks)
    assert days[NOW.date()] == 1
    assert sum(days.values()) == 1
    with site(world) as client:
        for month in ("2026-11", "2026-02", "nonsense", "9999-99", "0001-01"):
            assert client.get(f"/calendar?month={month}", headers=HTML).status_code == 200


def test_feeds_are_well_formed_whatever_a_title_holds(world: World) -> None:
    hearing, tape = world.live(title="甲 & 乙 <借贷>；一,二")
    world.take([tape.end(6)])
    mode, state = PublicationMode.REPLAY, PublicationState.RELEASED
    world.work.write(
        lambda s: publishing.put(
            s, public_hearings.public_hearing(s, hearing), mode, state, "t", NOW
        )
    )
    with site(world) as client:
        feed = client.get("/feed.xml")
        item = ElementTree.fromstring(feed.text).find("channel/item")
        assert item is not None
        assert item.findtext("title") == "甲 & 乙 <借贷>；一,二"
        assert "罗文清" in str(item.findtext("description"))
        urls = ElementTree.fromstring(client.get("/sitemap.xml").text)
        assert any(hearing in str(u[0].text) for u in urls)
        assert client.get("/feed.xml?court=nobody", headers=HTML).status_code == 404
        assert "Sitemap: http" in client.get("/robots.txt").text


def test_calendar_lines_are_folded_between_characters() -> None:
    pieces = fold("SUMMARY:" + "民间借贷纠纷" * 20)
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert "".join(p if n == 0 else p[1:] for n, p in enumerate(pieces)).count("纠纷") == 20


def test_views_are_counted_by_day_without_anyone(world: World) -> None:
    hearing = world.hearing()
    with site(world) as client:
        for _ in range(3):
            page = client.get(f"/watch/{hearing}", headers=HTML)
        assert "已观看 3 次" in page.text
        assert not [c for c in client.cookies if c.startswith("cs_v")]
    assert world.work.read(finding.views_of, hearing) == 3  # written when the site stops
