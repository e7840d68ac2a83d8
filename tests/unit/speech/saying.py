"""Small makers of words, readings and sound for the speech tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from courtstream.domain.time import SECOND, MediaTime, Span, seconds
from courtstream.domain.transcript import Word
from media_workers.runtime.items import SPEECH_RATE, PrivateSpan, Sound
from media_workers.speech.asr import PROMPT, Wave
from media_workers.speech.hypothesis import Hypothesis


def word(text: str, start: float, end: float | None = None, confidence: float = 0.9) -> Word:
    return Word(text, Span.of_seconds(start, start + 0.2 if end is None else end), confidence)


def words(text: str, start: float = 0.0, step: float = 0.2) -> tuple[Word, ...]:
    return tuple(word(c, start + i * step, start + (i + 1) * step) for i, c in enumerate(text))


def reading(text: str, window: tuple[float, float], start: float, step: float = 0.2) -> Hypothesis:
    chars = tuple(w for w in words(text, start, step) if w.span.end <= seconds(window[1]))
    return Hypothesis(Span.of_seconds(*window), chars, (Span.of_seconds(*window),))


def sounds(pcm: np.ndarray, t0: MediaTime = 0, rate: int = SPEECH_RATE) -> list[Sound]:
    """`pcm` (int16 or float of full scale 1.0) in pieces of 100 ms."""
    whole = pcm if pcm.dtype == np.int16 else np.clip(pcm * 32767, -32768, 32767).astype(np.int16)
    size = rate // 10
    return [
        Sound(t0 + i * SECOND // rate, whole[i : i + size], rate)
        for i in range(0, len(whole), size)
    ]


class Scripted:
    """A Transcriber that reads from a list of (character, start, end) in seconds."""

    def __init__(self, script: Sequence[Word], spoil: Callable[[Hypothesis], Hypothesis]) -> None:
        self.script = script
        self.spoil = spoil
        self.windows: list[Span] = []

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        window = Span(t0, t0 + len(pcm) * SECOND // SPEECH_RATE)
        self.windows.append(window)
        inside = [
            w for w in self.script if w.span.start >= window.start and w.span.end <= window.end
        ]
        return self.spoil(Hypothesis(window, tuple(inside)))


class Noting:
    """A Spotter that notes every reading and may hold back or report spans."""

    def __init__(self, spans: dict[int, PrivateSpan] | None = None, hold: MediaTime = 0) -> None:
        self.heard: list[Hypothesis] = []
        self.spans = spans or {}
        self.hold = hold

    def push(self, hypothesis: Hypothesis) -> tuple[PrivateSpan, ...]:
        self.heard.append(hypothesis)
        found = self.spans.get(len(self.heard))
        return (found,) if found else ()

    def settled(self, upto: MediaTime) -> MediaTime:
        return upto - self.hold
