"""Whose turn it is, by the sound of the voice, inside one hearing and for nobody else.

A voice is compared with voices heard earlier in the same hearing under a seat's label. Nothing of
it is kept: no embedding leaves this object, and no person is looked up anywhere (个人信息保护法
arts. 28-29). The encoder is Resemblyzer's (Wan et al., Generalized end-to-end loss for speaker
verification, ICASSP 2018), computed with numpy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt

from media_workers.runtime.items import SPEECH_RATE, Pcm

F32 = npt.NDArray[np.float32]

ENROL_SECONDS = 6.0
"""Speech of a seat after which its voice is known."""

LEAST_SECONDS = 0.6
"""A turn with less speech than this says nothing about the voice."""

SURE = 0.04
"""The least lead of the best seat over the next: below it nobody is named."""

LOWEST = 0.40
"""A voice less like every known one than this belongs to somebody new. Measured on eight hearings:
a voice is .43 to 1.0 like itself (.93 on the median), .79 like the likeliest other."""

_SPECTRUM = 0.3
"""What a neper of difference in the long-term spectrum costs. A direction tells voices apart, the
spectrum also the seats' microphones and distances; each alone confuses pairs that the other does
not (measured on eight hearings: 226 of 231 turns by direction, all by both)."""

_SIZE = 256
_FRAMES, _STEP = 160, 80
_MELS, _FFT, _HOP = 40, 400, 160
_LEVEL = 10 ** (-30 / 20)


class VoiceEncoder:
    """Turns speech of one voice into numbers that can be compared: a direction and a spectrum."""

    def __init__(self) -> None:
        tables = _tables()
        self._layers = [
            (
                np.ascontiguousarray(tables[f"lstm.weight_ih_l{n}"].T),
                np.ascontiguousarray(tables[f"lstm.weight_hh_l{n}"].T),
                tables[f"lstm.bias_ih_l{n}"] + tables[f"lstm.bias_hh_l{n}"],
            )
            for n in range(3)
        ]
        self._out, self._bias = tables["linear.weight"].T, tables["linear.bias"]

    def embed(self, pcm: Pcm) -> F32 | None:
        """The voice in mono int16 at 16 kHz; None when there is too little speech in it.

        256 numbers of length one, then the spectrum: 40 means and 40 spreads in nepers.
        """
        wave = _spoken(np.asarray(pcm, np.float32) / np.float32(32768))
        if len(wave) < LEAST_SECONDS * SPEECH_RATE:
            return None
        mel = _mel(wave)
        spectrum = _spectrum(mel)
        if len(mel) < _FRAMES:
            mel = np.concatenate([mel, np.zeros((_FRAMES - len(mel), _MELS), np.float32)])
        starts = list(range(0, len(mel) - _FRAMES + 1, _STEP))
        if starts[-1] + _FRAMES < len(mel):
            starts.append(len(mel) - _FRAMES)
        voices = self._run(np.stack([mel[s : s + _FRAMES] for s in starts]))
        return np.concatenate([_unit(voices.mean(axis=0)), spectrum])

    def _run(self, parts: F32) -> F32:
        """The encoder over a batch of shape (n, 160, 40); (n, 256) of length one."""
        sequence = parts
        hidden = np.zeros((len(parts), 256), np.float32)
        for into, back, bias in self._layers:
            sequence, hidden = _lstm(sequence, into, back, bias)
        raw = np.maximum(hidden @ self._out + self._bias, 0)
        return np.asarray(raw / (np.linalg.norm(raw, axis=1, keepdims=True) + 1e-9), np.float32)


@dataclass(slots=True)
class _Seat:
    """What was heard under a label: the sum of its voices, by seconds, and how many."""

    total: F32 = field(default_factory=lambda: np.zeros(_SIZE + 2 * _MELS, np.float32))
    weight: float = 0.0
    seconds: float = 0.0

    def like(self, voice: F32) -> tuple[float, float]:
        """(how alike with the spectrum's part, how alike by direction alone) `voice` is."""
        alike = float(voice[:_SIZE] @ _unit(self.total[:_SIZE]))
        off = (voice - self.total / max(self.weight, 1e-9))[_SIZE:].reshape(2, _MELS)
        return alike - _SPECTRUM * float(np.sqrt((off**2).mean(axis=1)).sum()), alike


class Voices:
    """The seats of one hearing by their voices; grows as labelled turns are heard."""

    def __init__(self) -> None:
        self._seats: dict[str, _Seat] = {}

    def enrol(self, seat: str, voice: F32, seconds: float, *, sure: bool = True) -> None:
        """Speech that is this seat's, from the words or a person; half as much when not sure."""
        known = self._seats.setdefault(seat, _Seat())
        weight = min(seconds, ENROL_SECONDS) * (1.0 if sure else 0.5)
        known.total = known.total + voice * weight
        known.weight += weight
        known.seconds += seconds if sure else seconds / 2

    @property
    def enrolled(self) -> tuple[str, ...]:
        """Seats whose voice is known well enough."""
        return tuple(s for s, known in self._seats.items() if known.seconds >= ENROL_SECONDS)

    def whose(self, voice: F32) -> tuple[str, float]:
        """The enrolled seat this voice is most like, and its lead over the next; else empty."""
        seats = self.enrolled
        if not seats:
            return "", 0.0
        likeness = sorted(((*self._seats[seat].like(voice), seat) for seat in seats), reverse=True)
        best, direct, seat = likeness[0]
        lead = best - likeness[1][0] if len(likeness) > 1 else direct - LOWEST
        return (seat, lead) if direct >= LOWEST else ("", 0.0)


def _lstm(sequence: F32, into: F32, back: F32, bias: F32) -> tuple[F32, F32]:
    """One layer over (n, steps, features); the outputs and the last one."""
    count, steps = sequence.shape[:2]
    given = sequence @ into + bias
    hidden = np.zeros((count, 256), np.float32)
    cell = np.zeros((count, 256), np.float32)
    out = np.empty((count, steps, 256), np.float32)
    for step in range(steps):
        gates = given[:, step] + hidden @ back
        keep = _sigmoid(gates[:, :512])
        write = np.tanh(gates[:, 512:768])
        cell = keep[:, 256:] * cell + keep[:, :256] * write
        hidden = _sigmoid(gates[:, 768:]) * np.tanh(cell)
        out[:, step] = hidden
    return out, hidden


def _sigmoid(x: F32) -> F32:
    return np.asarray(0.5 * (np.tanh(0.5 * x) + 1), np.float32)


def _unit(v: F32) -> F32:
    return np.asarray(v / (np.linalg.norm(v) + 1e-9), np.float32)


def _spectrum(mel: F32) -> F32:
    """Mean (its own average taken off) and spread of the louder frames' log power by band."""
    power = np.log(mel + np.float32(1e-6))
    level = power.mean(axis=1)
    loud = power[level > np.percentile(level, 20)] if len(power) > 5 else power
    mean = loud.mean(axis=0)
    return np.concatenate([mean - mean.mean(), loud.std(axis=0)]).astype(np.float32)


def _spoken(wave: F32) -> F32:
    """The wave without its pauses, quiet ones raised to -30 dBFS."""
    size = SPEECH_RATE * 30 // 1000
    count = len(wave) // size
    if not count:
        return wave[:0]
    frames = wave[: count * size].reshape(count, size)
    level = np.sqrt((frames**2).mean(axis=1))
    floor = max(float(np.percentile(level, 95)) * 0.08, 1e-4)
    near = np.convolve(level > floor, np.ones(5), "same") > 0
    kept = frames[near].reshape(-1)
    loud = float(np.sqrt((kept**2).mean())) if len(kept) else 0.0
    return kept * np.float32(_LEVEL / loud) if 0 < loud < _LEVEL else kept


def _mel(wave: F32) -> F32:
    """Power by mel band, (frames, 40), as the encoder was trained on: 25 ms windows each 10 ms."""
    padded = np.pad(wave, _FFT // 2)
    count = 1 + (len(padded) - _FFT) // _HOP
    at = np.arange(_FFT)[None, :] + _HOP * np.arange(count)[:, None]
    window = np.asarray(np.hanning(_FFT + 1)[:-1], np.float32)
    power = np.abs(np.fft.rfft(padded[at] * window, axis=1)) ** 2
    return np.asarray(power @ _bank().T, np.float32)


@lru_cache(maxsize=1)
def _bank() -> npt.NDArray[np.float64]:
    """Slaney's mel filters of unit area, 0 to 8 kHz, (40, 201)."""
    edges = _hertz(np.linspace(0.0, _mels(SPEECH_RATE / 2), _MELS + 2))
    bins = np.fft.rfftfreq(_FFT, 1 / SPEECH_RATE)
    rows = []
    for low, middle, high in zip(edges, edges[1:], edges[2:], strict=False):
        rise, fall = (bins - low) / (middle - low), (high - bins) / (high - middle)
        rows.append(np.maximum(0, np.minimum(rise, fall)) * 2.0 / (high - low))
    return np.stack(rows)


_LINEAR, _BREAK, _LOG = 200.0 / 3, 1000.0, np.log(6.4) / 27.0


def _mels(hertz: float) -> float:
    return float(_BREAK / _LINEAR + np.log(hertz / _BREAK) / _LOG)


def _hertz(mels: npt.NDArray[np.float64]) -> Sequence[float]:
    start = _BREAK / _LINEAR
    linear, log = mels * _LINEAR, _BREAK * np.exp(_LOG * (mels - start))
    return [float(v) for v in np.where(mels < start, linear, log)]


@lru_cache(maxsize=1)
def _tables() -> dict[str, F32]:
    with as_file(files("media_workers.speech.model") / "voice.npz") as path, np.load(path) as file:
        return {name: file[name].astype(np.float32) for name in file.files}
