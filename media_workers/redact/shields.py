"""Stretches in which a protected person speaks: their whole voice is changed or muted."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from courtstream.domain.time import MediaTime, Span

VoiceMode: TypeAlias = Literal["change", "mute"]


@dataclass(frozen=True, slots=True)
class Shield:
    """A stretch of capture time; `end` is None while it lasts. `by`: a user id or `machine`."""

    start: MediaTime
    end: MediaTime | None
    mode: VoiceMode
    by: str
    why: str = ""

    def over(self, span: Span) -> Span | None:
        """The part of `span` under this shield."""
        end = max(span.end, self.start) if self.end is None else self.end
        return Span(self.start, end).clipped(span) if end > self.start else None


class Shields:
    """Set by commands and by policy, asked by the guard for every group before it airs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Shield] = []

    def begin(self, start: MediaTime, mode: VoiceMode, by: str, why: str = "") -> None:
        """Protect what is said from `start` on, until `end`; a mode in force gives way to it."""
        with self._lock:
            self._close(start)
            self._all.append(Shield(start, None, mode, by, why))

    def end(self, at: MediaTime) -> bool:
        """What is said from `at` on is heard as it is. What was protected stays so for ever."""
        with self._lock:
            return self._close(at)

    @property
    def current(self) -> VoiceMode | None:
        """The mode in force for what is said now."""
        with self._lock:
            return next((s.mode for s in reversed(self._all) if s.end is None), None)

    @property
    def begun_by(self) -> str:
        """Who protects what is said now; empty when nobody does."""
        with self._lock:
            return next((s.by for s in reversed(self._all) if s.end is None), "")

    def near(self, span: Span) -> list[Shield]:
        """Shields over any part of `span`, in the order in which they were set."""
        with self._lock:
            return [s for s in self._all if s.over(span) is not None]

    def _close(self, at: MediaTime) -> bool:
        was_open = any(s.end is None for s in self._all)
        self._all = [replace(s, end=max(at, s.start)) if s.end is None else s for s in self._all]
        return was_open
