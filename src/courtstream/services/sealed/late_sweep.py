"""Uploads that nobody goes on with, and bytes that belong to no upload, do not stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.control.protocol import late_file
from courtstream.domain.staff import MACHINE
from courtstream.services.people import audit
from courtstream.services.sealed.late_files import drop
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.tables import LateState, LateUpload

PATIENCE = timedelta(days=7)
"""How long an upload may rest between two pieces: a week-end and a holiday."""


def sweep(work: Work, settings: Settings, now: datetime) -> int:
    """Give up what rests too long, throw away what no upload receives; how many files went."""
    found = list(settings.hearings.glob("*/late/*.bin"))  # first: one that begins now has its row
    work.write(_give_up, settings.hearings, now)
    wanted = set(work.read(_not_refused))
    lost = [file for file in found if file.stem not in wanted]
    for file in lost:
        drop(file)
    return len(lost)


def _give_up(session: Session, hearings: Path, now: datetime) -> None:
    query = select(LateUpload).where(LateUpload.state == LateState.RECEIVING)
    for row in session.scalars(query):
        if now - _touched(late_file(hearings / row.hearing_id, row.id), row.at) > PATIENCE:
            row.state, row.code = LateState.REFUSED, "left_unfinished"
            detail = {"code": row.code}
            audit.append(session, MACHINE, "late_refused", row.hearing_id, detail, now)


def _touched(file: Path, begun: datetime) -> datetime:
    try:
        return max(begun, datetime.fromtimestamp(file.stat().st_mtime, UTC))
    except OSError:
        return begun


def _not_refused(session: Session) -> list[str]:
    query = select(LateUpload.id).where(LateUpload.state != LateState.REFUSED)
    return list(session.scalars(query))
