"""三覆盖: courts, kinds and judges with a valid broadcast, over those that could have had one.

Lists are in the order of the courts' tree and of names, never of figures: nobody is ranked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, require
from courtstream.domain.clock import court_day
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.rules.gate import closures
from courtstream.services.docket import court_tree
from courtstream.services.people.scope import court_path, courts_within
from courtstream.services.supervision import covered_judges, reporting, tallying
from courtstream.services.supervision.covered_judges import JudgeList, JudgesAsked
from courtstream.services.views import CourtView, UserView
from courtstream.store.tables import Judge, SittingFact

_OTHER_REASONS = {
    "": ("未登记理由", "no reason on file"),
    "NOT_PUBLIC": ("不公开开庭", "not held in public"),
    "BROUGHT_LATE": ("事后补传录像", "recording brought afterwards"),
    "NOT_APPROVED": ("审批结论为不直播", "decided not to broadcast"),
}


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A court's sittings of one kind. `share` None: nothing the law leaves open."""

    kind: str
    broadcast: int
    valid: int
    eligible: int
    closed: int

    @property
    def share(self) -> float | None:
        """Broadcasts over eligible sittings."""
        return self.broadcast / self.eligible if self.eligible else None


@dataclass(frozen=True, slots=True)
class CourtRow:
    """A court with a cell a kind; `depth` in the tree."""

    court_id: str
    name: str
    depth: int
    cells: tuple[HeatCell, ...]
    all: HeatCell


@dataclass(frozen=True, slots=True)
class Reason:
    """Why sittings were not broadcast, and how many; code empty: nothing is on file."""

    code: str
    zh: str
    en: str
    count: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of the calendar."""

    day: date
    eligible: int
    broadcast: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Everything the coverage page shows of some months."""

    months: tuple[str, ...]
    kinds: tuple[str, ...]
    figures: tuple[ind.IndicatorValue, ...]
    courts: tuple[CourtRow, ...]
    judges: JudgeList
    reasons: tuple[Reason, ...]
    days: tuple[DayCount, ...]
    scores: tuple[int, ...]
    validity: ind.Validity
    whole_courts: bool


def months_until(month: str, count: int) -> tuple[str, ...]:
    """`count` months ending with `month`, the earliest first."""
    year, number = int(month[:4]), int(month[5:])
    index = year * 12 + number - 1
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(index - count + 1, index + 1))


def coverage(
    session: Session,
    actor: UserView,
    months: Sequence[str],
    court_id: str | None = None,
    asked: JudgesAsked = covered_judges.EVERYONE,
) -> Coverage:
    """The coverage a person may see. Raises Forbidden, NotFound for a court out of reach.

    A division head sees the judges of the own division; reported figures are the courts' and are
    left out there. `asked`: which part of the list of judges.
    """
    return of_courts(session, months, *reach(session, actor, court_id), asked)


def of_courts(
    session: Session,
    months: Sequence[str],
    courts: frozenset[str],
    judges: frozenset[str] | None = None,
    asked: JudgesAsked = covered_judges.EVERYONE,
) -> Coverage:
    """The coverage of some courts, whoever asks: the caller has checked."""
    cells = tallying.cells(session, months, courts, judges, tallying.BY_KIND)
    people = tallying.cells(
        session, months, courts, judges, tallying.BY_JUDGE, covered_judges.COUNTS
    )
    reported = reporting.counts(session, months, courts) if judges is None else {}
    kinds = tuple(k.value for k in CaseKind if any(c.kind == k.value for c in cells))
    return Coverage(
        months=tuple(months),
        kinds=kinds,
        figures=ind.figures(cells, reported, people),
        courts=_courts(session, cells, kinds, courts),
        judges=covered_judges.listed(session, people, asked),
        reasons=_reasons(session, months, courts, judges),
        days=_days(session, months, courts, judges),
        scores=_scores(session, months, courts, judges),
        validity=ind.validity(),
        whole_courts=judges is None,
    )


def reach(
    session: Session, actor: UserView, court_id: str | None
) -> tuple[frozenset[str], frozenset[str] | None]:
    """The courts, and for a division head the judges, whose sittings a person may see counted."""
    if actor.role is StaffRole.HEAD:
        division = actor.division_id
        target = Target((), frozenset(), frozenset({division} if division else ()))
        require(actor, Action.SEE_COVERAGE, target)
        own = session.scalars(select(Judge.id).where(Judge.division_id == division))
        return frozenset({actor.court_id} if actor.court_id else ()), frozenset(own)
    top = court_id or actor.court_id
    path = court_path(session, top) if top else ()
    require(actor, Action.SEE_COVERAGE, Target(path))
    return courts_within(session, top), None


def _courts(
    session: Session, cells: Sequence[ind.Cell], kinds: Sequence[str], courts: Collection[str]
) -> tuple[CourtRow, ...]:
    by_court = ind.grouped(cells, lambda c: c.court)
    return tuple(
        _court(view, by_court.get(view.id, []), kinds)
        for view in court_tree.courts(session)
        if view.id in courts
    )


def _court(court: CourtView, cells: Sequence[ind.Cell], kinds: Sequence[str]) -> CourtRow:
    by_kind = ind.grouped(cells, lambda c: c.kind)
    row = tuple(_cell(kind, by_kind.get(kind, [])) for kind in kinds)
    return CourtRow(court.id, court.name, court.depth, row, _cell("", cells))


def _cell(kind: str, cells: Sequence[ind.Cell]) -> HeatCell:
    tallies = [c.tally for c in cells]
    return HeatCell(
        kind,
        broadcast=sum(t.broadcast for t in tallies),
        valid=sum(t.valid for t in tallies),
        eligible=sum(t.eligible for t in tallies),
        closed=sum(t.closed for t in tallies),
    )


def _reasons(
    session: Session,
    months: Sequence[str],
    courts: Collection[str],
    judges: Collection[str] | None,
) -> tuple[Reason, ...]:
    query = (
        select(SittingFact.reason, func.count())
        .where(SittingFact.month.in_(months), SittingFact.court_id.in_(courts))
        .where(SittingFact.held == 1, SittingFact.broadcast == 0)
        .group_by(SittingFact.reason)
        .order_by(func.count().desc(), SittingFact.reason)
    )
    if judges is not None:
        query = query.where(SittingFact.judge_id.in_(judges))
    known = closures()
    return tuple(
        Reason(code, *_OTHER_REASONS.get(code, (code, code)), count)
        if code not in known
        else Reason(code, known[code].zh, known[code].en, count)
        for code, count in session.execute(query)
    )


def _days(
    session: Session,
    months: Sequence[str],
    courts: Collection[str],
    judges: Collection[str] | None,
) -> tuple[DayCount, ...]:
    query = (
        select(SittingFact.day, func.sum(SittingFact.eligible), func.sum(SittingFact.broadcast))
        .where(SittingFact.month.in_(months), SittingFact.court_id.in_(courts))
        .group_by(SittingFact.day)
        .order_by(SittingFact.day)
    )
    if judges is not None:
        query = query.where(SittingFact.judge_id.in_(judges))
    return tuple(DayCount(day, int(e), int(b)) for day, e, b in session.execute(query))


def _scores(
    session: Session,
    months: Sequence[str],
    courts: Collection[str],
    judges: Collection[str] | None,
) -> tuple[int, ...]:
    """How many hearings have a score in each band of ten, without names."""
    band = SittingFact.points // 1000
    query = (
        select(band, func.count())
        .where(SittingFact.month.in_(months), SittingFact.court_id.in_(courts))
        .where(SittingFact.scored == 1)
        .group_by(band)
    )
    if judges is not None:
        query = query.where(SittingFact.judge_id.in_(judges))
    counts = [0] * 10
    for number, count in session.execute(query):
        counts[min(9, int(number))] += count
    return tuple(counts)


def latest(session: Session, now: datetime) -> str:
    """The month to show first: this one when anything is known of it, else the latest before."""
    known = tallying.months_known(session)
    this = tallying.month_of(court_day(now))
    return next((m for m in known if m <= this), this)


def month_days(month: str) -> tuple[date, ...]:
    """Every day of a month."""
    first = date.fromisoformat(f"{month}-01")
    end = (first + timedelta(days=32)).replace(day=1)
    return tuple(first + timedelta(days=n) for n in range((end - first).days))
