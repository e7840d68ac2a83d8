"""The hearings behind a figure: which ones the denominator holds, and which the numerator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import NotFound
from courtstream.rules import indicators as ind
from courtstream.services import paging
from courtstream.services.paging import Page
from courtstream.services.people.scope import judge_for
from courtstream.services.supervision.coverage import reach
from courtstream.services.views import UserView
from courtstream.store.tables import Case, Court, Hearing, SittingFact

PAGE = 100


@dataclass(frozen=True, slots=True)
class Behind:
    """One hearing of a figure. `counted`: it is in the numerator too."""

    hearing_id: str
    case_number: str
    court_name: str
    day: date
    counted: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class BehindFigure:
    """The hearings of a figure, newest first, a page of them."""

    definition: ind.Definition
    part: Page[Behind]


def behind(
    session: Session,
    actor: UserView,
    code: str,
    months: Sequence[str],
    court_id: str | None = None,
    judge_id: str | None = None,
    page: int = 1,
) -> BehindFigure:
    """The hearings of one indicator in some months. Raises NotFound, Forbidden.

    Hearings the law leaves out stand at the end of the list, so that nothing is hidden.
    """
    definition = next((d for d in ind.definitions() if d.code == code), None)
    if definition is None or definition.reported:
        raise NotFound
    lower = definition.denominator or definition.numerator
    wanted = getattr(SittingFact, lower) > 0
    if lower == "eligible":
        wanted = wanted | (SittingFact.closed > 0)
    where = [SittingFact.month.in_(list(months)), wanted]
    if judge_id is not None:
        judge_for(session, actor, Action.SEE_PERFORMANCE, judge_id)
        where.append(SittingFact.judge_id == judge_id)
    else:
        courts, judges = reach(session, actor, court_id)
        where.append(SittingFact.court_id.in_(courts))
        if judges is not None:
            where.append(SittingFact.judge_id.in_(judges))
    total = session.scalar(select(func.count()).select_from(SittingFact).where(*where)) or 0
    place = paging.place(total, page, PAGE)
    rows = _rows(session, where, getattr(SittingFact, definition.numerator), place[2])
    return BehindFigure(definition, Page(rows, total, *place[:2]))


def _rows(
    session: Session,
    where: Sequence[ColumnElement[bool]],
    numerator: InstrumentedAttribute[int],
    offset: int,
) -> tuple[Behind, ...]:
    """A page of the facts first, then their names: a year of a province is 100,000 rows."""
    facts = (
        select(
            SittingFact.hearing_id,
            SittingFact.court_id,
            SittingFact.day,
            SittingFact.closed,
            numerator.label("upper"),
        )
        .where(*where)
        .order_by(SittingFact.closed, SittingFact.day.desc(), SittingFact.hearing_id)
        .limit(PAGE)
        .offset(offset)
        .subquery()
    )
    query = (
        select(facts, Case.number, Court.name)
        .join(Hearing, Hearing.id == facts.c.hearing_id)
        .join(Case, Case.id == Hearing.case_id)
        .join(Court, Court.id == facts.c.court_id)
        .order_by(facts.c.closed, facts.c.day.desc(), facts.c.hearing_id)
    )
    return tuple(
        Behind(hearing_id, number, court, day, upper > 0, closed > 0)
        for hearing_id, _, day, closed, upper, number, court in session.execute(query)
    )
