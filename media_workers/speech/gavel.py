"""Knocks of the gavel: short, loud, broadband, after something quieter."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from courtstream.domain.transcript import EventKind, HearingEvent
from media_workers.runtime.items import Pcm

_FRAME_S = 0.005
_BEFORE = 12
_AFTER = 30
_RISE_DB = 24.0
_FALL_DB = 12.0
_LOUD_DBFS = -26.0
_HIGH_HZ = 2500
_HIGH_SHARE = 0.12
_TOGETHER: MediaTime = 1500 * MILLISECOND


Frames: TypeAlias = npt.NDArray[np.float64]


class GavelFinder:
    """Takes mono int16 at `rate` from `t0`; gives candidates, one for knocks that belong together.

    A candidate rises 24 dB over the 60 ms before within 5 ms, has a good share of its energy
    above 2.5 kHz, and has fallen 12 dB again 100-150 ms later. Speech does not do this; a dropped
    file or a slammed door may: these are candidates for people to judge.
    """

    def __init__(self, rate: int, t0: MediaTime) -> None:
        self._rate = rate
        self._t0 = t0
        self._size = int(rate * _FRAME_S)
        self._pcm: Pcm = np.zeros(0, dtype=np.int16)
        self._frames = 0
        self._last: MediaTime = -_TOGETHER

    def push(self, pcm: Pcm) -> list[HearingEvent]:
        """Take the next samples; give knocks whose end has been heard."""
        self._pcm = np.concatenate([self._pcm, pcm])
        count = len(self._pcm) // self._size
        if count <= _BEFORE + _AFTER:
            return []
        frames = self._pcm[: count * self._size].reshape(count, self._size).astype(np.float64)
        level = _level_db(frames)
        inner = range(_BEFORE, count - _AFTER)
        found = [i for i in inner if _is_knock(frames, level, i, self._rate)]
        events = [event for i in found for event in self._event(self._frames + i)]
        done = count - _BEFORE - _AFTER
        self._frames += done
        self._pcm = self._pcm[done * self._size :]
        return events

    def _event(self, frame: int) -> list[HearingEvent]:
        t = self._t0 + frame * self._size * SECOND // self._rate
        apart, self._last = t - self._last, t
        return [HearingEvent(t, EventKind.GAVEL)] if apart >= _TOGETHER else []


def _level_db(frames: Frames) -> Frames:
    """Level of each row in dBFS."""
    return np.asarray(10 * np.log10((frames**2).mean(axis=1) / 32768**2 + 1e-10))


def _is_knock(frames: Frames, level: Frames, i: int, rate: int) -> bool:
    if level[i] < _LOUD_DBFS or level[i] - level[i - _BEFORE : i - 1].max() < _RISE_DB:
        return False
    peak = level[i : i + 3].max()
    if peak - level[i + 20 : i + _AFTER].mean() < _FALL_DB:
        return False
    return _high_share(frames[i : i + 3], rate) >= _HIGH_SHARE


def _high_share(frames: Frames, rate: int) -> float:
    """Share of the energy above 2.5 kHz."""
    power = np.abs(np.fft.rfft(frames.reshape(-1))) ** 2
    high = np.fft.rfftfreq(frames.size, 1 / rate) >= _HIGH_HZ
    return float(power[high].sum() / max(power.sum(), 1e-9))
