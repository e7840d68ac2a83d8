"""Memory that is free goes back to the system.

Packets and pictures are made by one thread and let go of by another; the C library keeps what they
leave in pools of its own, which only grow: an hour of a hearing took 120 MB in a worker that nobody
used (`python -m bench soak`), and the pages' requests, answered by a pool of threads, leave the web
process with such pools, too. Handing it back costs a few milliseconds.

Python's own collection of what refers to itself is asked for at the same time: it hardly comes by
itself in processes that look through their objects rarely, for the sake of their deadlines.
"""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable
from functools import cache
from typing import Any

EVERY_SECONDS = 30.0
LARGE = 16 * 2**20
"""Bytes; what is larger never lies among the rest."""
_M_MMAP_THRESHOLD = -3
_YOUNG = 1
"""The oldest generation looked through: what outlived one look is left alone, which is cheap."""


@cache
def _of_c(name: str) -> Any:
    """A function of the C library; None where it has none of that name.

    Looked up once: each lookup makes a class that refers to itself. One a second, for a figure of
    memory in use, left 150,000 pieces an hour behind.
    """
    try:
        return getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return None


def _trim() -> Callable[[int], int] | None:
    """glibc's malloc_trim(3); None with another C library."""
    return _of_c("malloc_trim")  # type: ignore[no-any-return]


def hand_back() -> bool:
    """Give free memory back at once; False where the C library cannot.

    Before something large is loaded anew: it would settle on pages that its forerunner wrote,
    and hold those, too, that it never writes itself.
    """
    trim = _trim()
    if trim is not None:
        trim(0)
    return trim is not None


def keep_large_apart() -> bool:
    """From now on what is LARGE is fetched from the system, and goes back when it is let go of.

    glibc moves that border up to 32 MB once such a piece was let go of. Then what a model reserves
    and never writes lies on pages that others have written, and these stay: 20 MB in 300 windows of
    changing length, none with the border where it is put here, for the same CPU. False where the C
    library has no mallopt(3).
    """
    place = _of_c("mallopt")
    return place is not None and bool(place(_M_MMAP_THRESHOLD, LARGE))


class _Told(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and later."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd",
            "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    )  # fmt: skip


def in_use() -> int | None:
    """Bytes that the C library has given out and not got back; None where it does not say.

    What the process holds beyond it is files and pools. This grows: a leak. The rest grows: pools.
    """
    ask = _of_c("mallinfo2")
    if ask is None:
        return None
    ask.restype = _Told
    told = ask()
    return int(told.uordblks + told.hblkhd)


class SpareMemory:
    """`look` once in a while: every `EVERY_SECONDS` what nobody needs is handed back."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._last = seconds, seconds()

    def look(self) -> bool:
        """Hand back when it is time; whether it was."""
        now = self._seconds()
        if now - self._last < EVERY_SECONDS:
            return False
        self._last = now
        gc.collect(_YOUNG)
        return hand_back()
