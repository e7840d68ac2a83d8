"""Whether hostile input leaves anything behind."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Callable

ALLOWED = 300_000
"""Bytes that caches of the interpreter and of libraries may gain; a leak of inputs is far more."""


def growth(feed: Callable[[random.Random], None], times: int = 300) -> int:
    """Bytes that `times` more inputs leave behind, once as many have warmed everything up."""
    chance = random.Random(20261128)
    for _ in range(times):
        feed(chance)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(times):
            feed(chance)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, some cut out, some put in."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(3):
            case 0 if at < len(changed):
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(40)]
            case _:
                changed[at:at] = chance.randbytes(chance.randrange(40))
    return bytes(changed)
