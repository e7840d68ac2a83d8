"""补录: what its node has to do, and what the journal says of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.control.protocol import JournalRow, LateSpec
from courtstream.services.people import audit
from courtstream.services.sealed import late_rows, late_uploads
from courtstream.settings import Settings
from courtstream.store.tables import Hearing, LateState, LateUpload

_STATES = {
    "sealing": LateState.SEALING,
    "sealed": LateState.RUNNING,
    "running": LateState.RUNNING,
    "done": LateState.DONE,
    "failed": LateState.FAILED,
}


def at_work(session: Session) -> list[tuple[LateUpload, Hearing]]:
    """Uploads that are taken in and not finished, the oldest first."""
    query = (
        select(LateUpload, Hearing)
        .join(Hearing, Hearing.id == LateUpload.hearing_id)
        .where(LateUpload.state.in_(late_rows.AT_WORK), Hearing.node != "")
        .order_by(LateUpload.at)
    )
    return [(row, hearing) for row, hearing in session.execute(query)]


def order_of(session: Session, hearing_id: str, settings: Settings) -> LateSpec | None:
    """The order of a hearing's upload; None when there is nothing to do."""
    found = next((pair for pair in at_work(session) if pair[1].id == hearing_id), None)
    return late_uploads.order(session, *found, settings) if found else None


def said(session: Session, hearing: Hearing, row: JournalRow, at: datetime) -> None:
    """A journal row about an upload: how far it is, or why it could not be done."""
    upload = session.get(LateUpload, str(row.body.get("id", "")))
    state = _STATES.get(str(row.body.get("state", "")))
    if upload is None or upload.hearing_id != hearing.id or state is None:
        return
    upload.state, upload.told_at = state, at
    upload.done = float(row.body.get("done") or (upload.length if state is LateState.DONE else 0))
    upload.code = str(row.body.get("code", ""))[:64]
    if state in {LateState.DONE, LateState.FAILED}:
        detail = {"state": state.value, "code": upload.code}
        audit.append(session, "worker", "late_worked", hearing.id, detail, at)
