"""A judge's figures beside the scores: own sittings counted, findings, notices, own words.

Compared with nobody: targets are the table's, the rest is the judge's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Forbidden, InvalidInput
from courtstream.domain.ids import new_id
from courtstream.reports.tables import Column, Kind, Report, TableData
from courtstream.rules import indicators as ind
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for, judge_for
from courtstream.services.supervision import supervising, tallying
from courtstream.services.supervision.coverage import months_until
from courtstream.services.supervision.supervising import NoticeView
from courtstream.services.views import Performance, UserView
from courtstream.store.tables import (
    Annotation,
    FindingRow,
    Hearing,
    HearingJudge,
    Review,
    ReviewVerdict,
    ScorecardRow,
    SittingFact,
)

SHOWN = ("VALID_RATE", "LIVE_RATE", "ON_TIME", "REC_RATE", "AV_OK", "APPROVE_OK")
"""The indicators of a judge's own sittings, in the order of the page."""

MONTHS = 3


@dataclass(frozen=True, slots=True)
class AnnotationView:
    """The judge's own words beside a hearing."""

    hearing_id: str
    case_number: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class JudgeSheet:
    """What stands beside the scores. `said`: findings by what people said to them."""

    months: tuple[str, ...]
    figures: tuple[ind.IndicatorValue, ...]
    said: dict[str, int]
    notices: tuple[NoticeView, ...]
    annotations: tuple[AnnotationView, ...]
    dimensions: Mapping[str, Dimensions]


@dataclass(frozen=True, slots=True)
class Dimensions:
    """A hearing in two of its three dimensions; the third, quality, is the score beside it.

    `broadcast` None: the law closes it. `record_passed` None: nobody has checked.
    """

    broadcast: bool | None
    valid: bool
    recorded: bool
    record_passed: bool | None


def sheet(session: Session, actor: UserView, judge_id: str, now: datetime) -> JudgeSheet:
    """The last three months of a judge. Raises NotFound, Forbidden."""
    judge_for(session, actor, Action.SEE_PERFORMANCE, judge_id)
    months = months_until(tallying.month_now(now), MONTHS)
    cells = tallying.cells(session, months, judges=[judge_id])
    notices = supervising.notices(session, actor, now, subject_id=judge_id)
    return JudgeSheet(
        months,
        tuple(ind.figure(code, cells) for code in SHOWN),
        _said(session, judge_id),
        notices,
        _annotations(session, judge_id),
        _dimensions(session, judge_id),
    )


def annotate(session: Session, actor: UserView, hearing_id: str, text: str, now: datetime) -> None:
    """A judge's own words beside an own hearing. Raises NotFound, Forbidden, InvalidInput."""
    hearing = hearing_for(session, actor, Action.CONTEST, hearing_id)
    if actor.judge_id is None:
        raise Forbidden
    if not text.strip():
        raise InvalidInput("请填写说明 / write something")
    row = Annotation(
        id=new_id("an"),
        judge_id=actor.judge_id,
        hearing_id=hearing.id,
        text=text.strip()[:2000],
        at=now,
    )
    session.add(row)
    session.flush()
    audit.append(session, actor.id, "annotate", hearing.id, {}, now)


def report(page: Performance, own: JudgeSheet, now: datetime) -> Report:
    """The page as a report: the same figures, for the judge to keep."""
    return Report(
        f"法官庭审公开与规范情况 · {page.judge.name}",
        f"{page.judge.court_name} · {own.months[0]} – {own.months[-1]}",
        now,
        [_figures(own.figures), _hearings(page), _notices(own.notices)],
    )


def _figures(figures: Sequence[ind.IndicatorValue]) -> TableData:
    columns = [
        Column("name", "指标", width=18),
        Column("value", "数值", Kind.SHARE, 10),
        Column("numerator", "分子", Kind.COUNT, 8),
        Column("denominator", "分母", Kind.COUNT, 8),
        Column("left_out", "依法除外", Kind.COUNT, 9),
        Column("formula", "公式", width=40),
    ]
    rows = [
        (f.definition.zh, f.value, f.numerator, f.denominator, f.left_out, f.definition.formula)
        for f in figures
    ]
    return TableData("figures", "指标", columns, rows, "只统计担任审判长或独任审判的庭审", "value")


def _hearings(page: Performance) -> TableData:
    columns = [
        Column("day", "日期", Kind.DAY, 12),
        Column("case", "案号", width=30),
        Column("low", "下限", Kind.NUMBER, 9),
        Column("total", "建议分", Kind.NUMBER, 9),
        Column("high", "上限", Kind.NUMBER, 9),
        Column("state", "状态", width=12),
        Column("open", "待复核", Kind.COUNT, 9),
    ]
    rows = [
        (
            r.card.scheduled_start.date(),
            r.card.case_number,
            r.low,
            r.total,
            r.high,
            r.state.value,
            r.open,
        )
        for r in page.hearings
    ]
    return TableData("hearings", "庭审", columns, rows, "机器建议，以人的复核为准")


def _notices(notices: Sequence[NoticeView]) -> TableData:
    columns = [
        Column("month", "月份", width=10),
        Column("what", "事项", width=40),
        Column("state", "状态", width=12),
    ]
    rows = [(n.month, n.watch.zh, n.state.value) for n in notices]
    return TableData("notices", "监督通知", columns, rows)


def _said(session: Session, judge_id: str) -> dict[str, int]:
    """How many findings of the judge's current cards were confirmed, contested, overturned."""
    query = (
        select(Review.finding_id, Review.verdict)
        .join(FindingRow, FindingRow.id == Review.finding_id)
        .join(ScorecardRow, ScorecardRow.id == FindingRow.scorecard_id)
        .join(HearingJudge, HearingJudge.hearing_id == ScorecardRow.hearing_id)
        .where(HearingJudge.judge_id == judge_id, ScorecardRow.current.is_(True))
        .order_by(Review.at)
    )
    by_finding: dict[str, set[ReviewVerdict]] = {}
    for finding_id, verdict in session.execute(query):
        by_finding.setdefault(finding_id, set()).add(verdict)
    counts = Counter[str]()
    for verdicts in by_finding.values():
        contested = ReviewVerdict.CONTEST in verdicts
        counts["confirmed"] += ReviewVerdict.CONFIRM in verdicts
        counts["contested"] += contested
        counts["overturned"] += contested and bool(
            verdicts & {ReviewVerdict.UPHOLD, ReviewVerdict.CORRECT}
        )
    return {name: counts[name] for name in ("confirmed", "contested", "overturned")}


def _dimensions(session: Session, judge_id: str) -> dict[str, Dimensions]:
    query = (
        select(SittingFact)
        .join(HearingJudge, HearingJudge.hearing_id == SittingFact.hearing_id)
        .where(HearingJudge.judge_id == judge_id)
    )
    return {
        fact.hearing_id: Dimensions(
            None if fact.closed else fact.broadcast > 0,
            fact.valid > 0,
            fact.recorded > 0,
            fact.passed > 0 if fact.checked else None,
        )
        for fact in session.scalars(query)
    }


def _annotations(session: Session, judge_id: str) -> tuple[AnnotationView, ...]:
    query = (
        select(Annotation)
        .where(Annotation.judge_id == judge_id)
        .order_by(Annotation.at.desc())
        .limit(50)
    )
    return tuple(
        AnnotationView(
            a.hearing_id, session.get_one(Hearing, a.hearing_id).case.number, a.text, a.at
        )
        for a in session.scalars(query)
    )
