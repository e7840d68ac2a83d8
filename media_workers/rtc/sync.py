"""RTP time stamps of two tracks on one clock, so that lips and voice stay together.

RTP clocks begin anywhere and say nothing of each other; RTCP sender reports do (RFC 3550 §6.4.1).
Until the reports have come, frames are held for a moment; a sender that gives none is placed by
its arrival: the least delay seen of a track is taken for its distance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

HOLD_SECONDS = 1.5
"""Browsers send their first reports within a second."""

HELD_FRAMES = 400
STEP_SECONDS = 0.2
"""Reports that differ by more than this mean another clock; smaller differences are followed."""

FOLLOW_SECONDS = 0.002
"""How far one report may move a track: reports themselves shake by milliseconds."""


@dataclass(slots=True)
class RtpTrack:
    """One track's clock: `rate` ticks a second, 32 bit, unwrapped here."""

    rate: int
    last: int | None = None
    turns: int = 0
    reported: float | None = None
    least_delay: float | None = None

    def seconds(self, stamp: int) -> float:
        """Seconds of a stamp on the track's own clock, across wraps and reordering."""
        if self.last is not None:
            step = (stamp - self.last + (1 << 31)) % (1 << 32) - (1 << 31)
            stamp = self.last + step
        self.last = stamp if self.last is None else max(self.last, stamp)
        return stamp / self.rate

    def report(self, ntp: float, stamp: int) -> None:
        """A sender report: at `ntp` seconds the track's clock stood at `stamp`."""
        if self.last is not None:
            step = (stamp - self.last + (1 << 31)) % (1 << 32) - (1 << 31)
            stamp = self.last + step
        found = ntp - stamp / self.rate
        if self.reported is None or abs(found - self.reported) > STEP_SECONDS:
            self.reported = found
        else:
            change = found - self.reported
            self.reported += max(-FOLLOW_SECONDS, min(FOLLOW_SECONDS, change))


@dataclass(slots=True)
class Placed(Generic[T]):
    """A frame and its time in milliseconds since the session's first frame."""

    track: str
    frame: T
    at: int


@dataclass(slots=True)
class _Held(Generic[T]):
    track: str
    frame: T
    own: float


@dataclass(slots=True)
class Sync(Generic[T]):
    """Places frames; `tracks` are all that will come, by name."""

    tracks: dict[str, RtpTrack]
    held: list[_Held[T]] = field(default_factory=list)
    first_arrival: float | None = None
    zero: float | None = None
    offsets: dict[str, float] = field(default_factory=dict)

    def report(self, track: str, ntp: float, stamp: int) -> None:
        """Take a sender report of a track."""
        known = self.tracks.get(track)
        if known is not None:
            known.report(ntp, stamp)

    def push(self, track: str, stamp: int, frame: T, arrival: float) -> list[Placed[T]]:
        """Place a frame that arrived at `arrival` seconds; gives what can be placed now."""
        known = self.tracks[track]
        own = known.seconds(stamp)
        delay = arrival - own
        known.least_delay = delay if known.least_delay is None else min(known.least_delay, delay)
        self.first_arrival = arrival if self.first_arrival is None else self.first_arrival
        self.held.append(_Held(track, frame, own))
        if self.zero is None and not self._settled(arrival):
            return []
        self._measure()
        held, self.held = self.held, []
        placed = sorted((own + self.offsets[t], i) for i, (t, own) in enumerate(_keys(held)))
        if self.zero is None:
            self.zero = placed[0][0]
        return [
            Placed(held[i].track, held[i].frame, max(0, round((at - self.zero) * 1000)))
            for at, i in placed
        ]

    def _settled(self, arrival: float) -> bool:
        if all(t.reported is not None for t in self.tracks.values()):
            return True
        waited = arrival - (self.first_arrival or 0.0)
        return waited > HOLD_SECONDS or len(self.held) >= HELD_FRAMES

    def _measure(self) -> None:
        """Each track's distance from its own clock to the clock of arrivals.

        Reported tracks share one distance, so that what the reports say between them stays exact.
        It is measured once: later delay is the network's, not the clock's. When reports come only
        after frames were placed, the picture stays where it is and the sound moves to it.
        """
        reported = all(t.reported is not None for t in self.tracks.values())
        if self._shared is None and (reported or self.zero is None):
            self._shared = self._least_shared()
        for name, track in self.tracks.items():
            if track.reported is not None and self._shared is not None:
                self.offsets[name] = track.reported + self._shared
            elif name not in self.offsets:
                self.offsets[name] = track.least_delay or 0.0

    def _least_shared(self) -> float | None:
        picture = self.tracks.get("video")
        if self.zero is not None and picture is not None and picture.reported is not None:
            return self.offsets["video"] - picture.reported
        found = [
            t.least_delay - t.reported
            for t in self.tracks.values()
            if t.reported is not None and t.least_delay is not None
        ]
        return min(found) if found else None

    _shared: float | None = None


def _keys(held: list[_Held[T]]) -> list[tuple[str, float]]:
    return [(h.track, h.own) for h in held]
