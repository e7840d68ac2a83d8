"""A month's supervision: the machine notices, people confirm, the one it concerns answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from courtstream.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from courtstream.domain.supervision import BY_RECIPIENT, STEPS, NoticeAct, NoticeState, step
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.services.supervision import monthly, reporting, supervising, tallying
from tests.support.platform import BASIC, NOW, OTHER, World

MONTH = "2026-10"
DAY = timedelta(days=1)
A = NoticeAct


def fill(world: World, count: int = 6, **facts: Any) -> None:
    """Sittings of j_0 in October, none broadcast unless told."""

    def put(session: Any) -> None:
        for n in range(count):
            given = {"court": BASIC, "judge": "j_0", **facts}
            day = date(2026, 10, 1 + n)
            sitting = ind.Sitting(f"h{n}", day, kind=CaseKind.CIVIL, recorded=True, **given)
            row = tallying.fact(sitting, ind.tally_of(sitting, ind.validity()))
            tallying.put(session, sitting.id, row)

    world.work.write(put)


def run(world: World) -> monthly.RunReport:
    return world.work.write(monthly.run_by, world.users["office"], MONTH, NOW)


def seen(world: World, login: str) -> tuple[supervising.NoticeView, ...]:
    return world.work.read(supervising.notices, world.users[login], NOW)


def find(world: World, code: str) -> str:
    return next(n.id for n in seen(world, "office") if n.watch.code == code)


def act(world: World, login: str, notice_id: str, what: NoticeAct, note: str = "", **more: Any):
    now = more.pop("now", NOW)
    who, evidence = world.users[login], more.pop("evidence", ())
    return world.work.write(supervising.act, who, notice_id, what, note, evidence, now)


def sent(world: World, code: str) -> str:
    fill(world)
    run(world)
    notice_id = find(world, code)
    act(world, "office", notice_id, A.CONFIRM)
    act(world, "office", notice_id, A.SEND)
    return notice_id


def test_the_month_is_run_once_and_again_adds_nothing(world: World) -> None:
    fill(world)
    assert world.work.read(monthly.due, NOW) == MONTH
    first = run(world)
    assert first.new == first.found > 0
    assert run(world).new == 0
    assert world.work.read(monthly.due, NOW) is None


def test_what_is_in_order_is_not_noticed(world: World) -> None:
    fill(
        world,
        broadcast=True,
        on_air_minutes=60.0,
        approved_before=True,
        late_minutes=0.0,
        good_share=1.0,
    )
    assert run(world).found == 0


def test_one_hearing_is_too_few_for_a_notice_about_a_judge(world: World) -> None:
    fill(world, count=2)
    run(world)
    assert not [n for n in seen(world, "office") if n.subject_kind == "judge"]


def test_closed_hearings_alone_lead_to_no_notice(world: World) -> None:
    fill(world, may_broadcast=False, reason="DIVORCE")
    assert run(world).found == 0


def test_nobody_hears_of_a_notice_before_a_person_has_sent_it(world: World) -> None:
    fill(world)
    run(world)
    notice_id = find(world, "JUDGE_NOT_COVERED")
    assert not seen(world, "judge")
    act(world, "office", notice_id, A.CONFIRM)
    assert not seen(world, "judge")
    act(world, "office", notice_id, A.SEND)
    assert [n.id for n in seen(world, "judge")] == [notice_id]
    assert not seen(world, "judge2"), "only the one it concerns"
    assert not seen(world, "clerk")


def test_the_whole_way_of_a_notice(world: World) -> None:
    notice_id = sent(world, "JUDGE_NOT_COVERED")
    answered = act(world, "judge", notice_id, A.REPLY, "已安排直播", evidence=["h_1", " "])
    assert answered.state is NoticeState.REPLIED
    returned = act(world, "office", notice_id, A.RETURN, "请附排期")
    assert returned.deadline is not None
    act(world, "judge", notice_id, A.REPLY, "附后", now=NOW + DAY)
    act(world, "office", notice_id, A.VERIFY)
    closed = act(world, "office", notice_id, A.CLOSE, now=NOW + 2 * DAY)
    assert closed.state is NoticeState.CLOSED
    assert [s.act for s in closed.steps] == [
        *(A.CONFIRM, A.SEND, A.REPLY, A.RETURN, A.REPLY, A.VERIFY, A.CLOSE)
    ]
    assert closed.steps[2].evidence == ("h_1",)
    counts = world.work.read(reporting.counts, [MONTH])
    assert (counts["RECT_RATE.numerator"], counts["RECT_RATE.denominator"]) == (1, 1)


def test_an_objection_holds_for_a_week_and_can_end_the_matter(world: World) -> None:
    notice_id = sent(world, "JUDGE_NOT_COVERED")
    with pytest.raises(Conflict):
        act(world, "judge", notice_id, A.OBJECT, "案件依法不公开", now=NOW + 8 * DAY)
    act(world, "judge", notice_id, A.OBJECT, "案件依法不公开")
    assert act(world, "office", notice_id, A.UPHOLD, "属实").state is NoticeState.CLOSED


def test_words_are_asked_for_where_they_matter(world: World) -> None:
    notice_id = sent(world, "JUDGE_NOT_COVERED")
    with pytest.raises(InvalidInput):
        act(world, "judge", notice_id, A.REPLY, "  ")


def test_who_may_take_which_step(world: World) -> None:
    notice_id = sent(world, "JUDGE_NOT_COVERED")
    with pytest.raises(Forbidden):
        act(world, "judge", notice_id, A.ESCALATE, "x")
    with pytest.raises(NotFound):
        act(world, "judge2", notice_id, A.REPLY, "x")
    with pytest.raises(Forbidden):
        world.work.write(monthly.run_by, world.users["clerk"], MONTH, NOW)


@pytest.mark.parametrize("state", list(NoticeState))
@pytest.mark.parametrize("what", list(NoticeAct))
def test_there_are_no_other_steps(state: NoticeState, what: NoticeAct) -> None:
    if (state, what) in STEPS:
        assert step(state, what, "why") is STEPS[state, what]
    else:
        with pytest.raises(Conflict):
            step(state, what, "why")


def test_every_open_state_leads_on() -> None:
    ends = {NoticeState.DISMISSED, NoticeState.CLOSED}
    assert {s for s, _ in STEPS} == set(NoticeState) - ends
    assert {s for s, a in STEPS if a in BY_RECIPIENT} == {NoticeState.SENT, NoticeState.ESCALATED}


def test_a_reminder_comes_once_before_the_deadline(world: World) -> None:
    notice_id = sent(world, "JUDGE_NOT_COVERED")
    assert world.work.write(supervising.remind, NOW) == ()
    soon = NOW + 28 * DAY
    assert world.work.write(supervising.remind, soon) == (notice_id,)
    assert world.work.write(supervising.remind, soon) == ()
    late = world.work.read(supervising.notice, world.users["judge"], notice_id, NOW + 40 * DAY)
    assert late.overdue


def test_a_report_of_figures_is_for_the_courts_above_and_the_court_itself(world: World) -> None:
    office = world.users["office"]
    report = reporting.report
    world.work.write(report, office, OTHER, MONTH, "DOC_RATE", 8, 10, "文书系统", NOW)
    world.work.write(report, office, OTHER, MONTH, "DOC_RATE", 9, 10, "文书系统", NOW)
    assert world.work.read(reporting.counts, [MONTH])["DOC_RATE.numerator"] == 9
    faults: Sequence[tuple[str, int]] = [("LIVE_RATE", 1), ("RECT_RATE", 1), ("DOC_RATE", -1)]
    for code, numerator in faults:
        with pytest.raises(InvalidInput):
            world.work.write(report, office, OTHER, MONTH, code, numerator, 10, "", NOW)
    with pytest.raises(Forbidden):
        world.work.write(report, world.users["far"], OTHER, MONTH, "DOC_RATE", 1, 2, "", NOW)
