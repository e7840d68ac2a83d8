"""Sittings of the schedule without a whole recording: found by the database, looked at by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from courtstream.domain.trial import HearingState, InterruptionReason
from courtstream.services import paging
from courtstream.services.paging import Page
from courtstream.services.people.scope import courts_within
from courtstream.services.sealed.sealing import GRAIN, Stretch, recorded_of
from courtstream.services.views import UserView
from courtstream.store.tables import Asset, Hearing

PAGE = 50


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A hearing of the schedule without a whole recording; seconds. `nothing`: none ever came."""

    hearing_id: str
    case_number: str
    court: str
    courtroom: str
    scheduled_start: datetime
    state: HearingState
    recorded: float
    planned: float
    unexplained: float
    nothing: bool


def gap_report(
    session: Session,
    actor: UserView,
    begin: datetime,
    end: datetime,
    now: datetime,
    page: int = 1,
) -> Page[Unrecorded]:
    """Sittings of a time whose recording is missing or has an unexplained hole, newest first.

    Every sitting is to be recorded (法释〔2017〕5号 art. 1); cancelled ones were none.
    """
    sat = (
        Hearing.court_id.in_(courts_within(session, actor.court_id)),
        Hearing.scheduled_start >= begin,
        Hearing.scheduled_start < end,
        Hearing.scheduled_end < now,
        Hearing.state != HearingState.CANCELLED,
    )
    recorded = select(Asset.hearing_id).where(Asset.kind == "sealed")
    missing = or_(Hearing.wall_zero.is_(None), Hearing.id.not_in(recorded))
    query = (
        select(Hearing)
        .where(*sat, or_(missing, Hearing.id.in_(_holed(sat))))
        .order_by(Hearing.scheduled_start.desc(), Hearing.id)
        .options(joinedload(Hearing.case), joinedload(Hearing.court), joinedload(Hearing.courtroom))
    )
    found = paging.of_query(session, query, page, PAGE)
    spans = recorded_of(session, found.rows)
    return found.showing(_unrecorded(hearing, *spans[hearing.id]) for hearing in found.rows)


def _holed(sat: Sequence[ColumnElement[bool]]) -> Select[str]:
    """Hearings with a hole between two records that no mark gives a lawful reason for."""
    reach = func.max(Asset.end).over(
        partition_by=Asset.hearing_id, order_by=Asset.start, rows=(None, -1)
    )
    records = (
        select(Asset.hearing_id, Asset.start, reach.label("before"))
        .join(Hearing, Hearing.id == Asset.hearing_id)
        .where(*sat, Asset.kind == "sealed")
        .subquery()
    )
    mark = aliased(Asset)
    lawful = exists().where(
        mark.hearing_id == records.c.hearing_id,
        mark.kind == "sealed_mark",
        mark.start < records.c.start,
        mark.end > records.c.before,
        or_(*(mark.uri.endswith(f" {name}") for name in InterruptionReason.__members__)),
    )
    return select(records.c.hearing_id).where(
        records.c.start - records.c.before > GRAIN, not_(lawful)
    )


def _unrecorded(
    hearing: Hearing, recorded: Sequence[Stretch], missing: Sequence[Stretch]
) -> Unrecorded:
    return Unrecorded(
        hearing.id,
        hearing.case.number,
        hearing.court.name,
        hearing.courtroom.name,
        hearing.scheduled_start,
        hearing.state,
        recorded=sum(s.seconds for s in recorded),
        planned=(hearing.scheduled_end - hearing.scheduled_start).total_seconds(),
        unexplained=sum(s.seconds for s in missing if s.reason is None),
        nothing=hearing.wall_zero is None and not hearing.duration,
    )
