"""Stretches of the hearing that people have closed: cut, recess, closed segment."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, Span
from courtstream.domain.trial import MinuteState

STATE_OF: dict[Reason, MinuteState] = {
    Reason.CUT: MinuteState.CLOSED,
    Reason.CLOSED: MinuteState.CLOSED,
    Reason.RECESS: MinuteState.RECESS,
}


@dataclass(frozen=True, slots=True)
class Closure:
    """A closed stretch of capture time; `end` is None while it lasts. `by` is a user id."""

    start: MediaTime
    end: MediaTime | None
    reason: Reason
    by: str
    why: str = ""

    def covers(self, span: Span) -> bool:
        """Whether any instant of `span` is closed."""
        return self.start < span.end and (self.end is None or span.start < self.end)


class Closures:
    """Set by the clerk's commands, asked by the guard for every group before it airs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Closure] = []

    def close(self, start: MediaTime, reason: Reason, by: str, why: str = "") -> Closure:
        """Close everything captured from `start` on, until `reopen`."""
        closure = Closure(start, None, reason, by, why)
        with self._lock:
            self._end_open(start)
            self._all.append(closure)
        return closure

    def reopen(self, at: MediaTime) -> bool:
        """Let out what is captured from `at` on. What was closed before stays closed for ever."""
        with self._lock:
            return self._end_open(at)

    def over(self, span: Span) -> Closure | None:
        """The closure that covers any part of `span`, the newest first."""
        with self._lock:
            return next((c for c in reversed(self._all) if c.covers(span)), None)

    @property
    def current(self) -> Closure | None:
        """The closure in force for what is captured now."""
        with self._lock:
            return next((c for c in reversed(self._all) if c.end is None), None)

    def _end_open(self, at: MediaTime) -> bool:
        was_open = any(c.end is None for c in self._all)
        self._all = [replace(c, end=max(at, c.start)) if c.end is None else c for c in self._all]
        return was_open
