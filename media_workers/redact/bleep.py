"""Private speech made inaudible: its samples are replaced, never mixed or turned down.

What is heard instead depends on media time only, so that neighbouring stretches of sound join
without a click and the same recording is always bleeped to the same samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span, merge, to_seconds
from media_workers.redact.murmur import murmur
from media_workers.runtime.items import Pcm, Sound

Mode: TypeAlias = Literal["tone", "silence", "voice"]

RAMP: MediaTime = 8 * MILLISECOND
"""Ordinary speech fades over this long, outside the private span only."""

TONE_HZ = 1000
"""A soft tone; a multiple of it fits every second, so its phase follows from media time."""

TONE_RMS_DBFS = -24.0
"""Level of the tone: well below speech at -23 LUFS peaks, so nobody is startled."""

_AMPLITUDE = 32768 * 2**0.5 * 10 ** (TONE_RMS_DBFS / 20)
_MURMUR = 32768 * 10 ** (TONE_RMS_DBFS / 20)

Wave: TypeAlias = npt.NDArray[np.float64]


def bleep(sound: Sound, spans: Sequence[Span], mode: Mode = "tone") -> Sound:
    """`sound` with every sample inside `spans` replaced: by a tone, silence, or a murmur (`voice`).

    Give also spans that begin just after or end just before the sound: their ramps may reach
    into it. The result has the same time, rate and length; the input is left as it was.
    """
    near = [s for s in merge(spans, gap=2 * RAMP) if s.padded(RAMP, RAMP).overlaps(sound.span)]
    if not near or not len(sound.pcm):
        return sound
    pcm = _faded(sound, near)
    for span in near:
        first, last = _samples(sound, span)
        pcm[first:last] = _instead(sound, span, first, last, mode)
    return replace(sound, pcm=pcm)


def replaced(sound: Sound, spans: Sequence[Span], other: Sound) -> Sound:
    """`sound` with the samples inside `spans` taken from `other`, which covers the same time.

    Both are turned down towards the borders, the original outside of the spans only.
    """
    near = [s for s in merge(spans, gap=2 * RAMP) if s.padded(RAMP, RAMP).overlaps(sound.span)]
    if not near or not len(sound.pcm):
        return sound
    pcm = _faded(sound, near)
    for span in near:
        first, last = _samples(sound, span)
        part = other.pcm[first:last] * _envelope(sound, span, first, last)
        pcm[first:last] = np.rint(part).astype(np.int16)
    return replace(sound, pcm=pcm)


def mute(sound: Sound) -> Sound:
    """Silence of the same time, rate and length."""
    return replace(sound, pcm=np.zeros(len(sound.pcm), dtype=np.int16))


def _samples(sound: Sound, span: Span) -> tuple[int, int]:
    """Indices of all samples that touch `span`: rounded outwards."""
    first = (span.start - sound.t) * sound.rate // SECOND
    last = -((sound.t - span.end) * sound.rate // SECOND)
    size = len(sound.pcm)
    return min(size, max(0, first)), min(size, max(0, last))


def _faded(sound: Sound, spans: Sequence[Span]) -> Pcm:
    """A copy whose samples sink to nothing towards each span and rise after it."""
    at = _times(sound, 0, len(sound.pcm))
    gain = np.ones(len(at), dtype=np.float64)
    for span in spans:
        before, after = to_seconds(span.start - sound.t) - at, at - to_seconds(span.end - sound.t)
        gain = np.minimum(gain, np.maximum(before, after) / to_seconds(RAMP))
    kept = sound.pcm * np.clip(gain, 0.0, 1.0)
    return np.asarray(np.rint(kept), dtype=np.int16)


def _instead(sound: Sound, span: Span, first: int, last: int, mode: Mode) -> Pcm | int:
    """What is heard from sample `first` to `last`, rising and falling inside the span."""
    if mode == "silence":
        return 0
    wave = _tone(sound, first, last) if mode == "tone" else _murmur(sound, first, last)
    shaped = wave * _envelope(sound, span, first, last)
    return np.asarray(np.clip(np.rint(shaped), -32768, 32767), dtype=np.int16)


def _envelope(sound: Sound, span: Span, first: int, last: int) -> Wave:
    """From 0 at the span's borders to 1 inside it, shape (last - first,)."""
    at = _times(sound, first, last)
    inside = np.minimum(at - to_seconds(span.start - sound.t), to_seconds(span.end - sound.t) - at)
    return np.asarray(np.clip(inside / to_seconds(RAMP), 0.0, 1.0))


def _tone(sound: Sound, first: int, last: int) -> Wave:
    at = _times(sound, first, last)
    phase = 2 * np.pi * TONE_HZ * (at + to_seconds(sound.t % SECOND))
    return np.asarray(_AMPLITUDE * np.sin(phase))


def _murmur(sound: Sound, first: int, last: int) -> Wave:
    at = np.arange(first, last) + sound.t * sound.rate // SECOND
    wave = np.empty(len(at))
    for second in np.unique(at // sound.rate):
        inside = at // sound.rate == second
        wave[inside] = murmur(int(second), sound.rate)[at[inside] % sound.rate]
    return np.asarray(_MURMUR * wave)


def _times(sound: Sound, first: int, last: int) -> Wave:
    """Seconds from the sound's first sample, shape (last - first,)."""
    return np.arange(first, last, dtype=np.float64) / sound.rate
