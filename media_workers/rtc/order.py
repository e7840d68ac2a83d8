"""Sound packets in order. Each is a frame of its own, so a lost one costs itself and no other."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE = 5
"""Packets (100 ms) that may wait for one that is late; then it counts as lost."""


class Order(Generic[T]):
    """Puts numbered packets in order; doubles and those that come too late are passed over."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._waiting: dict[int, T] = {}
        self.lost = 0

    def push(self, number: int, packet: T) -> list[T]:
        """Take the packet with this 16-bit sequence number; gives what is now in order."""
        if self._next is None:
            self._next = number
        at = self._next + (number - self._next + 0x8000) % 0x10000 - 0x8000
        if abs(at - self._next) > 1000:
            self._waiting.clear()  # the sender has begun to count anew
            self._next = at = number
        if at < self._next:
            return []
        self._waiting[at] = packet
        found = self._taken()
        while len(self._waiting) > PATIENCE:
            first = min(self._waiting)
            self.lost += first - self._next
            self._next = first
            found += self._taken()
        return found

    def _taken(self) -> list[T]:
        found = []
        while self._next in self._waiting:
            found.append(self._waiting.pop(self._next))
            self._next += 1
        return found
