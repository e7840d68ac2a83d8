"""A bounded edge between two threads, with its overflow rule and its counters.

Bounds count seconds of media and bytes, because one raw frame weighs as much as minutes of sound.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from courtstream.domain.time import MediaTime

T = TypeVar("T")


class Overflow(Enum):
    """What happens to an item when the edge is full."""

    BLOCK = "block"
    """The producer waits: evidence, and everything when a file is worked through."""

    REFUSE = "refuse"
    """The item is refused and counted; the guard closes over what was not analysed."""


@dataclass(slots=True)
class EdgeCounters:
    """What an edge has seen."""

    accepted: int = 0
    refused: int = 0


class Edge(Generic[T]):
    """A first-in-first-out edge owned by one producer and one consumer.

    `measure` gives (media time, bytes) of an item, or None for one that is of no time and no
    weight and always fits (a change of track). `put` returns False when the item was refused
    or the edge is closed; `get` returns None on time-out and raises `EndOfEdge` once the edge is
    closed and empty.

    `linger`: a consumer that has found nothing is woken once so much media lies here, or something
    of no time, or when its own time-out is over. Small items are dear one at a time: each wakes a
    thread whose code and data have left the caches.
    """

    def __init__(
        self,
        name: str,
        measure: Callable[[T], tuple[MediaTime, int] | None],
        *,
        span: MediaTime,
        size: int,
        overflow: Overflow,
        linger: MediaTime = 0,
    ) -> None:
        self.name = name
        self.counters = EdgeCounters()
        self._measure = measure
        self._span, self._size, self._overflow = span, size, overflow
        self.linger = linger
        self._items: deque[tuple[tuple[MediaTime, int] | None, T]] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def closed(self) -> bool:
        """Whether no more items will come."""
        return self._closed

    @property
    def held(self) -> MediaTime:
        """Media time between the oldest and the newest item held."""
        with self._changed:
            oldest = next((m[0] for m, _ in self._items if m is not None), 0)
            newest = next((m[0] for m, _ in reversed(self._items) if m is not None), 0)
            return newest - oldest

    def put(self, item: T) -> bool:
        """Offer an item."""
        measured = self._measure(item)
        with self._changed:
            while not self._closed and measured is not None and self._full(*measured):
                if self._overflow is Overflow.REFUSE:
                    self.counters.refused += 1
                    return False
                self._changed.wait()
            if self._closed:
                return False
            self._items.append((measured, item))
            self._bytes += measured[1] if measured else 0
            self.counters.accepted += 1
            if self._is_worth_waking(measured):
                self._changed.notify_all()
            return True

    def get(self, timeout: float | None = None) -> T | None:
        """Take the oldest item, waiting at most `timeout` seconds."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait(timeout)
            if self._items:
                measured, item = self._items.popleft()
                self._bytes -= measured[1] if measured else 0
                self._changed.notify_all()
                return item
            if self._closed:
                raise EndOfEdge
            return None

    def close(self) -> None:
        """No more items will come; what is held can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def clear(self) -> list[T]:
        """Forget what is held, for a consumer that starts anew; gives what it was."""
        with self._changed:
            dropped = [item for _, item in self._items]
            self._items.clear()
            self._bytes = 0
            self._changed.notify_all()
            return dropped

    def _is_worth_waking(self, newest: tuple[MediaTime, int] | None) -> bool:
        oldest = self._oldest()
        return newest is None or oldest is None or newest[0] - oldest >= self.linger

    def _oldest(self) -> MediaTime | None:
        return next((measured[0] for measured, _ in self._items if measured is not None), None)

    def _full(self, t: MediaTime, size: int) -> bool:
        oldest = self._oldest()
        if oldest is None:
            return False
        return t - oldest > self._span or self._bytes + size > self._size


class EndOfEdge(Exception):
    """The edge is closed and empty."""
