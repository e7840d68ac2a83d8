"""What a worker can see of the machine it shares with others."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

LOOK_BACK_SECONDS = 10.0
"""The mean of so many seconds is told: a program that starts fills a core for two of them."""

_SHORTEST_SECONDS = 0.4
_STAT = Path("/proc/stat")
_IDLE, _LOW = (3, 4), 1

Ticks = tuple[int, int]
"""Ticks that the cores have run, and have run or idled, since they were started."""


def ticks() -> Ticks:
    """Of the cores this process may use, as proc(5) counts them; Linux. Raises OSError.

    Programs of low priority give way, so that what they use counts as free; what the host of a
    virtual machine took away counts as used.
    A control group's quota is not seen: there only lateness tells.
    """
    ours = {f"cpu{n}" for n in os.sched_getaffinity(0)}
    used = whole = 0
    for line in _STAT.read_text("ascii").splitlines():
        name, *fields = line.split()
        if name in ours:
            spent = [int(field) for field in fields[:8]]
            whole += sum(spent)
            used += sum(spent) - sum(spent[n] for n in (*_IDLE, _LOW))
    return used, whole


class Cores:
    """How full the machine's cores are, by whomever. One owner."""

    def __init__(
        self,
        read: Callable[[], Ticks] = ticks,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._seconds = read, seconds
        self._looks: deque[tuple[float, Ticks]] = deque()
        self.share()

    def share(self) -> float:
        """Share of the cores in use since the look that is `LOOK_BACK_SECONDS` old, or the first.

        0..1; 0.0 when it is not known. Ask every few seconds.
        """
        try:
            now, (used, whole) = self._seconds(), self._read()
        except (OSError, ValueError):
            return 0.0
        self._looks.append((now, (used, whole)))
        while len(self._looks) > 2 and now - self._looks[1][0] >= LOOK_BACK_SECONDS:
            self._looks.popleft()
        then, (used_then, whole_then) = self._looks[0]
        if now - then < _SHORTEST_SECONDS or whole <= whole_then:
            return 0.0
        return min(1.0, max(0.0, (used - used_then) / (whole - whole_then)))
