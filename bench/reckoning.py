"""What faults cost, from a hearing's own journal: loss told apart from time nobody could record.

All in seconds of media time, which the journal's first run pins to the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import to_seconds

GRAIN = 0.25
"""Two records or segments closer than this leave nothing out."""

AFTER = 40.0
"""What goes wrong so long after a fault may be its doing."""

SEGMENT = 2.0


@dataclass(frozen=True)
class Fault:
    """What was done to whom, at which wall time; `back` seconds until it was mended."""

    victim: str
    at: datetime
    back: float


@dataclass
class Cost:
    """Of one fault. `lost`: recorded by nobody although it had come when the fault struck;
    `away`: after it, until recording went on; `missing`: what the public never gets; `covered`:
    what it gets as a card; `stall`: how long the playlist stood still beyond its usual step.
    """

    fault: Fault
    lost: float = 0.0
    away: float = 0.0
    missing: float = 0.0
    covered: float = 0.0
    stall: float = 0.0


@dataclass
class Reckoning:
    """All faults of a run with what they cost."""

    costs: list[Cost] = field(default_factory=list)

    def table(self) -> list[str]:
        """A line of Markdown a victim: the worst of each figure, and the mean of the loss."""
        lines = [
            "| killed | times | back after, s | original lost, worst / mean s | "
            "not recorded meanwhile, worst s | public missing, worst s | "
            "public as a card, worst s | playlist still, worst s |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for victim in sorted({c.fault.victim for c in self.costs}):
            of = [c for c in self.costs if c.fault.victim == victim]
            backs = [c.fault.back for c in of]
            mean = sum(c.lost for c in of) / len(of)
            lines.append(
                f"| {victim} | {len(of)} | {min(backs):.1f} to {max(backs):.1f} | "
                f"{max(c.lost for c in of):.2f} / {mean:.3f} | {max(c.away for c in of):.1f} | "
                f"{max(c.missing for c in of):.1f} | {max(c.covered for c in of):.0f} | "
                f"{max(c.stall for c in of):.0f} |"
            )
        return lines


def reckon(rows: Sequence[JournalRow], faults: Sequence[Fault]) -> Reckoning:
    """What each of `faults` cost the hearing that wrote `rows`."""
    zero = next(
        datetime.fromisoformat(r.body["wall_zero"]) for r in rows if r.kind is RowKind.STARTED
    )
    costs = [Cost(fault) for fault in faults]
    struck = [(fault.at - zero).total_seconds() for fault in faults]
    for start, end in _unrecorded(rows):
        n = _nearest(struck, start)
        if n is not None:
            at = min(max(struck[n], start), end)
            costs[n].lost += at - start
            costs[n].away += end - at
    for start, end in _unpublished(rows):
        n = _doing(struck, start, end)
        if n is not None:
            costs[n].missing += end - start
    for start, end in cards(rows):
        n = _doing(struck, start, end)
        if n is not None:
            costs[n].covered += end - start
    for start, end in _stalls(rows, zero):
        n = _doing(struck, start, end)
        if n is not None:
            costs[n].stall = max(costs[n].stall, end - start)
    return Reckoning(costs)


def _nearest(struck: Sequence[float], start: float) -> int | None:
    """Which fault a hole in the record belongs to: the one that struck when it began."""
    n = min(range(len(struck)), key=lambda n: abs(struck[n] - start), default=None)
    return n if n is not None and abs(struck[n] - start) < AFTER else None


def _doing(struck: Sequence[float], start: float, end: float) -> int | None:
    """Which fault a stretch belongs to: the last that struck before its end, if not long ago."""
    found = [n for n, at in enumerate(struck) if at <= end + 1.0 and start - at < AFTER]
    return found[-1] if found else None


def _unrecorded(rows: Iterable[JournalRow]) -> list[tuple[float, float]]:
    spans = sorted(
        (to_seconds(r.body["start"]), to_seconds(r.body["end"]))
        for r in rows
        if r.kind is RowKind.SEALED and r.body.get("record") == "MEDIA"
    )
    found, reached = [], spans[0][1] if spans else 0.0
    for start, end in spans:
        if start - reached > GRAIN:
            found.append((reached, start))
        reached = max(reached, end)
    return found


def _unpublished(rows: Iterable[JournalRow]) -> list[tuple[float, float]]:
    bodies = [r.body for r in rows if r.kind is RowKind.SEGMENT]
    ends = [(to_seconds(b["upto"]), to_seconds(b["start"])) for b in bodies]
    return [(a[0], b[1]) for a, b in pairwise(ends) if b[1] - a[0] > GRAIN]


def cards(rows: Sequence[JournalRow]) -> list[tuple[float, float]]:
    """Stretches that the public saw as a card, whatever the reason."""
    states = [
        (to_seconds(r.t or 0), str(r.body["state"]))
        for r in rows
        if r.kind is RowKind.STATE and "state" in r.body
    ]
    last = max((to_seconds(r.body["end"]) for r in rows if r.kind is RowKind.SEGMENT), default=0.0)
    return [
        (a[0], b[0]) for a, b in pairwise([*states, (last, "")]) if a[1] != "LIVE" and b[0] > a[0]
    ]


def _stalls(rows: Iterable[JournalRow], zero: datetime) -> list[tuple[float, float]]:
    """Stretches of wall time in which no segment came although one was due."""
    told = [
        (datetime.fromisoformat(r.at) - zero).total_seconds()
        for r in rows
        if r.kind is RowKind.SEGMENT
    ]
    return [(a + SEGMENT, b) for a, b in pairwise(told) if b - a > 2 * SEGMENT]
