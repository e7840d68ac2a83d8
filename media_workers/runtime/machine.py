"""What a worker can see of the machine it shares with others."""

from __future__ import annotations

import os

FULL = 0.75
"""Share of the cores that may be in use, on the mean of a minute, before more is taken on."""


def crowded() -> bool:
    """Whether the cores are nearly all in use, by whomever (getloadavg(3)); False when unknown."""
    try:
        return os.getloadavg()[0] > FULL * len(os.sched_getaffinity(0))
    except OSError:
        return False
