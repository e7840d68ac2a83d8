"""A protected person's voice changed for good: the words can be followed, the voice is gone.

A noise vocoder (Shannon et al., Science 270, 1995): of each 27 ms only the energy in a few wide
bands is kept, and noise is given those energies in bands that lie elsewhere. Pitch, intonation,
the fine shape of the spectrum and every phase are not in the output at all. Whoever could still be
known by choice of words, accent or rhythm must be muted instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.items import Sound

Wave: TypeAlias = npt.NDArray[np.float64]

BANDS = 16
"""So many bands keep Mandarin words intelligible; speakers are told apart by finer detail."""

LOW_HZ, HIGH_HZ = 100.0, 7000.0
SHIFT = 1.18
"""The noise sounds this much higher than the band it stands for: no vocal tract keeps its size."""

_BLOCKS_PER_S = 75
_WINDOW_POWER = 0.375
"""Mean square of a Hann window."""


class VoiceChanger:
    """Changes sound pushed in order; whole seconds at any rate that 75 divides. One owner.

    The output lies one block (13 ms) behind the input; after a gap it begins anew with silence.
    """

    def __init__(self) -> None:
        self._expected: MediaTime = -1
        self._before: Wave = np.zeros(0)
        self._tail: Wave = np.zeros(0)
        self._gains: Wave = np.zeros(BANDS)

    def push(self, sound: Sound) -> Sound:
        """`sound` in the changed voice: same time, rate and length."""
        block = sound.rate // _BLOCKS_PER_S
        if sound.t != self._expected or len(self._before) != block:
            self._before, self._tail = np.zeros(block), np.zeros(block)
            self._gains = np.zeros(BANDS)
        self._expected = sound.span.end
        whole = -(-len(sound.pcm) // block) * block
        wave = np.zeros(whole)
        wave[: len(sound.pcm)] = sound.pcm
        out = self._changed(wave.reshape(-1, block), sound.t * sound.rate // SECOND, sound.rate)
        pcm = np.clip(np.rint(out[: len(sound.pcm)]), -32768, 32767).astype(np.int16)
        return replace(sound, pcm=pcm)

    def _changed(self, blocks: Wave, first: int, rate: int) -> Wave:
        """Overlapping frames of two blocks each: measured, and said again by noise."""
        count, block = blocks.shape
        rows = np.concatenate([self._before[None], blocks])
        frames = np.concatenate([rows[:-1], rows[1:]], axis=1) * np.hanning(2 * block)
        gains = self._smoothed(_energies(frames, rate))
        noise = np.random.default_rng(first).standard_normal((count, 2 * block))
        voice = _shaped(noise, gains, rate) * np.sqrt(np.hanning(2 * block))
        out = np.empty((count, block))
        tail = self._tail
        for row in range(count):
            out[row] = tail + voice[row, :block]
            tail = voice[row, block:]
        self._before, self._tail = rows[-1], tail
        return out.reshape(-1)

    def _smoothed(self, gains: Wave) -> Wave:
        """Each frame's gains averaged with the one before: no pitch period survives in them."""
        before = np.concatenate([self._gains[None], gains[:-1]])
        self._gains = gains[-1]
        return np.asarray((gains + before) / 2)


def _edges(shift: float = 1.0) -> Wave:
    """Band borders in Hz, evenly spaced on the ear's scale (mel), shape (BANDS + 1,)."""
    low, high = (float(2595 * np.log10(1 + hz / 700)) for hz in (LOW_HZ, HIGH_HZ))
    mel = np.linspace(low, high, BANDS + 1)
    return np.asarray(700 * (10 ** (mel / 2595) - 1) * shift)


def _members(size: int, rate: int, shift: float) -> npt.NDArray[np.bool_]:
    """Which bins of a spectrum of `size` samples belong to each band, shape (BANDS, bins)."""
    hz = np.fft.rfftfreq(size, 1 / rate)
    edges = _edges(shift)
    return np.asarray((hz >= edges[:-1, None]) & (hz < edges[1:, None]))


def _energies(frames: Wave, rate: int) -> Wave:
    """Root mean square of each frame in each band, shape (frames, BANDS)."""
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    members = _members(frames.shape[1], rate, 1.0)
    total = power @ members.T.astype(np.float64)
    return np.asarray(np.sqrt(2 * total / _WINDOW_POWER) / frames.shape[1])


def _shaped(noise: Wave, gains: Wave, rate: int) -> Wave:
    """Noise with the given root mean square in each shifted band, shape of `noise`."""
    size = noise.shape[1]
    spectrum = np.fft.rfft(noise, axis=1)
    members = _members(size, rate, SHIFT)
    width = np.maximum(1, members.sum(axis=1))
    per_bin = (gains * np.sqrt(size / (2 * width))) @ members.astype(np.float64)
    return np.asarray(np.fft.irfft(spectrum * per_bin, size, axis=1))
