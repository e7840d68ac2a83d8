"""What others ask of recordings that were brought after their hearing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.rules.supervision.late_clock import clock_rule, off
from courtstream.store.tables import Hearing, LateState, LateUpload

AT_WORK = frozenset({LateState.WAITING, LateState.SEALING, LateState.RUNNING})
TAKEN = AT_WORK | {LateState.DONE, LateState.FAILED}
"""States of an upload that was taken in: whole, and a recording."""


def taken(session: Session, hearing_id: str) -> bool:
    """Whether the hearing's recording was brought afterwards."""
    query = select(LateUpload.id).where(
        LateUpload.hearing_id == hearing_id, LateUpload.state.in_(TAKEN)
    )
    return session.scalars(query.limit(1)).first() is not None


def latest(session: Session, hearing_id: str) -> LateUpload | None:
    """The newest upload of a hearing."""
    query = select(LateUpload).where(LateUpload.hearing_id == hearing_id)
    return session.scalars(query.order_by(LateUpload.at.desc(), LateUpload.id.desc())).first()


def clock_off(upload: LateUpload, hearing: Hearing) -> timedelta | None:
    """How far the file's clock lies from the sitting, None where it fits or says nothing.

    The plan counts, and a sitting as long as the recording from then on, for some recorders write
    down the end; not the beginning that whoever brought it says.
    """
    start = hearing.scheduled_start
    end = max(hearing.scheduled_end, start + timedelta(seconds=upload.length))
    return off(upload.clock, [(start, end)], clock_rule())
