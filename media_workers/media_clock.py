"""Media time of this instant: one clock for all runs of a hearing, whoever sets the wall clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND, MediaTime


def wall_zero(earlier: tuple[JournalRow, ...]) -> datetime:
    """Wall time of media time 0: the first run's, so that all runs share one clock."""
    for row in earlier:
        if row.kind is RowKind.STARTED:
            return datetime.fromisoformat(row.body["wall_zero"])
    return datetime.now(UTC)


def boot_id() -> str:
    """What names this run of the machine; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def boot_zero(earlier: tuple[JournalRow, ...]) -> int | None:
    """The machine's own clock (ns since boot) at media time 0, if it still runs as it did then."""
    for row in reversed(earlier):
        if row.kind is RowKind.STARTED:
            same = bool(row.body.get("boot")) and row.body["boot"] == boot_id()
            return int(row.body["boot_zero"]) if same else None
    return None


def media_clock(
    zero: datetime, least: MediaTime = 0, boot: int | None = None
) -> Callable[[], MediaTime]:
    """Media time of this instant, at first no less than `least`.

    With `boot` by the machine's own clock, which nobody sets. Else the wall clock is read once;
    steps of it later do not matter, and one back between two runs must not make the playlist go
    back in time.
    """
    if boot is not None:
        elapsed = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - boot
    else:
        elapsed = round((datetime.now(UTC) - zero).total_seconds() * SECOND)
    start = max(least, elapsed) - time.monotonic_ns()
    return lambda: start + time.monotonic_ns()
