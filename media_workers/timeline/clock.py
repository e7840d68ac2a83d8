"""Any source's time stamps on the hearing's one clock.

The only code that sees a source's own time stamps. Both tracks keep their source distance, so
sound and picture stay together by construction; a jump becomes a stated discontinuity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime

MAX_BACK: MediaTime = 1 * SECOND
"""A step back further than this is a jump, not reordering."""

MAX_FORWARD: MediaTime = 5 * SECOND
"""A step forward further than this is a jump, not a pause."""


@dataclass(slots=True)
class ClockCounters:
    """What the clock had to mend."""

    jumps: int = 0
    missing: int = 0


class SourceClock:
    """Maps one session's time stamps (in ns on any origin) to media time.

    `anchor` is the media time at which the session's first packet arrived. A session that starts
    over (reconnect) gets a clock of its own with a later anchor. `now`: the media time of this
    instant, where the source is live: after a pause its stamps must not stay behind the wall.
    """

    def __init__(self, anchor: MediaTime, now: Callable[[], MediaTime] | None = None) -> None:
        self._anchor = anchor
        self._now = now
        self._offset: MediaTime | None = None
        self._last: dict[str, MediaTime] = {}
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
        if dts is None:
            self.counters.missing += 1
            t = self._last.get(track, self._newest) + (duration or 20 * MILLISECOND)
        else:
            t = self._mapped(track, dts)
        self._last[track] = t
        self._newest = max(self._newest, t)
        return t

    def _mapped(self, track: str, dts: MediaTime) -> MediaTime:
        if self._offset is None:
            self._offset = self._anchor - dts
        t = dts + self._offset
        reference = self._last.get(track)
        if reference is not None and not _near(t, reference) and not _near(t, self._newest):
            # The other track may have jumped first: then this one lands near it again unmoved.
            self.counters.jumps += 1
            at = self._newest + 40 * MILLISECOND
            if self._now is not None:
                at = max(at, self._now())
            self._offset += at - t
            t = at
        return max(t, self._anchor)


def _near(t: MediaTime, reference: MediaTime) -> bool:
    return -MAX_BACK <= t - reference <= MAX_FORWARD
