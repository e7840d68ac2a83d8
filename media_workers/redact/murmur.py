"""A murmur in place of private speech: the sound of talking with nothing said.

It follows from media time alone. Not one sample, level or rhythm of it comes from what was said,
so there is nothing to be got back; and the same recording always gets the same murmur.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Second: TypeAlias = npt.NDArray[np.float64]

LOW_HZ, HIGH_HZ = 120.0, 3400.0
"""The band of a voice over a telephone."""

SYLLABLES_HZ = 4
"""Mandarin has four to six syllables a second; a whole number is silent at each second's border,
so that seconds join without a click."""


@lru_cache(maxsize=4)
def murmur(second: int, rate: int) -> Second:
    """Media second `second` of the murmur, shape (rate,), root mean square 1.0."""
    noise = np.random.default_rng(second).standard_normal(rate)
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(rate, 1 / rate)
    inside = (hz >= LOW_HZ) & (hz <= min(HIGH_HZ, rate / 2))
    # speech falls by about 6 dB an octave above its first formants
    shape = np.where(inside, 1.0 / np.maximum(1.0, hz / 500.0), 0.0)
    voice = np.fft.irfft(spectrum * shape, rate)
    voice *= np.sin(np.pi * SYLLABLES_HZ * np.arange(rate) / rate) ** 2
    return np.asarray(voice / np.sqrt((voice**2).mean()))
