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

from courtstream.domain.errors import LyingAnalysis, ModelMissing
from courtstream.domain.time import SECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from media_workers.runtime.items import SPEECH_RATE
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.loops import collapsed, invented, looping
from media_workers.speech.text import Piece, characters

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
class _Reading:
    """One decoding: token ids of the text, probabilities of speech, whether it can be believed."""

    tokens: list[int]
    mean_log_probability: float
    no_speech: float
    looped: bool
    encoded: Any


class WhisperTranscriber:
    """faster-whisper from a local folder. One owner; `transcribe` may not run in two threads.

    `beam` 1 and `pad_s` 1 are the live setting; 5 and 30 the archive's. `compute_type`
    and `threads` as in the settings. `hurried`: beam 1, and what loops is not heard again.
    """

    def __init__(
        self,
        folder: Path,
        compute_type: str = "int8",
        threads: int = 1,
        beam: int = 1,
        pad_s: float = PAD_S,
    ) -> None:
        self._whisper = _load(folder, compute_type, threads)
        self._tokenizer = _tokenizer(self._whisper)
        self._suppressed = _suppressed(self._tokenizer)
        self._beam = beam
        self._pad_s = pad_s
        self.hurried = False

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        """What is said in `pcm`. Raises LyingAnalysis when the model gives figures not of this
        world, ValueError when `pcm` is not mono float or longer than 30 s.
        """
        _check(pcm)
        length = len(pcm) / SPEECH_RATE
        window = Span(t0, t0 + len(pcm) * SECOND // SPEECH_RATE)
        if length < _SHORTEST_S:
            return Hypothesis(window)
        beam = 1 if self.hurried else self._beam
        reading = self._read(pcm, prompt, min(self._pad_s, _LONGEST_S - length), beam)
        if reading.looped and not self.hurried:
            reading = self._read(pcm, prompt, _LONGEST_S - length, max(5, self._beam))
        if _is_silence(reading):
            return Hypothesis(window, ok=not reading.looped)
        words, after = characters(self._timed(reading, length))
        wrong = invented(words)
        kept = [i for i in range(len(words)) if i not in wrong]
        chars = _placed([words[i] for i in kept], window)
        marks = tuple(after[i] for i in kept)
        return Hypothesis(window, chars, (), not reading.looped, marks)

    def _read(self, pcm: Wave, prompt: str, pad_s: float, beam: int) -> _Reading:
        encoded = self._encode(pcm, pad_s)
        start = self._start_tokens(prompt)
        room = int(_TOKENS_PER_S * len(pcm) / SPEECH_RATE) + _SPARE_TOKENS
        result = self._whisper.model.generate(
            encoded,
            [start],
            beam_size=beam,
            max_length=min(self._whisper.max_length, len(start) + room),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
            max_initial_timestamp_index=_PLACES_PER_S,
        )[0]
        tokens = [t for t in result.sequences_ids[0] if t < self._tokenizer.eot]
        score, no_speech = float(result.scores[0]), float(result.no_speech_prob)
        if not (math.isfinite(score) and math.isfinite(no_speech)):
            raise LyingAnalysis("the speech model gave a score that is not a number")
        text = self._tokenizer.decode(tokens)
        once = collapsed(text)
        looped = looping(once) or (len(tokens) >= room and once == text)
        return _Reading(tokens, score, no_speech, looped, encoded)

    def _encode(self, pcm: Wave, pad_s: float) -> Any:
        whole = np.pad(pcm, (0, int(max(0.0, pad_s) * SPEECH_RATE)))
        features = self._whisper.feature_extractor(whole, padding=0)
        frames = min(features.shape[-1], int(_LONGEST_S * _FRAMES_PER_S))
        return self._whisper.encode(np.ascontiguousarray(features[:, : frames // 2 * 2]))

    def _start_tokens(self, prompt: str) -> list[int]:
        """Whisper's own time marks stay allowed: forbidden, it stops at the first pause.

        Measured on two recordings: a quarter fewer characters dropped for a tenth more time.
        """
        before = [self._tokenizer.sot_prev, *self._tokenizer.encode(" " + prompt)] if prompt else []
        return [*before, *self._tokenizer.sot_sequence]

    def _timed(self, reading: _Reading, length: float) -> list[Piece]:
        """Pieces with times from the cross-attention (dynamic time warping in CTranslate2)."""
        if not reading.tokens:
            return []
        found = self._whisper.model.align(
            reading.encoded,
            self._tokenizer.sot_sequence,
            [reading.tokens],
            int(length * _FRAMES_PER_S) // 2 * 2,
        )[0]
        texts, groups = self._tokenizer.split_to_word_tokens([*reading.tokens, self._tokenizer.eot])
        at = _token_times(found.alignments, len(reading.tokens), length)
        pieces: list[Piece] = []
        first = 0
        for text, group in zip(texts[:-1], groups[:-1], strict=True):
            last = first + len(group)
            probability = float(np.mean(found.text_token_probs[first:last]))
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


def _load(folder: Path, compute_type: str, threads: int) -> Any:
    from faster_whisper import WhisperModel  # heavy: only whoever recognises pays for it

    try:
        return WhisperModel(
            str(folder),
            device="cpu",
            compute_type=compute_type,
            cpu_threads=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError) as error:
        raise ModelMissing("the Whisper folder does not load; run `courtstream doctor`") from error


def _tokenizer(whisper: Any) -> Any:
    from faster_whisper.tokenizer import Tokenizer

    return Tokenizer(
        whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language="zh"
    )


def _suppressed(tokenizer: Any) -> list[int]:
    """Tokens that are no speech, and the special ones."""
    special = (
        tokenizer.transcribe,
        tokenizer.translate,
        tokenizer.sot,
        tokenizer.sot_prev,
        tokenizer.sot_lm,
        tokenizer.no_speech,
    )
    return sorted({*tokenizer.non_speech_tokens, *special})
