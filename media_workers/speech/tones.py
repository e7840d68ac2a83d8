"""Hum and howl: tones that do not belong to speech."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from media_workers.runtime.items import Pcm

MAINS_HZ = 50.0
_LINES = (1, 2, 3)
_NEAR_HZ = 2.0
_BAND = (20.0, 400.0)
_HOWL_BAND = (200.0, 8000.0)
_PEAK_HZ = 6.0
_QUIET = 1e-8
"""Mean power (full scale 1.0) below which there is nothing to judge: about -80 dBFS."""


def hum_db(pcm: Pcm, rate: int) -> float | None:
    """Mains hum: power at 50, 100 and 150 Hz over the rest of 20-400 Hz, in dB.

    The lines stand still, speech does not: a second gives 1 Hz of resolution (the line test of
    ITU-T P.56 measuring practice, with the mains frequency of GB/T 15945). None in silence.
    """
    power, hertz = _spectrum(pcm, rate)
    band = (hertz >= _BAND[0]) & (hertz <= _BAND[1])
    lines = np.zeros_like(band)
    for n in _LINES:
        lines |= np.abs(hertz - n * MAINS_HZ) <= _NEAR_HZ
    return _ratio(power[band & lines].sum(), power[band & ~lines].sum())


def howl_db(pcm: Pcm, rate: int) -> float | None:
    """Acoustic feedback: the strongest single tone over everything else, 200 Hz to 8 kHz, in dB.

    The peak-to-average criterion of van Waterschoot & Moonen, Proc. IEEE 99 (2011), over a whole
    second, so that no vowel is a howl. None in silence.
    """
    power, hertz = _spectrum(pcm, rate)
    band = (hertz >= _HOWL_BAND[0]) & (hertz <= _HOWL_BAND[1])
    if not band.any() or power[band].sum() <= _QUIET:
        return None
    peak = float(hertz[band][int(np.argmax(power[band]))])
    tone = np.abs(hertz - peak) <= _PEAK_HZ
    return _ratio(power[tone].sum(), power[band & ~tone].sum())


def _ratio(part: float, rest: float) -> float | None:
    if part + rest <= _QUIET:
        return None
    return round(float(10 * np.log10(max(part, 1e-12) / max(rest, 1e-12))), 1)


def _spectrum(pcm: Pcm, rate: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Power by frequency (full scale 1.0) under a Hann window."""
    if len(pcm) < rate // 4:
        return np.zeros(1), np.zeros(1)
    window, gain = _window(len(pcm))
    samples = pcm.astype(np.float64) / 32768
    power = np.abs(np.fft.rfft((samples - samples.mean()) * window)) ** 2 / gain
    return power, np.asarray(np.fft.rfftfreq(len(pcm), 1 / rate), np.float64)


@functools.lru_cache(maxsize=4)
def _window(size: int) -> tuple[npt.NDArray[np.float64], float]:
    window = np.hanning(size)
    return window, float((window**2).sum()) * size
