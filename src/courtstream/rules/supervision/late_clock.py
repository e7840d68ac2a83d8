"""An uploaded recording's own clock against the hearing's times: a sign for people, no verdict."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class ClockRule:
    """`tolerance` before and after the sitting; `readings`: zones whose wall time recorders write
    down as if it were UTC; `unset`: instants a clock shows that nobody has set, with `slack`.
    """

    tolerance: timedelta
    readings: tuple[timedelta, ...]
    unset: tuple[datetime, ...]
    slack: timedelta


@lru_cache(maxsize=1)
def clock_rule() -> ClockRule:
    """The rule in force, from `watches.toml`."""
    text = files("courtstream.rules.supervision").joinpath("watches.toml").read_text("utf-8")
    data = tomllib.loads(text)["clock"]
    return ClockRule(
        timedelta(minutes=data["tolerance_minutes"]),
        tuple(timedelta(hours=h) for h in data["zones_hours"]),
        tuple(datetime.combine(day, datetime.min.time(), UTC) for day in data["unset"]),
        timedelta(days=data["unset_days"]),
    )


def told(clock: datetime | None, rule: ClockRule) -> datetime | None:
    """The clock, None when there is none or nobody had set it: then it says nothing."""
    if clock is None or any(NONE <= clock - start < rule.slack for start in rule.unset):
        return None
    return clock


def off(
    clock: datetime | None, times: Iterable[tuple[datetime, datetime]], rule: ClockRule
) -> timedelta | None:
    """How far the clock lies from the sitting, beyond the tolerance: negative when it is older.

    `times`: when the sitting was planned and when it was held, (start, end). None where the clock
    fits under any reading, or says nothing.
    """
    shown = told(clock, rule)
    if shown is None:
        return None
    spans = list(times)
    distances = [_from(shown - zone, *span) for zone in rule.readings for span in spans]
    least = min(distances, key=abs, default=NONE)
    return least if abs(least) > rule.tolerance else None


def _from(instant: datetime, start: datetime, end: datetime) -> timedelta:
    """From the nearer end of a stretch to an instant; nothing inside it."""
    if instant < start:
        return instant - start
    return max(NONE, instant - end)
