"""补录 as people see it: whether a recording may be brought, and what became of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, may
from courtstream.domain.errors import CourtstreamError
from courtstream.domain.trial import PublicationMode
from courtstream.services.people.scope import hearing_for, target_of
from courtstream.services.sealed import late_rows, late_uploads
from courtstream.services.views import UserView
from courtstream.store.tables import Hearing, LateState, LateUpload


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload; `size` in bytes, `length` and `done` in seconds, `off`: minutes by which its clock
    lies beside the sitting, None where it fits or says nothing."""

    state: LateState
    size: int
    length: float
    done: float
    began: datetime | None
    clock: datetime | None
    clock_from: str
    off: int | None
    why: str
    code: str
    at: datetime
    working: bool


@dataclass(frozen=True, slots=True)
class LatePage:
    """`closed`: why nothing can be brought now. `may_show`: whether the gate lets a replay out."""

    hearing_id: str
    case_number: str
    place: str
    scheduled_start: datetime
    scheduled_end: datetime
    upload: UploadView | None
    closed: CourtstreamError | None
    may_bring: bool
    may_show: bool


def overview(session: Session, actor: UserView, hearing_id: str, now: datetime) -> LatePage:
    """The page of one hearing. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    row = late_rows.latest(session, hearing_id)
    return LatePage(
        hearing_id=hearing.id,
        case_number=hearing.case.number,
        place=f"{hearing.court.name} {hearing.courtroom.name}",
        scheduled_start=hearing.scheduled_start,
        scheduled_end=hearing.scheduled_end,
        upload=upload_view(row, hearing) if row is not None else None,
        closed=_closed(session, hearing, now),
        may_bring=may(actor, Action.BRING_LATE, target_of(session, hearing)),
        may_show=bool(hearing.gate_decisions)
        and PublicationMode.REPLAY.value in hearing.gate_decisions[-1].allowed,
    )


def upload_view(row: LateUpload, hearing: Hearing) -> UploadView:
    """An upload for the page."""
    off = late_rows.clock_off(row, hearing)
    return UploadView(
        state=row.state,
        size=row.size,
        length=row.length,
        done=row.done,
        began=row.began,
        clock=row.clock,
        clock_from=row.clock_from,
        off=round(off.total_seconds() / 60) if off is not None else None,
        why=row.why,
        code=row.code,
        at=row.at,
        working=row.state in late_rows.AT_WORK,
    )


def _closed(session: Session, hearing: Hearing, now: datetime) -> CourtstreamError | None:
    try:
        late_uploads.require_wanted(session, hearing, now)
    except CourtstreamError as error:
        return error
    return None
