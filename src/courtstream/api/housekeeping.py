"""What the platform does by the calendar: the month's supervision, reminders, report bundles,
uploads that nobody went on with, memory that is free."""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import count

import structlog
from sqlalchemy.orm import Session

from courtstream.api.context import Context
from courtstream.control.memory import SpareMemory
from courtstream.domain.clock import utc_now
from courtstream.domain.staff import MACHINE
from courtstream.services.sealed.late_sweep import sweep
from courtstream.services.supervision import monthly, report_jobs, supervising
from courtstream.services.work import Work
from courtstream.settings import Settings

FIRST = 20.0
"""Seconds after the start: pages come first."""

EVERY = 5.0
"""Seconds between looks for a bundle somebody asked for; everything else is cheap to ask, too."""

TUNE_EVERY = 720
"""Looks between two glances of the database at its own rows, and two sweeps: an hour."""

log = structlog.get_logger(__name__)


async def keep_house(platform: Context) -> None:
    """Until cancelled. A failure is logged and tried again."""
    await asyncio.sleep(FIRST)
    spare = SpareMemory()
    for number in count():
        try:
            if number % TUNE_EVERY == 0:
                await asyncio.to_thread(platform.work.store.tune)
                await asyncio.to_thread(sweep, platform.work, platform.settings, utc_now())
            await asyncio.to_thread(look, platform.work, platform.settings, utc_now())
            await asyncio.to_thread(spare.look)
        except Exception:
            log.exception("housekeeping")
        await asyncio.sleep(EVERY)


def look(work: Work, settings: Settings, now: datetime) -> None:
    """One look: what is due is done."""
    if work.read(monthly.due, now) is not None:
        work.write(_month, now)
    if work.read(supervising.reminding, now):
        work.write(supervising.remind, now)
    job = work.read(report_jobs.waiting)
    if job is not None:
        report_jobs.make(work, settings, job, now)


def _month(session: Session, now: datetime) -> None:
    month = monthly.due(session, now)
    if month is not None:
        monthly.run(session, month, now)
        report_jobs.queue_all(session, month, MACHINE, now)
