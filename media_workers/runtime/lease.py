"""Whether this worker may still publish: what its node says, by this worker's own clock.

A node that is cut off, stopped or dead renews nothing; its worker then publishes nothing more and
goes on sealing, for another node may have the hearing by now.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Clock = Callable[[], float]


def boot_seconds() -> float:
    """Seconds since the machine started, also while it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class LeaseWatch:
    """Reads the file the node renews: the epoch and the instant until which it holds.

    Without a file to read nobody else could take the hearing, and the worker may always publish.
    """

    def __init__(self, path: Path | None, epoch: int, clock: Clock = boot_seconds) -> None:
        self._path, self._epoch, self._clock = path, epoch, clock

    def held(self) -> bool:
        """Whether the lease holds at this instant; what cannot be read does not hold."""
        if self._path is None:
            return True
        try:
            epoch, until = self._path.read_text("ascii").split()
            return int(epoch) == self._epoch and self._clock() < float(until)
        except (OSError, ValueError):
            return False
