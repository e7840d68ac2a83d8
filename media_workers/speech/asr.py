"""The recogniser: a port, and Whisper on CTranslate2 behind it.

Short-context encoding: a clip is padded by one second instead of to Whisper's 30 s, which makes
a 10 s window ten times cheaper. The decoder was not trained for it and sometimes loops; what
is said once too often is dropped, and a clip whose text still compresses well is heard again at
full length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.time import SECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from media_workers.runtime.items import SPEECH_RATE
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.loops import collapsed, echoed, invented, looping
from media_workers.speech.text import Piece, characters
from media_workers.speech.whisper_files import load, suppressed, tokenizer

Wave: TypeAlias = npt.NDArray[np.float32]
"""Mono sound at `SPEECH_RATE`, shape (n,), full scale 1.0."""

PROMPT = (
    "现在开庭。审判长：请原告陈述诉讼请求、事实和理由。原告：好的，审判长。被告进行答辩、质证。"
)
"""Given on every call: without it a quarter of the characters come out Traditional."""

PAD_S = 1.0
"""Silence after a clip in live windows. 30 s, the length Whisper learnt, costs ten times more."""

_TOKENS_PER_S = 7
_SPARE_TOKENS = 10
_DENSE_TOKENS_PER_S = 5
_LONGEST_S = 30.0
_SHORTEST_S = 0.1
_FRAMES_PER_S = 100
_PLACES_PER_S = 50


class Transcriber(Protocol):
    """Reads a stretch of sound."""

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        """What is said in `pcm`, whose first sample is at `t0`; at most 30 s of it."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sound to be read: mono at `SPEECH_RATE`, at most 30 s, its first sample at `t0`."""

    pcm: Wave
    t0: MediaTime

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.pcm) / SPEECH_RATE

    @property
    def window(self) -> Span:
        """The stretch on the hearing's clock."""
        return Span(self.t0, self.t0 + len(self.pcm) * SECOND // SPEECH_RATE)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One decoding: token ids of the text, probabilities of speech, whether it can be believed.

    `alignments`: token and place pairs of the cross-attention, `probabilities` one a token.
    """

    tokens: list[int]
    mean_log_probability: float
    no_speech: float
    looped: bool
    alignments: list[tuple[int, int]]
    probabilities: list[float]


class WhisperTranscriber:
    """faster-whisper from a local folder. One owner; `transcribe` may not run in two threads.

    `beam` 1 and `pad_s` 1 are the live setting; 5 and 30 the archive's. `compute_type`, `device`
    and `threads` as in the settings. `hurried`: beam 1, and what loops is not heard again.
    """

    def __init__(
        self,
        folder: Path,
        compute_type: str = "int8",
        threads: int = 1,
        beam: int = 1,
        pad_s: float = PAD_S,
        device: str = "cpu",
    ) -> None:
        self._whisper, self._vocabulary = load(folder, compute_type, threads, device)
        self._tokenizer = tokenizer(self._whisper)
        self._suppressed = self._vocabulary.known(suppressed(self._tokenizer))
        self._beam = beam
        self._pad_s = pad_s
        self.hurried = False

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        """What is said in `pcm`. Raises LyingAnalysis when the model gives figures not of this
        world, ValueError when `pcm` is not mono float or longer than 30 s.
        """
        return self.transcribe_all([Stretch(pcm, t0)], prompt)[0]

    def transcribe_all(
        self, stretches: Sequence[Stretch], prompt: str = PROMPT, hurried: bool | None = None
    ) -> list[Hypothesis]:
        """What is said in each of several stretches of one length, read at once.

        Each is read by itself: what another one holds changes nothing. Raises as `transcribe`.
        """
        hurried = self.hurried if hurried is None else hurried
        for stretch in stretches:
            _check(stretch.pcm)
        if len({len(stretch.pcm) for stretch in stretches}) > 1:
            raise ValueError("stretches that are read at once have one length")
        if stretches[0].seconds < _SHORTEST_S:
            return [Hypothesis(stretch.window) for stretch in stretches]
        pad = min(self._pad_s, _LONGEST_S - stretches[0].seconds)
        readings = self._read(stretches, prompt, pad, 1 if hurried else self._beam)
        if not hurried:
            readings = [
                self._again(stretch, prompt) if reading.looped else reading
                for stretch, reading in zip(stretches, readings, strict=True)
            ]
        return [self._heard(s, r, prompt) for s, r in zip(stretches, readings, strict=True)]

    def rehearse(self, pcm: Wave) -> None:
        """What reading `pcm` takes if it is full of speech, whatever it holds: to measure that."""
        stretch = Stretch(pcm, 0)
        encoded = self._encode([stretch], self._pad_s)
        room = int(_DENSE_TOKENS_PER_S * stretch.seconds)
        end = self._vocabulary.known([self._tokenizer.eot])
        self._generate(encoded, self._start_tokens(PROMPT), room, self._beam, *end)
        self._align(encoded, [[0] * room], int(stretch.seconds * _FRAMES_PER_S) // 2 * 2)

    def _again(self, stretch: Stretch, prompt: str) -> _Reading:
        """What looped is heard again at full length."""
        return self._read([stretch], prompt, _LONGEST_S - stretch.seconds, max(5, self._beam))[0]

    def _heard(self, stretch: Stretch, reading: _Reading, prompt: str) -> Hypothesis:
        window = stretch.window
        if _is_silence(reading):
            return Hypothesis(window, ok=not reading.looped)
        words, after = characters(self._timed(reading, stretch.seconds))
        if echoed(words, prompt):
            return Hypothesis(window, ok=not reading.looped)
        wrong = invented(words)
        kept = [i for i in range(len(words)) if i not in wrong]
        chars = _placed([words[i] for i in kept], window)
        marks = tuple(after[i] for i in kept)
        return Hypothesis(window, chars, (), not reading.looped, marks)

    def _read(
        self, stretches: Sequence[Stretch], prompt: str, pad_s: float, beam: int
    ) -> list[_Reading]:
        encoded = self._encode(stretches, pad_s)
        room = int(_TOKENS_PER_S * stretches[0].seconds) + _SPARE_TOKENS
        results = self._generate(encoded, self._start_tokens(prompt), room, beam)
        eot = self._tokenizer.eot
        said = [self._vocabulary.read(result.sequences_ids[0]) for result in results]
        texts = [[token for token in tokens if token < eot] for tokens in said]
        frames = int(stretches[0].seconds * _FRAMES_PER_S) // 2 * 2
        aligned = self._align(encoded, texts, frames)
        return [
            self._reading(result, tokens, room, found)
            for result, tokens, found in zip(results, texts, aligned, strict=True)
        ]

    def _generate(self, encoded: Any, start: list[int], room: int, beam: int, *no: int) -> Any:
        """At most `room` tokens (marks of time are some) for each, none of them in `no`."""
        # CTranslate2 stops at half of max_length, and at max_length less what came before
        most = max(room + len(start) - 1, 2 * room)
        return self._whisper.model.generate(
            encoded,
            [start] * encoded.shape[0],
            beam_size=beam,
            max_length=min(self._whisper.max_length, most),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=[*self._suppressed, *no],
            max_initial_timestamp_index=_PLACES_PER_S,
        )

    def _reading(self, result: Any, tokens: list[int], room: int, found: Any) -> _Reading:
        score, no_speech = float(result.scores[0]), float(result.no_speech_prob)
        if not (math.isfinite(score) and math.isfinite(no_speech)):
            raise LyingAnalysis("the speech model gave a score that is not a number")
        text = self._tokenizer.decode(tokens)
        once = collapsed(text)
        looped = looping(once) or (len(result.sequences_ids[0]) >= room and once == text)
        pairs, sure = (found.alignments, found.text_token_probs) if found else ([], [])
        return _Reading(tokens, score, no_speech, looped, pairs, sure)

    def _align(self, encoded: Any, texts: list[list[int]], frames: int) -> list[Any]:
        """Where each text's tokens lie (dynamic time warping in CTranslate2); None for no text."""
        if not any(texts):
            return [None] * len(texts)
        known = self._vocabulary.known
        filled = [known(text) or [0] for text in texts]
        start = known(self._tokenizer.sot_sequence)
        found = self._whisper.model.align(encoded, start, filled, frames)
        return [one if text else None for one, text in zip(found, texts, strict=True)]

    def _encode(self, stretches: Sequence[Stretch], pad_s: float) -> Any:
        features = np.stack([self._features(stretch.pcm, pad_s) for stretch in stretches])
        return self._whisper.encode(np.ascontiguousarray(features))

    def _features(self, pcm: Wave, pad_s: float) -> Wave:
        whole = np.pad(pcm, (0, int(max(0.0, pad_s) * SPEECH_RATE)))
        features: Wave = self._whisper.feature_extractor(whole, padding=0)
        frames = min(features.shape[-1], int(_LONGEST_S * _FRAMES_PER_S))
        return features[:, : frames // 2 * 2]

    def _start_tokens(self, prompt: str) -> list[int]:
        """Whisper's own time marks stay allowed: forbidden, it stops at the first pause.

        Measured on two recordings: a quarter fewer characters dropped for a tenth more time.
        """
        before = [self._tokenizer.sot_prev, *self._tokenizer.encode(" " + prompt)] if prompt else []
        return self._vocabulary.spelled([*before, *self._tokenizer.sot_sequence])

    def _timed(self, reading: _Reading, length: float) -> list[Piece]:
        """Pieces of text with their times."""
        if not reading.tokens:
            return []
        texts, groups = self._tokenizer.split_to_word_tokens([*reading.tokens, self._tokenizer.eot])
        at = _token_times(reading.alignments, len(reading.tokens), length)
        pieces: list[Piece] = []
        first = 0
        for text, group in zip(texts[:-1], groups[:-1], strict=True):
            last = first + len(group)
            probability = float(np.mean(reading.probabilities[first:last]))
            pieces.append(Piece(text, float(at[first]), float(at[last]), probability))
            first = last
        return pieces


def _token_times(pairs: list[tuple[int, int]], tokens: int, length: float) -> Wave:
    """Start of each token in seconds, and the end of the last: shape (tokens + 1,), rising."""
    starts = np.full(tokens + 1, length, dtype=np.float32)
    for token, place in reversed(pairs):
        if token <= tokens:
            starts[token] = place / _PLACES_PER_S
    return np.minimum(np.maximum.accumulate(starts), np.float32(length))


def _placed(words: Sequence[Word], window: Span) -> tuple[Word, ...]:
    """The words on the hearing's clock, inside the window."""
    placed = []
    for word in words:
        if not 0.0 <= word.confidence <= 1.0:
            raise LyingAnalysis("the speech model gave a probability outside 0..1")
        start = min(window.end, window.start + word.span.start)
        span = Span(start, max(start, min(window.end, window.start + word.span.end)))
        placed.append(replace(word, span=span))
    return tuple(placed)


def _is_silence(reading: _Reading) -> bool:
    """Whisper's own rule: it hears no speech, and is not sure of what it wrote."""
    return reading.no_speech > 0.6 and reading.mean_log_probability < -1.0


def _check(pcm: Wave) -> None:
    if pcm.ndim != 1 or pcm.dtype != np.float32:
        raise ValueError("sound for the recogniser is mono float32")
    if len(pcm) > _LONGEST_S * SPEECH_RATE:
        raise ValueError("sound for the recogniser is at most 30 s")
    if not np.isfinite(pcm).all():
        raise LyingAnalysis("the sound holds values that are not numbers")
