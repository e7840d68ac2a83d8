"""Counts no hearing of ours holds: what the courts report by month, and how notices ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput
from courtstream.domain.supervision import NoticeState
from courtstream.rules import indicators as ind
from courtstream.services.people import audit
from courtstream.services.people.scope import court_for
from courtstream.services.views import UserView
from courtstream.store.tables import Notice, ReportedFigure

OURS = frozenset({"RECT_RATE"})
"""Reported indicators whose counts the platform knows itself."""


def report(
    session: Session,
    actor: UserView,
    court_id: str,
    month: str,
    code: str,
    numerator: int,
    denominator: int,
    source: str,
    now: datetime,
) -> None:
    """File a court's two counts of a month; a later report replaces an earlier one.

    Raises InvalidInput, NotFound, Forbidden.
    """
    court_for(session, actor, Action.REPORT_FIGURES, court_id)
    known = {d.code for d in ind.definitions() if d.reported} - OURS
    if code not in known:
        raise InvalidInput(f"不是报送指标 / not a reported indicator: {code[:40]}")
    if numerator < 0 or denominator < 0:
        raise InvalidInput("数字不能为负 / counts are not negative")
    session.merge(
        ReportedFigure(
            month=month,
            court_id=court_id,
            code=code,
            numerator=numerator,
            denominator=denominator,
            source=source.strip()[:200],
            by=actor.id,
            at=now,
        )
    )
    detail = {"code": code, "month": month, "numerator": numerator, "denominator": denominator}
    audit.append(session, actor.id, "report_figure", court_id, detail, now)


def counts(
    session: Session, months: Collection[str], courts: Collection[str] | None = None
) -> dict[str, int]:
    """Reported counts of some courts together, as `CODE.numerator` and `CODE.denominator`."""
    found: dict[str, int] = {}
    for court_id, own in by_court(session, months).items():
        if courts is None or court_id in courts:
            for name, value in own.items():
                found[name] = found.get(name, 0) + value
    return found


def by_court(session: Session, months: Collection[str]) -> dict[str, dict[str, int]]:
    """Reported counts of each court."""
    found: dict[str, dict[str, int]] = {}
    query = select(ReportedFigure).where(ReportedFigure.month.in_(list(months)))
    for row in session.scalars(query):
        own = found.setdefault(row.court_id, {})
        for part in ("numerator", "denominator"):
            name = f"{row.code}.{part}"
            own[name] = own.get(name, 0) + getattr(row, part)
    for court_id, (done, sent) in _rectified(session, months).items():
        own = found.setdefault(court_id, {})
        own["RECT_RATE.numerator"], own["RECT_RATE.denominator"] = done, sent
    return found


def _rectified(session: Session, months: Collection[str]) -> dict[str, tuple[int, int]]:
    """(closed by the deadline, sent) of each court's notices."""
    on_time = (Notice.state == NoticeState.CLOSED) & (Notice.closed_at <= Notice.deadline)
    query = (
        select(Notice.court_id, func.count().filter(on_time), func.count())
        .where(Notice.month.in_(list(months)), Notice.sent_at.is_not(None))
        .group_by(Notice.court_id)
    )
    return {court: (int(done), int(sent)) for court, done, sent in session.execute(query)}
