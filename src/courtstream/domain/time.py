"""Time on the hearing's own clock, and spans of it.

A media time is a whole number of nanoseconds since the hearing's first instant, on the source's
clock. Every frame, sample, word, box and finding carries one, so that all outputs agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

MediaTime: TypeAlias = int
"""Nanoseconds since the hearing's first instant."""

SECOND: MediaTime = 1_000_000_000
MILLISECOND: MediaTime = 1_000_000


def seconds(value: float) -> MediaTime:
    """The media time for `value` seconds, to the nearest nanosecond."""
    return round(value * SECOND)


def to_seconds(value: MediaTime) -> float:
    """Seconds as a float, for display, formats and libraries."""
    return value / SECOND


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of time, `start <= t < end`, in nanoseconds.

    Raises ValueError when `end` lies before `start`.
    """

    start: MediaTime
    end: MediaTime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a span may not end ({self.end}) before it starts ({self.start})")

    @classmethod
    def of_seconds(cls, start: float, end: float) -> Span:
        """A span given in seconds."""
        return cls(seconds(start), seconds(end))

    @property
    def length(self) -> MediaTime:
        """Length in nanoseconds."""
        return self.end - self.start

    def contains(self, t: MediaTime) -> bool:
        """Whether `t` lies inside."""
        return self.start <= t < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share any instant."""
        return self.start < other.end and other.start < self.end

    def padded(self, before: MediaTime, after: MediaTime) -> Span:
        """The span grown on both sides, never before time zero."""
        return Span(max(0, self.start - before), self.end + after)

    def clipped(self, bounds: Span) -> Span | None:
        """The part inside `bounds`, or None when nothing is left."""
        start, end = max(self.start, bounds.start), min(self.end, bounds.end)
        return Span(start, end) if start < end else None


def merge(spans: Iterable[Span], gap: MediaTime = 0) -> list[Span]:
    """The union of `spans` in order; neighbours closer than `gap` become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end + gap:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
