"""Signs that a figure was made rather than earned, for a person to look at. Never more than signs.

All thresholds are proposals (court-rules 7, anti-gaming checks).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from courtstream.rules.supervision.footage import Motion, same_footage

SHORT_MINUTES = 5.0
HURRIED_MINUTES = 15.0
FEWEST_SPLIT = 3
EMPTY_SHARE = 0.3
ANCHOR = 20
"""Seconds of the loudness curve that make one anchor; 3 to the 20th are enough not to meet twice
by chance."""

STILL = 0.5
"""A change of less than half a decibel is none."""

FEWEST_ANCHORS = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A broadcast sitting. `found`: share of the mandatory steps that were found, None unscored;
    `loudness`: LUFS second by second, as far as it was measured; `silent`: mostly without sound;
    `motion`: of the picture, where it is wanted."""

    hearing_id: str
    court: str
    judge: str
    day: date
    minutes: float
    cause: str
    number: int | None
    found: float | None = None
    loudness: Sequence[float] = ()
    silent: bool = False
    motion: Motion = ()


def short(sittings: Iterable[Shown]) -> tuple[str, ...]:
    """Broadcasts too short to be a hearing."""
    return tuple(s.hearing_id for s in sittings if s.minutes < SHORT_MINUTES)


def for_show(sittings: Iterable[Shown]) -> tuple[str, ...]:
    """Brief broadcasts in which hardly any mandatory step was found: opened to be broadcast."""
    return tuple(
        s.hearing_id
        for s in sittings
        if s.minutes < HURRIED_MINUTES and s.found is not None and s.found < EMPTY_SHARE
    )


def split(sittings: Iterable[Shown]) -> tuple[tuple[str, ...], ...]:
    """Runs of brief broadcasts of one judge, day and cause with consecutive case numbers."""
    groups: dict[tuple[str, str, date, str], list[Shown]] = defaultdict(list)
    for s in sittings:
        if s.number is not None and s.minutes < HURRIED_MINUTES:
            groups[s.court, s.judge, s.day, s.cause].append(s)
    found = []
    for group in groups.values():
        for run in _runs(sorted(group, key=lambda s: s.number or 0)):
            if len(run) >= FEWEST_SPLIT:
                found.append(tuple(s.hearing_id for s in run))
    return tuple(found)


def _runs(ordered: Sequence[Shown]) -> list[list[Shown]]:
    runs = [[ordered[0]]] if ordered else []
    for before, after in pairwise(ordered):
        if (after.number or 0) == (before.number or 0) + 1:
            runs[-1].append(after)
        else:
            runs.append([after])
    return runs


def reused(sittings: Iterable[Shown]) -> tuple[tuple[str, str], ...]:
    """Pairs of broadcasts with the same stretch of sound: footage shown twice.

    The ups and downs of loudness from second to second survive re-encoding and a change of
    volume; many equal stretches at one distance in time are no chance (after Wang, "An
    industrial-strength audio search algorithm", 2003).
    """
    where: dict[tuple[int, ...], list[tuple[str, int]]] = defaultdict(list)
    for s in sittings:
        for t, anchor in _anchors(s.loudness):
            where[anchor].append((s.hearing_id, t))
    meetings: Counter[tuple[str, str, int]] = Counter()
    for places in where.values():
        for a, ta in places:
            for b, tb in places:
                if a < b:
                    meetings[a, b, tb - ta] += 1
    return tuple(sorted({(a, b) for (a, b, _), n in meetings.items() if n >= FEWEST_ANCHORS}))


def muted(sittings: Sequence[Shown]) -> tuple[tuple[str, str], ...]:
    """Pairs of broadcasts of one court that show the same, where one of them is mostly silent."""
    pairs = {
        (min(a.hearing_id, b.hearing_id), max(a.hearing_id, b.hearing_id)): (a, b)
        for a in sittings
        for b in sittings
        if a.silent and a.court == b.court and a.hearing_id != b.hearing_id
    }
    return tuple(sorted(ids for ids, (a, b) in pairs.items() if same_footage(a.motion, b.motion)))


def _anchors(loudness: Sequence[float]) -> list[tuple[int, tuple[int, ...]]]:
    moves = [0 if abs(b - a) < STILL else 1 if b > a else -1 for a, b in pairwise(loudness)]
    found = []
    for t in range(len(moves) - ANCHOR + 1):
        anchor = tuple(moves[t : t + ANCHOR])
        if sum(m != 0 for m in anchor) > ANCHOR // 2:
            found.append((t, anchor))
    return found


def number_of(case_number: str) -> int | None:
    """The running number before 号, None when there is none."""
    digits = ""
    for character in reversed(case_number.removesuffix("号")):
        if not character.isdigit():
            break
        digits = character + digits
    return int(digits) if digits else None


CHECKS: Mapping[str, str] = {
    "SHOWN_SHORT": "short",
    "SHOWN_FOR_SHOW": "for_show",
    "CASE_SPLIT": "split",
    "FOOTAGE_REUSED": "reused",
    "OLD_CLOCK": "late_clock.off",
}
"""Watch codes and the check each stands for."""


def signs(sittings: Sequence[Shown]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Hearing by watch code, with the other hearings the sign speaks of.

    A late upload's clock is looked at apart (`late_clock`): it need not have been shown to anybody.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {code: {} for code in CHECKS}
    found["SHOWN_SHORT"] = dict.fromkeys(short(sittings), ())
    found["SHOWN_FOR_SHOW"] = dict.fromkeys(for_show(sittings), ())
    found["CASE_SPLIT"] = {run[0]: run[1:] for run in split(sittings)}
    for a, b in sorted({*reused(sittings), *muted(sittings)}):
        found["FOOTAGE_REUSED"][b] = (*found["FOOTAGE_REUSED"].get(b, ()), a)
    return found
