"""Asks and answers as bytes.

    ask    = length of the head, u32 big endian | head: `SpeechAsk` as JSON | int16 little endian
    answer = `SpeechAnswer` as JSON

Sound is rounded to int16 (noise 98 dB below full scale), as it came out of the decoder; 30 s are
960,000 bytes, below the 1 MiB of a NATS message.
"""

from __future__ import annotations

import struct

import numpy as np
from pydantic import ValidationError

from courtstream.control.protocol import SpeechAnswer, SpeechAsk
from courtstream.domain.errors import InvalidInput, LyingAnalysis
from courtstream.domain.time import Span
from courtstream.domain.transcript import Word
from media_workers.speech.asr import Stretch, Wave
from media_workers.speech.hypothesis import Hypothesis

_FULL_SCALE = 32768.0
_HEAD = struct.Struct(">I")


def ask_bytes(ask: SpeechAsk, pcm: Wave) -> bytes:
    """An ask with its sound, shape (ask.samples,)."""
    head = ask.model_dump_json().encode()
    samples = np.clip(np.rint(pcm * _FULL_SCALE), -32768, 32767).astype("<i2")
    return b"".join((_HEAD.pack(len(head)), head, samples.tobytes()))


def read_ask(data: bytes) -> tuple[SpeechAsk, Stretch]:
    """An ask and its sound. Raises InvalidInput when the bytes are not an ask."""
    try:
        (size,) = _HEAD.unpack_from(data)
        ask = SpeechAsk.model_validate_json(data[_HEAD.size : _HEAD.size + size])
        samples = np.frombuffer(data, "<i2", offset=_HEAD.size + size)
    except (struct.error, ValidationError, ValueError) as error:
        raise InvalidInput("not a speech ask") from error
    if len(samples) != ask.samples:
        raise InvalidInput("a speech ask of another length than it says")
    return ask, Stretch(samples.astype(np.float32) / np.float32(_FULL_SCALE), ask.t0)


def answer_bytes(ask: SpeechAsk, heard: Hypothesis) -> bytes:
    """What was heard, for whoever asked."""
    chars = tuple((w.text, w.span.start, w.span.end, w.confidence) for w in heard.chars)
    answer = SpeechAnswer(
        hearing_id=ask.hearing_id,
        id=ask.id,
        start=heard.window.start,
        end=heard.window.end,
        chars=chars,
        after=heard.after,
        ok=heard.ok,
    )
    return answer.model_dump_json().encode()


def read_answer(data: bytes, ask: SpeechAsk, window: Span) -> Hypothesis:
    """The answer to `ask` about `window`.

    Raises LyingAnalysis when it is somebody else's, of another stretch, or says what cannot be.
    """
    try:
        answer = SpeechAnswer.model_validate_json(data)
    except ValidationError as error:
        raise LyingAnalysis("a speech service's answer cannot be read") from error
    if (answer.hearing_id, answer.id) != (ask.hearing_id, ask.id):
        raise LyingAnalysis("a speech service answered another hearing")
    if (answer.start, answer.end) != (window.start, window.end):
        raise LyingAnalysis("a speech service answered about other sound")
    if answer.after and len(answer.after) != len(answer.chars):
        raise LyingAnalysis("a speech service's answer does not fit together")
    return Hypothesis(window, tuple(_words(answer, window)), (), answer.ok, answer.after)


def _words(answer: SpeechAnswer, window: Span) -> list[Word]:
    words, before = [], window.start
    for text, start, end, confidence in answer.chars:
        if not (before <= start <= end <= window.end and 0.0 <= confidence <= 1.0):
            raise LyingAnalysis("a speech service gave a time or a probability that cannot be")
        words.append(Word(text, Span(start, end), confidence))
        before = start
    return words
