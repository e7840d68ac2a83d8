"""Whether two recordings show the same stretch, by how their pictures move: without any sound.

A courtroom's camera stands still, so pictures of one room are all alike; what moves in them, where
and when, is not. Each second is the motion of `BLOCKS` blocks of the picture; a minute of it is
compared with every minute of another recording by normalised correlation (ordinal and temporal
signatures of video copy detection, e.g. Kim and Vasudev 2005, do the like with brightness).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from operator import mul

BLOCKS = 12
WINDOW = 60
"""Seconds compared as one. In half a minute two hearings are alike because both benches came in."""

AGREE = 0.65
"""Of invented pictures: copies made anew, shifted by a part of a second, cropped, at another rate
and size, came to .77 and more in every minute; hearings of one room to .56 and less in the most
alike of thousands of pairs of minutes."""

FEWEST = 2
"""Minutes that must agree at one distance in time."""

STILL = 40.0
"""Motion below this in a whole minute says nothing."""

Motion = Sequence[Sequence[int]]
"""By second, the motion of each block; empty where none was measured."""


@dataclass(frozen=True, slots=True)
class _Minute:
    """A minute of a recording: where it begins, its motion about its mean, and how much it is."""

    start: int
    moves: tuple[float, ...]
    size: float


def same_footage(a: Motion, b: Motion) -> bool:
    """Whether at least `FEWEST` minutes of `a` stand in `b`, all at one distance in time."""
    flat = [float(v) for second in _filled(b) for v in second]
    sizes = _sizes(flat)
    offsets = sorted(
        at - minute.start
        for minute in _minutes(a)
        for at in (_best(minute, flat, sizes),)
        if at is not None
    )
    runs, longest = 1, 1 if offsets else 0
    for before, after in pairwise(offsets):
        runs = runs + 1 if after - before <= 1 else 1
        longest = max(longest, runs)
    return longest >= FEWEST


def _best(minute: _Minute, flat: Sequence[float], sizes: Sequence[float]) -> int | None:
    """The second of the most alike minute, None when none is alike enough."""
    best, found = AGREE, None
    for at, size in enumerate(sizes):
        if size < STILL:
            continue
        part = flat[at * BLOCKS : (at + WINDOW) * BLOCKS]
        alike = sum(map(mul, minute.moves, part)) / (minute.size * size)
        if alike >= best:
            best, found = alike, at
    return found


def _minutes(motion: Motion) -> list[_Minute]:
    """Minutes one after the other in which enough moves."""
    filled, found = _filled(motion), []
    for start in range(0, len(filled) - WINDOW + 1, WINDOW):
        part = filled[start : start + WINDOW]
        means = [sum(column) / WINDOW for column in zip(*part, strict=True)]
        moves = tuple(v - m for second in part for v, m in zip(second, means, strict=True))
        size = sqrt(sum(v * v for v in moves))
        if size >= STILL:
            found.append(_Minute(start, moves, size))
    return found


def _sizes(flat: Sequence[float]) -> list[float]:
    """How much every minute moves about its own mean, by running sums."""
    seconds = len(flat) // BLOCKS
    squares, sums = [0.0], [[0.0] * BLOCKS]
    for n in range(seconds):
        second = flat[n * BLOCKS : (n + 1) * BLOCKS]
        squares.append(squares[-1] + sum(v * v for v in second))
        sums.append([s + v for s, v in zip(sums[-1], second, strict=True)])
    found = []
    for at in range(seconds - WINDOW + 1):
        totals = (b - a for a, b in zip(sums[at], sums[at + WINDOW], strict=True))
        about = squares[at + WINDOW] - squares[at] - sum(t * t for t in totals) / WINDOW
        found.append(sqrt(max(0.0, about)))
    return found


def _filled(motion: Motion) -> list[Sequence[int]]:
    """Seconds that were not measured stand still."""
    return [second if len(second) == BLOCKS else (0,) * BLOCKS for second in motion]
