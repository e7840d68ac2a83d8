"""Every court's month as a bundle of workbooks: asked for, made in the background, fetched later.

The month's own run asks for one by itself; people ask whenever they like.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, may, require
from courtstream.domain.errors import NotFound
from courtstream.domain.ids import new_id
from courtstream.reports.workbook import workbook
from courtstream.services.docket import court_tree
from courtstream.services.people import audit
from courtstream.services.people.scope import court_path, courts_within
from courtstream.services.supervision import coverage, sheets
from courtstream.services.supervision.monthly import checked_month
from courtstream.services.views import UserView
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.tables import Court, ReportJob

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
KEPT = 30


@dataclass(frozen=True, slots=True)
class JobView:
    """A bundle and how far it is."""

    id: str
    month: str
    court_name: str
    state: str
    done: int
    total: int
    created_at: datetime
    finished_at: datetime | None


def ask(session: Session, actor: UserView, month: str, now: datetime) -> JobView:
    """Ask for a bundle of every court within reach. Raises Forbidden, InvalidInput."""
    path = court_path(session, actor.court_id) if actor.court_id else ()
    require(actor, Action.SUPERVISE, Target(path))
    return _view(session, queue(session, checked_month(month), actor.court_id, actor.id, now))


def queue(session: Session, month: str, court_id: str | None, by: str, now: datetime) -> ReportJob:
    """A bundle for a court and all below it; None: the whole province."""
    row = ReportJob(
        id=new_id("rj"),
        month=month,
        court_id=court_id,
        by=by,
        state=QUEUED,
        done=0,
        total=len(courts_within(session, court_id)),
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.append(session, by, "report_job", row.id, {"month": month}, now)
    return row


def queue_all(session: Session, month: str, by: str, now: datetime) -> None:
    """A bundle for every court that stands under none."""
    tops = session.scalars(select(Court.id).where(Court.parent_id.is_(None)).order_by(Court.code))
    for court_id in tops.all():
        queue(session, month, court_id, by, now)


def jobs(session: Session, actor: UserView) -> tuple[JobView, ...]:
    """The bundles within reach, newest first."""
    query = select(ReportJob).order_by(ReportJob.created_at.desc(), ReportJob.id).limit(200)
    rows = [row for row in session.scalars(query) if _within(session, actor, row)]
    return tuple(_view(session, row) for row in rows[:KEPT])


def file_of(session: Session, actor: UserView, job_id: str, settings: Settings) -> Path:
    """The finished bundle. Raises NotFound for one that is not ready or out of reach."""
    row = session.get(ReportJob, job_id)
    if row is None or row.state != DONE or not _within(session, actor, row):
        raise NotFound
    return _path(settings, row.id)


def waiting(session: Session) -> str | None:
    """The bundle to make next; one that a stop interrupted is made again."""
    query = select(ReportJob.id).where(ReportJob.state.in_((QUEUED, RUNNING)))
    return session.scalars(query.order_by(ReportJob.created_at)).first()


def make(work: Work, settings: Settings, job_id: str, now: datetime) -> None:
    """Write the bundle, court by court; it is listed as done after its bytes are closed."""
    month, courts = work.write(_begin, job_id)
    final = _path(settings, job_id)
    final.parent.mkdir(parents=True, exist_ok=True)
    part = final.with_suffix(".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for number, court_id in enumerate(courts, start=1):
                name, data = work.read(_sheet, court_id, month, now)
                bundle.writestr(f"{month} {name}.xlsx", data)
                work.write(_progress, job_id, number)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(final)
    except Exception:
        work.write(_end, job_id, FAILED, now)
        raise
    work.write(_end, job_id, DONE, now)


def _begin(session: Session, job_id: str) -> tuple[str, tuple[str, ...]]:
    row = session.get_one(ReportJob, job_id)
    within = courts_within(session, row.court_id)
    courts = tuple(c.id for c in court_tree.courts(session) if c.id in within)
    row.state, row.done, row.total = RUNNING, 0, len(courts)
    return row.month, courts


def _progress(session: Session, job_id: str, done: int) -> None:
    session.get_one(ReportJob, job_id).done = done


def _end(session: Session, job_id: str, state: str, now: datetime) -> None:
    row = session.get_one(ReportJob, job_id)
    row.state, row.finished_at = state, now


def _sheet(session: Session, court_id: str, month: str, now: datetime) -> tuple[str, bytes]:
    """One court's own workbook, without the courts below it."""
    page = coverage.of_courts(session, [month], frozenset({court_id}))
    name = session.get_one(Court, court_id).name
    return name, workbook(sheets.coverage_report(page, (), name, now))


def _path(settings: Settings, job_id: str) -> Path:
    return settings.data / "reports" / f"{job_id}.zip"


def _within(session: Session, actor: UserView, row: ReportJob) -> bool:
    path = court_path(session, row.court_id) if row.court_id else ()
    return may(actor, Action.SUPERVISE, Target(path))


def _view(session: Session, row: ReportJob) -> JobView:
    court = session.get(Court, row.court_id) if row.court_id else None
    return JobView(
        row.id,
        row.month,
        court.name if court else "全省 / the province",
        row.state,
        row.done,
        row.total,
        row.created_at,
        row.finished_at,
    )
