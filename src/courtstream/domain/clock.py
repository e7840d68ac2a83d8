"""Wall time: instants are aware UTC; the courts' day is that of China Standard Time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

COURT_ZONE = timezone(timedelta(hours=8), "CST")
"""北京时间. One zone for all courts, without summer time."""


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def court_day(instant: datetime) -> date:
    """The courts' calendar day of an instant."""
    return instant.astimezone(COURT_ZONE).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Begin and end (exclusive) of a court's day as UTC instants."""
    begin = datetime.combine(day, time(), COURT_ZONE).astimezone(UTC)
    return begin, begin + timedelta(days=1)
