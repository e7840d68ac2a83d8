"""Any source's time stamps on the hearing's one clock.

The only code that sees a source's own time stamps. Both tracks keep their source distance, so
sound and picture stay together by construction; a counter that begins anew goes on exactly; a
jump becomes a stated discontinuity; a clock that runs a little fast or slow is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime

MAX_BACK: MediaTime = 1 * SECOND
"""A step back further than this is a jump, not reordering."""

MAX_FORWARD: MediaTime = 5 * SECOND
"""A step forward further than this is a jump, not a pause."""

PERIODS: tuple[MediaTime, ...] = (
    (1 << 33) * SECOND // 90_000,  # MPEG-TS and PS: 26.5 hours
    (1 << 32) * SECOND // 90_000,  # RTP video: 13.3 hours
    (1 << 32) * MILLISECOND,  # FLV and RTMP: 49.7 days
    (1 << 31) * MILLISECOND,  # senders that count in a signed word
)
"""Counters that begin anew at these lengths; the step back is then known exactly."""

DRIFT_WINDOW: MediaTime = 10 * SECOND
"""The least lateness of a window is the clock's own; what lies above it is the network's."""

DRIFT_IGNORED: MediaTime = 5 * MILLISECOND
DRIFT_LARGEST: MediaTime = 2 * SECOND
"""More than this in one window is a stall, not a clock."""

SLEW = 2_000
"""A correction is at most one part in this many of the time it is spread over (500 ppm): five
times what a bad crystal does, and far below what anybody hears or sees."""


@dataclass(slots=True)
class ClockCounters:
    """What the clock had to mend; `drift` in ns, positive when the source was slow."""

    jumps: int = 0
    missing: int = 0
    wraps: int = 0
    drift: MediaTime = 0


@dataclass(slots=True)
class _Drift:
    """The least lateness of the window under way, and how much of the last one is still due."""

    began: MediaTime | None = None
    least: MediaTime | None = None
    due: MediaTime = 0
    at: MediaTime = 0


@dataclass(slots=True)
class _Track:
    """A track's last media time, and what its wraps have added to its stamps."""

    last: MediaTime
    turns: MediaTime = field(default=0)


class SourceClock:
    """Maps one session's time stamps (in ns on any origin) to media time.

    `anchor` is the media time of the session's first packet (see `anchored`). A session that
    starts over (reconnect) gets a clock of its own with a later anchor. `now`: the media time of
    this instant, where the source is live: its stamps are kept beside the wall.
    """

    def __init__(self, anchor: MediaTime, now: Callable[[], MediaTime] | None = None) -> None:
        self._anchor = anchor
        self._now = now
        self._offset: MediaTime | None = None
        self._tracks: dict[str, _Track] = {}
        self._drift = _Drift()
        self._newest = anchor
        self.counters = ClockCounters()

    @property
    def newest(self) -> MediaTime:
        """The latest media time given out."""
        return self._newest

    def stamp(self, track: str, dts: MediaTime | None, duration: MediaTime = 0) -> MediaTime:
        """Media time of a packet of `track` whose decode time stamp is `dts` ns.

        A packet without a stamp follows the one before it. After a jump both tracks are moved by
        the same amount, so that the distance between them is kept.
        """
        known = self._tracks.get(track)
        if dts is None:
            self.counters.missing += 1
            last = known.last if known else self._newest
            t = last + (duration or 20 * MILLISECOND)
        else:
            t = self._mapped(known, dts)
            self._follow(t)
        self._tracks.setdefault(track, _Track(t)).last = t
        self._newest = max(self._newest, t)
        return t

    def _mapped(self, track: _Track | None, dts: MediaTime) -> MediaTime:
        if self._offset is None:
            self._offset = self._anchor - dts
        t = dts + self._offset + (track.turns if track else 0)
        if track is not None and not self._fits(t, track.last):
            turn = self._turn(t, track.last)
            if turn:
                self.counters.wraps += 1
                track.turns += turn
                t += turn
            else:
                t = self._jumped(t)
        return max(t, self._anchor)

    def _fits(self, t: MediaTime, last: MediaTime) -> bool:
        # The other track may have jumped first: then this one lands near it again unmoved.
        return _near(t, last) or _near(t, self._newest)

    def _turn(self, t: MediaTime, last: MediaTime) -> MediaTime:
        """The period that brings `t` back to its track, 0 when none does."""
        for period in PERIODS:
            for turn in (period, -period):
                if _near(t + turn, last):
                    return turn
        return 0

    def _jumped(self, t: MediaTime) -> MediaTime:
        self.counters.jumps += 1
        at = self._newest + 40 * MILLISECOND
        if self._now is not None:
            at = max(at, self._now())
        self._offset = (self._offset or 0) + at - t
        self._drift = _Drift()
        return at

    def _follow(self, t: MediaTime) -> None:
        """Keep a live source's clock beside the wall's, too slowly for anybody to notice."""
        if self._now is None or self._offset is None:
            return
        now, drift = self._now(), self._drift
        late = now - t
        if drift.began is None:
            drift.began, drift.at = now, now
        drift.least = late if drift.least is None else min(drift.least, late)
        if now - drift.began >= DRIFT_WINDOW:
            beyond = abs(drift.least) <= DRIFT_IGNORED or abs(drift.least) > DRIFT_LARGEST
            drift.due = 0 if beyond else drift.least
            drift.began, drift.least = now, None
        step = (now - drift.at) // SLEW
        if step > 0:
            drift.at = now
            part = max(-step, min(step, drift.due))
            drift.due -= part
            self._offset += part
            self.counters.drift += part


def anchored(arrivals: Iterable[tuple[MediaTime, MediaTime]]) -> MediaTime | None:
    """Media time of the first of the packets that came as (arrival, stamp); None without any.

    What was captured longest before it arrived says nothing; what came with the least delay says
    where the source's clock stands. So a backlog that is sent at once is not stamped "now".
    """
    found = list(arrivals)
    if not found:
        return None
    return found[0][1] + min(arrival - stamp for arrival, stamp in found)


def _near(t: MediaTime, reference: MediaTime) -> bool:
    return -MAX_BACK <= t - reference <= MAX_FORWARD
