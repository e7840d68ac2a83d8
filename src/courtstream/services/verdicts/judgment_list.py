"""Published judgments and those not published, with the reason (art. 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.rules.judgment import unpublished
from courtstream.services.publication import shape
from courtstream.services.verdicts.editing import MODE
from courtstream.store.tables import Hearing, VerdictRow, VerdictState

PAGE = 30


@dataclass(frozen=True, slots=True)
class JudgmentItem:
    """A line of the list: published, or not published with the reason."""

    hearing_id: str
    case_number: str
    court_name: str
    day: date
    published: bool
    title: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class JudgmentList:
    """A page of the list and both totals, those that may not be named included."""

    items: tuple[JudgmentItem, ...]
    published: int
    not_published: int
    page: int
    pages: int


def listing(session: Session, page_number: int = 1, court_id: str = "") -> JudgmentList:
    """Published and not published judgments, the newest first.

    Those whose reason may not be told with their number are only counted (art. 6).
    """
    hidden = [code for code, reason in unpublished().items() if not reason.listed]
    done = (VerdictState.PUBLISHED, VerdictState.NOT_PUBLISHED)
    query = select(VerdictRow, Hearing).join(Hearing, Hearing.id == VerdictRow.hearing_id)
    query = query.where(VerdictRow.state.in_(done))
    if court_id:
        query = query.where(Hearing.court_id == court_id)
    counted = query.with_only_columns(VerdictRow.state, func.count()).group_by(VerdictRow.state)
    totals = {row[0]: int(row[1]) for row in session.execute(counted)}
    shown = query.where(VerdictRow.reason_code.not_in(hidden))
    total = session.scalar(select(func.count()).select_from(shown.subquery())) or 0
    number = max(1, page_number)
    ordered = shown.order_by(VerdictRow.announced_at.desc(), VerdictRow.hearing_id)
    rows = session.execute(ordered.limit(PAGE).offset((number - 1) * PAGE))
    return JudgmentList(
        items=tuple(i for v, h in rows if (i := _item(v, h)) is not None),
        published=totals.get(VerdictState.PUBLISHED, 0),
        not_published=totals.get(VerdictState.NOT_PUBLISHED, 0),
        page=number,
        pages=max(1, -(-total // PAGE)),
    )


def _item(row: VerdictRow, hearing: Hearing) -> JudgmentItem | None:
    out = row.state is VerdictState.PUBLISHED
    if out and not shape.released(hearing, MODE):
        return None
    reason = unpublished().get(row.reason_code) if not out else None
    more = f"：{row.reason}" if row.reason and reason is not None else ""
    at = row.announced_at or row.changed_at
    return JudgmentItem(
        hearing_id=hearing.id,
        case_number=hearing.case.number,
        court_name=hearing.court.name,
        day=at.date(),
        published=out,
        title=row.title or hearing.case.cause if out else "",
        reason_zh=f"{reason.zh}{more}" if reason else "",
        reason_en=reason.en if reason else "",
    )
