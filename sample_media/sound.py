"""The sound of the hearing: voices on a timeline, a room around them, the gavel, and the truth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.signal import fftconvolve, resample_poly
from script import LINES, VOICES, Line
from voices import RATE as VOICE_RATE
from voices import Spoken, Voices

RATE = 48_000
TAIL = 2.0
_MARK = re.compile(r"\[([A-Z]+)\|([^|\]]*)(?:\|([^\]]*))?\]|<([A-Z]+)\|([^>]*)>")
_SENTENCE = re.compile(r"[^。？！]+[。？！]?")


@dataclass(frozen=True)
class Stretch:
    """A marked part of a line: characters `start`..`end` of its plain text."""

    type: str
    text: str
    value: str
    private: bool
    start: int
    end: int


@dataclass
class Utterance:
    """A line in time: plain text, seconds, and (index in text, character, start, end)."""

    line: Line
    text: str
    stretches: list[Stretch]
    start: float
    end: float
    chars: list[tuple[int, str, float, float]] = field(default_factory=list)


@dataclass
class Recording:
    """48 kHz mono float32, the utterances, and the gavel's knocks in seconds."""

    pcm: np.ndarray
    utterances: list[Utterance]
    gavels: list[float]


Cast = Mapping[str, tuple[str, float, float]]
"""Who speaks with which Kokoro style, speed and level in dB."""


@dataclass(frozen=True)
class Room:
    """`rt60` in seconds; `air` the noise's level, full scale 1.0; `seed` of both."""

    rt60: float = 0.35
    air: float = 0.0014
    seed: int = 2026


COURTROOM = Room()


def record(
    voices: Voices, lines: Sequence[Line] = LINES, cast: Cast = VOICES, room: Room = COURTROOM
) -> Recording:
    """Speak the whole script."""
    clock, utterances, gavels = 0.0, [], []
    voiced: list[tuple[float, np.ndarray]] = []
    for line in lines:
        if line.gavel:
            gavels += [clock + 0.9 + 0.45 * k for k in range(line.gavel)]
        clock += line.pause
        utterance, sound = _speak(voices, line, clock, cast)
        voiced.append((clock, sound))
        utterances.append(utterance)
        clock += len(sound) / RATE
    pcm = np.zeros(int((clock + TAIL) * RATE), np.float32)
    for start, sound in voiced:
        at = int(start * RATE)
        pcm[at : at + len(sound)] += sound
    return Recording(_reverberant(pcm, gavels, room), utterances, gavels)


def _speak(voices: Voices, line: Line, start: float, cast: Cast) -> tuple[Utterance, np.ndarray]:
    text, stretches = _plain(line.text)
    name, speed, gain = cast[line.who]
    pieces: list[np.ndarray] = []
    chars: list[tuple[int, str, float, float]] = []
    offset = 0.0
    for match in _SENTENCE.finditer(text):
        spoken = _trimmed(voices.say(match.group(), name, speed))
        place = match.start()
        for char, a, b in spoken.chars:
            place = text.index(char, place)
            chars.append((place, char, start + offset + a, start + offset + b))
            place += 1
        pieces += [spoken.pcm, np.zeros(int(0.1 * VOICE_RATE), np.float32)]
        offset += (len(spoken.pcm) + len(pieces[-1])) / VOICE_RATE
    joined = np.concatenate(pieces[:-1])
    rms = float(np.sqrt(np.mean(joined[np.abs(joined) > 0.01] ** 2)))
    sound = resample_poly(joined * (0.17 * 10 ** (gain / 20) / rms), RATE, VOICE_RATE)
    return (
        Utterance(line, text, stretches, start, start + len(sound) / RATE, chars),
        sound.astype(np.float32),
    )


def _trimmed(spoken: Spoken, keep: float = 0.05) -> Spoken:
    """Without the long silence before the first and after the last character."""
    first, last = spoken.chars[0][1], spoken.chars[-1][2]
    a, b = max(0.0, first - keep), last + 2 * keep
    pcm = spoken.pcm[int(a * VOICE_RATE) : int(b * VOICE_RATE)]
    return Spoken(pcm, [(c, s - a, e - a) for c, s, e in spoken.chars])


def _plain(marked: str) -> tuple[str, list[Stretch]]:
    text, stretches, last = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        private = match.group(1) is not None
        kind, said = (match.group(1), match.group(2)) if private else match.group(4, 5)
        value = match.group(3) or said
        stretches.append(Stretch(kind, said, value, private, len(text), len(text) + len(said)))
        text += said
        last = match.end()
    return text + marked[last:], stretches


def _reverberant(dry: np.ndarray, gavels: list[float], room: Room) -> np.ndarray:
    """A small court room: reverberation, air noise (40 dB below speech), the gavel's knocks."""
    random = np.random.default_rng(room.seed)
    for at in gavels:
        knock = _knock(random)
        start = int(at * RATE)
        dry[start : start + len(knock)] += knock
    n = int(room.rt60 * RATE)
    decay = np.exp(-6.9 * np.arange(n) / n)
    response = random.standard_normal(n) * decay * 0.006
    response[: int(0.004 * RATE)] = 0
    response[0] = 1.0
    wet = fftconvolve(dry, response)[: len(dry)]
    air = np.cumsum(random.standard_normal(len(dry)))
    air -= np.convolve(air, np.ones(2400) / 2400, "same")
    wet += air / np.std(air) * room.air
    loud = np.abs(wet) > 0.6  # a gentle knee instead of lowering everything for a few peaks
    wet[loud] = np.sign(wet[loud]) * (0.6 + 0.25 * np.tanh((np.abs(wet[loud]) - 0.6) / 0.25))
    return np.asarray(wet, np.float32)


def _knock(random: np.random.Generator) -> np.ndarray:
    """Wood on wood: a click and a few damped modes."""
    t = np.arange(int(0.30 * RATE)) / RATE
    modes = ((310, 24, 0.5), (720, 38, 0.40), (1480, 60, 0.28), (2900, 95, 0.16))
    body = sum(a * np.exp(-d * t) * np.sin(2 * np.pi * f * t) for f, d, a in modes)
    click = random.standard_normal(len(t)) * np.exp(-900 * t) * 0.5
    return np.asarray((body + click) * 0.8, np.float32)
