from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from courtstream.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CaseKind, HearingState, Procedure, Role
from courtstream.rules.scoring.synthetic import synthetic_facts
from courtstream.services.courtroom import courtrooms, keys
from courtstream.services.docket import listing, schedule
from courtstream.services.docket.schedule import NewParticipant
from courtstream.services.gate import gatekeeping
from courtstream.services.nodes.board import Board
from courtstream.services.people import accounts, audit
from courtstream.services.public import search as public_search
from courtstream.services.public import watch
from courtstream.services.public.search import Search
from courtstream.services.publication import publishing
from courtstream.services.publication.shape import masked_name
from courtstream.services.scoring import review
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.supervision import performance
from courtstream.store.tables import FindingRow, Hearing, IngestKey
from tests.support.platform import (
    BASIC,
    NOW,
    OTHER,
    PASSWORD,
    ROOM,
    ROOM2,
    World,
    new_hearing,
)


def ended(world: World, number: int = 1, judge: str = "罗文清") -> str:
    """An ended, scored hearing."""
    hearing_id, tape = world.live(
        case_number=f"（2026）江0102民初{number}号", judges=(judge,), replay_release="automatic"
    )
    world.take([tape.end(6)])
    facts = synthetic_facts(
        number, kind=CaseKind.CIVIL, procedure=Procedure.CIV1_SUM, judge_quality=0.5
    )
    world.work.write(scoring.score_facts, facts, hearing_id, NOW)
    return hearing_id


def unsure(world: World, hearing_id: str, outcome: Outcome) -> str:
    card = world.work.read(scoring.scorecard, world.users["office"], hearing_id)
    return next(f.id for f in card.findings if f.outcome is outcome and f.weight > 0)


def test_a_reviewer_settles_a_question_and_the_card_is_counted_anew(world: World) -> None:
    hearing_id = ended(world)
    office = world.users["office"]
    before = world.work.read(scoring.scorecard, office, hearing_id)
    finding = unsure(world, hearing_id, Outcome.NOT_FOUND)
    view = world.work.write(review.correct, office, finding, Outcome.MET, "看过录像", NOW)
    after = world.work.read(scoring.scorecard, office, hearing_id)
    assert view.outcome is Outcome.MET
    assert view.points == pytest.approx(view.weight)
    assert after.total > before.total
    assert after.high == pytest.approx(before.high, abs=0.02)
    assert after.low <= after.total <= after.high
    assert not view.needs_person


def test_confirming_every_question_leaves_nothing_open(world: World) -> None:
    hearing_id = ended(world)
    office = world.users["office"]
    card = world.work.read(scoring.scorecard, office, hearing_id)
    assert card.state is ScoreState.SUGGESTED
    for finding in card.findings:
        if finding.needs_person:
            world.work.write(review.confirm, office, finding.id, "", NOW)
    after = world.work.read(scoring.scorecard, office, hearing_id)
    assert after.state is ScoreState.CONFIRMED
    assert after.total == pytest.approx(card.total, abs=0.02)
    assert after.high == pytest.approx(after.total, abs=0.6)


def test_the_judge_may_contest_and_nobody_else(world: World) -> None:
    hearing_id = ended(world)
    finding = unsure(world, hearing_id, Outcome.NOT_FOUND)
    for login in ("judge2", "clerk", "office", "admin"):
        with pytest.raises(Forbidden):
            world.work.write(review.contest, world.users[login], finding, "有异议", NOW)
    with pytest.raises(InvalidInput):
        world.work.write(review.contest, world.users["judge"], finding, " ", NOW)
    world.work.write(review.contest, world.users["judge"], finding, "第3分钟已宣布", NOW)
    card = world.work.read(scoring.scorecard, world.users["judge"], hearing_id)
    assert card.state is ScoreState.CONTESTED
    with pytest.raises(Forbidden):
        world.work.write(review.confirm, world.users["judge"], finding, "", NOW)


def test_scoring_again_keeps_the_old_card_on_file(world: World) -> None:
    hearing_id = ended(world)
    first = world.work.read(scoring.scorecard, world.users["judge"], hearing_id)
    world.work.write(scoring.score, hearing_id, NOW)
    second = world.work.read(scoring.scorecard, world.users["judge"], hearing_id)
    assert first.id != second.id
    with pytest.raises(NotFound):  # nobody can speak to a finding of a card that is history
        world.work.write(review.confirm, world.users["office"], first.findings[0].id, "", NOW)


def test_a_judge_sees_the_own_page_and_no_other(world: World) -> None:
    ended(world, 1)
    ended(world, 2)
    ended(world, 3, judge="欧阳澈")
    page = world.work.read(performance.own, world.users["judge"], NOW + timedelta(days=1))
    assert {row.card.judges[0].name for row in page.hearings} == {"罗文清"}
    assert len(page.hearings) == 2
    assert page.trend[0].hearings == 2
    assert page.band is None  # two judges would be persons, not a court
    with pytest.raises(Forbidden):
        world.work.read(performance.performance, world.users["judge"], "j_1", NOW)
    with pytest.raises(NotFound):
        world.work.read(performance.own, world.users["clerk"], NOW)
    with pytest.raises(Forbidden):
        world.work.read(scoring.scorecard, world.users["judge2"], page.hearings[0].card.id)


def test_the_band_needs_five_judges_and_names_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(world, 1)
    ended(world, 3, judge="欧阳澈")
    monkeypatch.setattr(performance, "FEWEST_JUDGES", 2)
    page = world.work.read(performance.own, world.users["judge"], NOW + timedelta(days=1))
    assert page.band is not None
    assert page.band.judges == 2
    assert page.band.lower <= page.band.middle <= page.band.upper


def test_the_office_sees_the_courts_below(world: World) -> None:
    names = {j.name for j in world.work.read(performance.judges, world.users["office"]).rows}
    assert names == {"罗文清", "欧阳澈", "舒望北", "祁连秋"}
    assert world.work.read(performance.judges, world.users["judge"]).total == 1
    with pytest.raises(Forbidden):
        world.work.read(performance.judges, world.users["clerk"])


def test_the_audit_knows_who_and_what_but_no_names(world: World) -> None:
    hearing_id, _ = world.live()
    world.work.write(publishing.withdraw, world.users["clerk"], hearing_id, "当事人申请", NOW)
    entries = world.work.read(audit.entries, hearing_id)
    assert entries[0].action == "publication"
    assert entries[0].actor == world.users["clerk"].id
    written = " ".join(str(e) for e in world.work.read(audit.entries, "", 500))
    assert not any(name in written for name in ("沈静怡", "贺明远", "方若竹", world.key))


def test_keys_are_kept_as_hashes_and_rotating_revokes(world: World) -> None:
    view, key = world.work.write(keys.rotate, world.users["clerk"], ROOM, NOW)
    assert view.last4 == key[-4:]
    stored = world.work.read(lambda s: [(k.sha256, k.last4) for k in s.query(IngestKey)])
    assert not any(key in str(row) or world.key in str(row) for row in stored)
    assert world.work.read(keys.find, world.key) is None
    assert world.work.read(keys.find, key) is not None
    world.work.write(keys.revoke, world.users["clerk"], ROOM, view.id, NOW)
    assert world.work.read(keys.find, key) is None
    with pytest.raises(Forbidden):
        world.work.write(keys.rotate, world.users["clerk"], ROOM2, NOW)
    with pytest.raises(Forbidden):
        world.work.write(keys.rotate, world.users["judge"], ROOM, NOW)


def test_the_courtroom_page_shows_the_key_only_when_it_is_new(world: World) -> None:
    hearing_id, _ = world.live()

    def page(fresh: str = "") -> Any:
        return world.work.read(
            courtrooms.courtroom_page,
            world.users["clerk"],
            ROOM,
            world.settings,
            Board(),
            NOW,
            fresh,
        )

    shown = page()
    assert world.key not in str(shown)
    assert shown.urls.key.endswith(world.key[-4:])
    assert page(world.key).urls.whole == f"rtmp://127.0.0.1:1935/live/{world.key}"
    assert shown.courtroom.publishing
    assert shown.courtroom.current.id == hearing_id
    assert shown.marks[0].text_zh == "编码器已接入"
    assert shown.segments == 3
    with pytest.raises(Forbidden):
        world.work.read(
            courtrooms.courtroom_page, world.users["far"], ROOM, world.settings, Board(), NOW
        )


def test_the_public_never_gets_a_protected_name(world: World) -> None:
    hearing_id, _ = world.live()
    view = world.work.read(watch.hearing_page, hearing_id, NOW)
    shown = {p.label: p.shown for p in view.participants}
    assert shown == {"原告": "沈某某", "被告": "贺某某", "证人": "证人"}
    assert "方若竹" not in str(view)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张某"),
        ("欧阳静怡", "欧某某"),
        ("阿依古丽·买买提", "阿某某"),
        ("John Smith", "J某某"),
        ("松原市宁江区鑫达建材经营部", "松原市宁江区鑫达建材经营部"),
        ("吉林某建材有限公司", "吉林某建材有限公司"),
        ("长春市朝阳区人民政府", "长春市朝阳区人民政府"),
        ("榆树市公安局", "榆树市公安局"),
    ],
)
def test_people_are_masked_however_long_their_names(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_a_hearing_held_in_private_is_not_announced(world: World) -> None:
    hearing_id = world.hearing()
    assert world.work.read(watch.today, NOW)
    codes = ("JUVENILE_AT_TRIAL",)
    later = NOW + timedelta(seconds=1)
    world.work.write(gatekeeping.find_closures, world.users["clerk"], hearing_id, codes, later)
    assert world.work.read(watch.today, NOW) == ()
    assert world.work.read(public_search.search, Search()).cards == ()
    with pytest.raises(NotFound):
        world.work.read(watch.hearing_page, hearing_id, NOW)


def test_why_a_hearing_was_withdrawn_stays_with_the_court(world: World) -> None:
    hearing_id, _ = world.live()
    world.work.write(publishing.withdraw, world.users["clerk"], hearing_id, "证人方若竹申请", NOW)
    view = world.work.read(watch.hearing_page, hearing_id, NOW)
    assert view.withdrawn
    assert "方若竹" not in str(view)


def test_search_by_number_cause_judge_court_and_day(world: World) -> None:
    hearing_id = world.hearing()

    def found(**wanted: Any) -> list[str]:
        return [c.id for c in world.work.read(public_search.search, Search(**wanted)).cards]

    assert found(text="民初1号") == found(text="借贷") == found(text="罗文清") == [hearing_id]
    assert found(text="临江 借贷") == found(court_id=BASIC) == found(judge_id="j_0") == [hearing_id]
    assert found(day=NOW.date()) == [hearing_id]
    assert found(court_id=OTHER) == found(text="100%") == found(text="借贷 刑事") == []
    assert found(kind=CaseKind.CRIMINAL) == found(state=HearingState.LIVE) == []


def test_hearings_that_are_not_public_are_not_there(world: World) -> None:
    hearing_id = world.hearing(public=False)
    assert world.work.read(public_search.search, Search()).total == 0
    with pytest.raises(NotFound):
        world.work.read(watch.hearing_page, hearing_id, NOW)
    assert world.work.read(watch.today, NOW) == ()
    desk = world.work.read(listing.staff_hearings, world.users["clerk"])
    assert [c.id for c in desk.cards] == [hearing_id]


def test_scheduling_names_every_fault(world: World) -> None:
    world.hearing()
    with pytest.raises(InvalidInput) as caught:
        world.work.write(
            schedule.schedule,
            world.users["clerk"],
            new_hearing(judges=("查无此人",), cause="", delay=1.0, closure_codes=("NONSENSE",)),
            NOW,
        )
    assert set(caught.value.facts["faults"]) == {  # type: ignore[call-overload]
        "judges",
        "cause",
        "delay",
        "closure_codes",
        "start",
        "case_number",
    }
    with pytest.raises(Forbidden):
        world.work.write(
            schedule.schedule, world.users["far"], new_hearing(start=NOW + timedelta(days=2)), NOW
        )


def test_a_second_sitting_adds_people_and_lifts_no_protection(world: World) -> None:
    world.hearing()
    people = (
        NewParticipant(Role.WITNESS, "方若竹"),
        NewParticipant(Role.PLAINTIFF, "沈静怡", protected=True),
        NewParticipant(Role.WITNESS, "岑小满", protected=True),
    )
    start = NOW + timedelta(days=1)
    again = world.hearing(start=start, participants=people, cause="离婚纠纷")

    def case(session: Any) -> tuple[str, dict[str, bool]]:
        found = session.get(Hearing, again).case
        return found.cause, {p.name: p.protected for p in found.participants}

    assert world.work.read(case) == (
        "离婚纠纷",  # what the gate judges is what was said last
        {"沈静怡": True, "贺明远": False, "方若竹": True, "岑小满": True},
    )


def test_only_a_hearing_that_has_not_begun_can_be_cancelled(world: World) -> None:
    hearing_id, _ = world.live()
    with pytest.raises(Conflict):
        world.work.write(schedule.cancel, world.users["clerk"], hearing_id, NOW)
    other = world.hearing(start=NOW + timedelta(days=1))
    assert world.work.write(schedule.cancel, world.users["clerk"], other, NOW).state == "cancelled"


def test_accounts_are_made_within_reach(world: World) -> None:
    def add(actor: str | None, **changes: Any) -> Any:
        given = {
            "login": "New ",
            "name": "n",
            "password": PASSWORD,
            "role": StaffRole.CLERK,
            "court_id": BASIC,
            "judge_id": None,
            "now": NOW,
        }
        person = world.users[actor] if actor else None
        return world.work.write(accounts.add_user, person, **{**given, **changes})

    assert add("admin").login == "new"
    with pytest.raises(Conflict):
        add("admin", login="NEW")
    with pytest.raises(Forbidden):
        add("clerk", login="x")
    with pytest.raises(Forbidden):
        add("admin", login="x", court_id=None)
    with pytest.raises(InvalidInput):
        add(None, login="x", role=StaffRole.JUDGE)
    with pytest.raises(InvalidInput):
        add(None, login="x", password="short")


def test_findings_always_have_evidence(world: World) -> None:
    ended(world)
    rows = world.work.read(lambda s: [f.evidence for f in s.query(FindingRow)])
    assert rows
    assert all(rows)
