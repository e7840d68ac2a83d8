"""Who speaks, by the microphone: how loud each seat's channel was, second by second.

A voice is loudest in the microphone it sits at. The channel that leads through a turn names its
seat when the court has said which seat the channel is; cross-talk is what the lead is for.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from courtstream.control.protocol import SeatChannel
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span

STEP: MediaTime = 100 * MILLISECOND
KEPT: MediaTime = 180 * SECOND
"""Levels are kept longer than the longest delay and turn."""

LEAD = 4.0
"""Power of the first channel over the second (6 dB) from which a moment counts for it."""

FLOOR = 1e-7
"""Power below which nobody speaks (-70 dBFS)."""

SHARE = 0.6
"""The share of a turn's lively moments that must be one channel's."""


class SeatLevels:
    """Powers a channel in steps of 100 ms. Written by the sound's thread, read by another."""

    def __init__(self, seats: Sequence[SeatChannel] = ()) -> None:
        self._seats: Mapping[int, SeatChannel] = {s.channel: s for s in seats}
        self._steps: deque[tuple[MediaTime, tuple[float, ...]]] = deque()
        self._lock = threading.Lock()

    def push(self, t: MediaTime, powers: tuple[float, ...]) -> None:
        """Mean squares of full scale 1.0 a channel, of the step that begins at `t`."""
        with self._lock:
            self._steps.append((t, powers))
            while self._steps and t - self._steps[0][0] > KEPT:
                self._steps.popleft()

    def channel(self, span: Span) -> int | None:
        """The channel (from 1) that leads through `span`; None when none does."""
        with self._lock:
            inside = [p for t, p in self._steps if span.start - STEP < t < span.end]
        wins: dict[int, int] = {}
        lively = 0
        for powers in inside:
            order = np.argsort(powers)[::-1]
            first = powers[order[0]]
            second = powers[order[1]] if len(powers) > 1 else 0.0
            if first < FLOOR:
                continue
            lively += 1
            if first >= LEAD * second:
                wins[int(order[0]) + 1] = wins.get(int(order[0]) + 1, 0) + 1
        best = max(wins, key=wins.__getitem__, default=None)
        return best if best is not None and wins[best] >= SHARE * lively else None

    def who(self, span: Span) -> SeatChannel | None:
        """The seat that speaks through `span`, where its channel is known."""
        channel = self.channel(span)
        return self._seats.get(channel) if channel is not None else None
