"""Sound in mouthfuls: a codec's frames last a fiftieth of a second, a window is read every few."""

from __future__ import annotations

import numpy as np

from courtstream.domain.time import MILLISECOND, MediaTime
from media_workers.runtime.items import Sound

ENOUGH: MediaTime = 250 * MILLISECOND
"""Twelve frames of AAC: each piece is resampled, searched for voice and kept by itself."""

_TOUCHING: MediaTime = MILLISECOND // 2
"""Stamps of frames are rounded; what lies further apart is a gap that others must see."""


class Gathered:
    """Joins sounds that follow each other without a gap. One owner."""

    def __init__(self) -> None:
        self._parts: list[Sound] = []
        self._last: Sound | None = None

    def push(self, sound: Sound) -> list[Sound]:
        """Take the next sound; give what is long enough. What follows a gap is not kept waiting."""
        last, self._last = self._last, sound
        if last is not None and not _follows(last, sound):
            return [*self.rest(), sound]
        self._parts.append(sound)
        return self.rest() if sound.span.end - self._parts[0].t >= ENOUGH else []

    def rest(self) -> list[Sound]:
        """What is held, though it is short; nothing when there is nothing."""
        parts, self._parts = self._parts, []
        if len(parts) < 2:
            return parts
        return [Sound(parts[0].t, np.concatenate([p.pcm for p in parts]), parts[0].rate)]


def _follows(last: Sound, sound: Sound) -> bool:
    return sound.rate == last.rate and abs(sound.t - last.span.end) <= _TOUCHING
