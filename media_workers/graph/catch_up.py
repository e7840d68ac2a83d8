"""Working through what lay waiting, faster than time passes, until the hearing is met again."""

from __future__ import annotations

import time
from collections.abc import Callable

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime

LONGEST_SECONDS = 90.0
"""A machine that has not caught up by then never will: chunks close again when they are late."""

ALONE_SECONDS = 6.0
"""An encoder that has not come back by then is not waited for."""

MET: MediaTime = 3 * SECOND // 2
"""What comes is this fresh when the hearing has been met."""

ENOUGH_WAITING: MediaTime = 600 * MILLISECOND
"""Decoded media that may wait in front of an analyser meanwhile; the rest waits compressed, where
it takes little room and nothing is given up."""


class CatchUp:
    """`begin` starts it, `active` tells whether it lasts; once over, it stays so.

    `idle`: whether all that came has been worked through. `behind`: how old the newest packet is.
    """

    def __init__(
        self,
        idle: Callable[[], bool],
        behind: Callable[[], MediaTime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._idle, self._behind, self._clock = idle, behind, clock
        self._began: float | None = None
        self._fed: float | None = None

    def begin(self) -> None:
        """What an earlier run left is about to come."""
        self._began, self._fed = self._clock(), None

    def fed(self) -> None:
        """All of it has come; what follows is the courtroom's own stream."""
        self._fed = self._clock()

    def active(self) -> bool:
        """Whether chunks wait for their analysis however late they are."""
        began, fed = self._began, self._fed  # several threads ask
        if began is None:
            return False
        if self._clock() - began > LONGEST_SECONDS or (fed is not None and self._is_met(fed)):
            self._began = None
            return False
        return True

    def _is_met(self, fed: float) -> bool:
        met = self._behind() <= MET or self._clock() - fed > ALONE_SECONDS
        return met and self._idle()
