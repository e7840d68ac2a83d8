"""Whole-number counts that every indicator is made of, so that figures add up exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from courtstream.rules.indicators.rows import Sitting, Validity, is_valid

PUNCTUAL_MINUTES = 5.0
"""Conduct Code art. 29 asks for punctuality; five minutes are the table's own bound."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over some sittings. Points are hundredths, times whole seconds.

    `closed`: held, but the law keeps it from being broadcast; `eligible`: held and open to it.
    Everything below `eligible` counts eligible sittings only where it speaks of broadcasts.
    """

    scheduled: int = 0
    held: int = 0
    closed: int = 0
    eligible: int = 0
    broadcast: int = 0
    valid: int = 0
    leader_broadcast: int = 0
    approved: int = 0
    silent: int = 0
    reasoned: int = 0
    timed: int = 0
    punctual: int = 0
    recorded: int = 0
    checked: int = 0
    passed: int = 0
    scored: int = 0
    points: int = 0
    weight: int = 0
    leaks: int = 0
    streamed: int = 0
    measured: int = 0
    in_order: int = 0
    contested: int = 0
    overturned: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, n) + getattr(other, n) for n in NAMES))

    def __sub__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, n) - getattr(other, n) for n in NAMES))

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {n: getattr(self, n) for n in NAMES}


NAMES: tuple[str, ...] = tuple(f.name for f in fields(Tally))


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    kept = list(tallies)
    return Tally(*(sum(getattr(t, n) for t in kept) for n in NAMES))


def tally_of(sitting: Sitting, validity: Validity) -> Tally:
    """What one sitting adds. A sitting that was not held only counts as scheduled."""
    if not sitting.held:
        return Tally(scheduled=1)
    shown = sitting.may_broadcast and sitting.broadcast
    late = sitting.late_minutes
    return Tally(
        scheduled=1,
        held=1,
        closed=int(not sitting.may_broadcast),
        eligible=int(sitting.may_broadcast),
        broadcast=int(shown),
        valid=int(shown and is_valid(sitting, validity)),
        leader_broadcast=int(shown and sitting.leader),
        approved=int(shown and sitting.approved_before is True),
        silent=int(not shown),
        reasoned=int(not shown and sitting.reason != ""),
        timed=int(late is not None),
        punctual=int(late is not None and late <= PUNCTUAL_MINUTES),
        recorded=int(sitting.recorded),
        checked=int(sitting.record_passed is not None),
        passed=int(sitting.record_passed is True),
        scored=int(sitting.score is not None),
        points=round(100 * sitting.score) if sitting.score is not None else 0,
        weight=10_000 if sitting.score is not None else 0,
        leaks=sitting.leaks if shown else 0,
        streamed=round(60 * sitting.on_air_minutes) if shown else 0,
        measured=_seconds(sitting, 1.0) if shown else 0,
        in_order=_seconds(sitting, sitting.good_share or 0.0) if shown else 0,
        contested=sitting.contested,
        overturned=sitting.overturned,
    )


def _seconds(sitting: Sitting, share: float) -> int:
    """On-air seconds whose picture and sound were measured, or the share of them in order."""
    return round(60 * sitting.on_air_minutes * share) if sitting.good_share is not None else 0
