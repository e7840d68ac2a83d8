"""A judge's own page: own hearings, own trend, and an anonymous band of the court.

Nobody is ranked: a judge is compared with the own past, and with the middle half of the court
only when at least five judges stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import fmean, quantiles

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from courtstream.auth.policy import Action, Target, require
from courtstream.domain.clock import court_day
from courtstream.domain.errors import NotFound
from courtstream.domain.staff import StaffRole
from courtstream.services import paging
from courtstream.services.paging import Page
from courtstream.services.people.scope import courts_within, judge_for
from courtstream.services.publication import shape
from courtstream.services.scoring import views as score_views
from courtstream.services.views import (
    CategoryScore,
    CourtBand,
    JudgeView,
    Performance,
    ScoredHearing,
    TrendPoint,
    UserView,
)
from courtstream.store.tables import Court, FindingRow, Hearing, HearingJudge, Judge, ScorecardRow

PAGE = 60
FEWEST_JUDGES = 5
"""A band of fewer would point at persons."""

Scored = tuple[Hearing, ScorecardRow]


def own(session: Session, actor: UserView, now: datetime, days: int = 90) -> Performance:
    """The actor's own page. Raises NotFound when the account belongs to no judge."""
    if actor.judge_id is None:
        raise NotFound("该账号不对应法官 / this account belongs to no judge")
    return performance(session, actor, actor.judge_id, now, days)


def performance(
    session: Session, actor: UserView, judge_id: str, now: datetime, days: int = 90
) -> Performance:
    """A judge's page over the last `days`. Raises NotFound, Forbidden."""
    judge = judge_for(session, actor, Action.SEE_PERFORMANCE, judge_id)
    since = now - timedelta(days=days)
    mine = _scored(session, judge_id, since, now)
    hearings = tuple(_row(session, h, card) for h, card in mine)
    middle = now - timedelta(days=days / 2)
    return Performance(
        judge=shape.judge_view(judge),
        hearings=hearings,
        trend=_trend(mine),
        categories=_categories(session, mine),
        mean=_mean(card.total for h, card in mine if h.scheduled_start >= middle),
        earlier_mean=_mean(card.total for h, card in mine if h.scheduled_start < middle),
        band=_band(session, judge.court_id, since, now),
        open=sum(row.open for row in hearings),
    )


def judges(session: Session, actor: UserView, name: str = "", page: int = 1) -> Page[JudgeView]:
    """Judges whose pages the actor may open, by court and name; `name`: those it occurs in."""
    query = (
        select(Judge)
        .join(Judge.court)
        .where(_within(session, actor))
        .order_by(Court.code, Judge.name, Judge.id)
        .options(contains_eager(Judge.court))
    )
    if name:
        query = query.where(Judge.name.contains(name, autoescape=True))
    found = paging.of_query(session, query, page, PAGE)
    return found.showing(shape.judge_view(judge) for judge in found.rows)


def _within(session: Session, actor: UserView) -> ColumnElement[bool]:
    if actor.role is StaffRole.HEAD:
        return Judge.division_id == actor.division_id
    if actor.judge_id is not None:
        return Judge.id == actor.judge_id
    require(actor, Action.SEE_PERFORMANCE, Target((actor.court_id or _any_court(session),)))
    return Judge.court_id.in_(courts_within(session, actor.court_id))


def _any_court(session: Session) -> str:
    return session.scalars(select(Court.id).limit(1)).first() or ""


def _scored(session: Session, judge_id: str, since: datetime, until: datetime) -> list[Scored]:
    query = (
        select(Hearing, ScorecardRow)
        .join(ScorecardRow, ScorecardRow.hearing_id == Hearing.id)
        .join(HearingJudge, HearingJudge.hearing_id == Hearing.id)
        .where(HearingJudge.judge_id == judge_id, ScorecardRow.current.is_(True))
        .where(Hearing.scheduled_start >= since, Hearing.scheduled_start <= until)
        .order_by(Hearing.scheduled_start.desc())
        .options(selectinload(ScorecardRow.findings).selectinload(FindingRow.reviews))
        .options(*shape.card_options())
    )
    return [(hearing, card) for hearing, card in session.execute(query)]


def _row(session: Session, hearing: Hearing, card: ScorecardRow) -> ScoredHearing:
    waiting = sum(score_views.needs_person(f) for f in card.findings)
    return ScoredHearing(
        shape.card_view(session, hearing), card.total, card.low, card.high, card.state, waiting
    )


def _monday(hearing: Hearing) -> date:
    day = court_day(hearing.scheduled_start)
    return day - timedelta(days=day.weekday())


def _trend(scored: Sequence[Scored]) -> tuple[TrendPoint, ...]:
    weeks: dict[date, list[float]] = {}
    for hearing, card in scored:
        weeks.setdefault(_monday(hearing), []).append(card.total)
    return tuple(TrendPoint(day, fmean(v), len(v)) for day, v in sorted(weeks.items()))


def _categories(session: Session, scored: Sequence[Scored]) -> tuple[CategoryScore, ...]:
    """Mean points of each category over the hearings."""
    sums: dict[str, list[CategoryScore]] = {}
    for _, card in scored:
        views = tuple(score_views.finding_view(session, f) for f in card.findings)
        for category in score_views.categories(views):
            sums.setdefault(category.code, []).append(category)
    return tuple(
        CategoryScore(
            code=code,
            title_zh=group[0].title_zh,
            title_en=group[0].title_en,
            points=fmean(c.points for c in group),
            weight=fmean(c.weight for c in group),
            open=sum(c.open for c in group),
        )
        for code, group in sums.items()
    )


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return fmean(known) if known else None


def _band(session: Session, court_id: str, since: datetime, until: datetime) -> CourtBand | None:
    query = (
        select(HearingJudge.judge_id, ScorecardRow.total)
        .join(Hearing, Hearing.id == HearingJudge.hearing_id)
        .join(ScorecardRow, ScorecardRow.hearing_id == Hearing.id)
        .where(Hearing.court_id == court_id, ScorecardRow.current.is_(True))
        .where(Hearing.scheduled_start >= since, Hearing.scheduled_start <= until)
    )
    totals: dict[str, list[float]] = {}
    for judge_id, total in session.execute(query):
        totals.setdefault(judge_id, []).append(total)
    if len(totals) < FEWEST_JUDGES:
        return None
    lower, middle, upper = quantiles([fmean(v) for v in totals.values()], n=4, method="inclusive")
    return CourtBand(lower, middle, upper, len(totals))
