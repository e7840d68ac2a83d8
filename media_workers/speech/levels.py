"""What a second of sound was like, by numbers: loudness, peaks, clipping, silence, noise."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from media_workers.runtime.items import Pcm, Sound
from media_workers.speech.loudness import Loudness
from media_workers.speech.tones import howl_db, hum_db

SILENT_DBFS = -60.0
"""A second whose loudest 20 ms stays below this carries no sound."""

CLIPPED_SAMPLES = 3
"""So many full-scale samples in a row are a flattened peak, not a loud one."""

_FRAME_S = 0.02
_HISTORY = 1500
"""20 ms frames kept for the noise floor: half a minute."""


@dataclass(frozen=True, slots=True)
class SoundMeasure:
    """One stretch: short-term loudness (EBU R128), peak in dBFS, SNR in dB, and two faults.

    `snr_db` is speech level over the 5th percentile of 20 ms frames of the last half minute.
    """

    lufs: float
    peak_db: float
    snr_db: float | None
    silent: bool
    clipped: bool
    hum_db: float | None = None
    howl_db: float | None = None

    def detail(self) -> dict[str, float]:
        """Further numbers as the journal keeps them, by the names of `MediaSecond`."""
        found = {"hum_db": self.hum_db, "howl_db": self.howl_db}
        return {name: value for name, value in found.items() if value is not None}

    def as_row(self) -> dict[str, float | bool | None]:
        """As the journal keeps it."""
        return {
            "lufs": round(self.lufs, 1),
            "peak_db": round(self.peak_db, 1),
            "snr_db": None if self.snr_db is None else round(self.snr_db, 1),
            "silent": self.silent,
            "clipped": self.clipped,
        }


class SoundMeter:
    """Takes sound in order of time, one measure a push; remembers half a minute of levels."""

    def __init__(self) -> None:
        self._loudness: Loudness | None = None
        self._frames: deque[float] = deque(maxlen=_HISTORY)

    def push(self, sound: Sound) -> SoundMeasure:
        """Measure the next sound: whole tenths of a second, mono int16."""
        loudness = self._loudness or Loudness(sound.rate)
        self._loudness = loudness
        block = sound.rate // 10
        for at in range(0, len(sound.pcm) // block * block, block):
            loudness.push(sound.pcm[at : at + block])
        levels = _levels(sound.pcm, int(sound.rate * _FRAME_S))
        self._frames.extend(levels)
        return SoundMeasure(
            lufs=loudness.short_term,
            peak_db=_db(float(np.abs(sound.pcm.astype(np.int32)).max(initial=0)) / 32768),
            snr_db=self._snr(levels),
            silent=max(levels, default=-120.0) < SILENT_DBFS,
            clipped=_longest_flat(sound.pcm) >= CLIPPED_SAMPLES,
            hum_db=hum_db(sound.pcm, sound.rate),
            howl_db=howl_db(sound.pcm, sound.rate),
        )

    def _snr(self, levels: list[float]) -> float | None:
        """None while nothing stands out of the floor: there is no speech to compare."""
        floor = float(np.percentile(self._frames, 5)) if self._frames else -120.0
        loud = [level for level in levels if level > floor + 6.0]
        return float(np.mean(loud)) - floor if loud else None


def _levels(pcm: Pcm, size: int) -> list[float]:
    count = len(pcm) // size
    frames = pcm[: count * size].reshape(count, size).astype(np.float64) / 32768
    return [_db(float(v)) for v in np.sqrt((frames**2).mean(axis=1))]


def _db(value: float) -> float:
    return 20 * float(np.log10(max(value, 1e-6)))


def _longest_flat(pcm: Pcm) -> int:
    full = np.abs(pcm.astype(np.int32)) >= 32_700
    if not full.any():
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], full.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max())
