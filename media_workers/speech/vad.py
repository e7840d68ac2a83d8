"""Where there is speech, by the Silero detector that comes inside faster-whisper.

Used only to skip silence and to know where voice is: never to cut sound for the recogniser.
Since skipped sound is passed without being read, the threshold is low: doubt means speech.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span, merge
from media_workers.runtime.items import SPEECH_RATE
from media_workers.speech.asr import Wave

_BLOCK = 512
_CONTEXT = 64
_STATE = (1, 1, 128)
_BLOCK_NS = _BLOCK * SECOND // SPEECH_RATE

THRESHOLD = 0.25
"""Probability from which a block of 32 ms counts as speech."""

CLEAR = 0.7
"""Probability from which nobody would doubt it: such voice must give text sooner or later."""

PAD: MediaTime = 200 * MILLISECOND
"""Added on both sides of speech: soft beginnings and endings are quieter than the threshold."""

BRIDGE: MediaTime = 300 * MILLISECOND
"""Pauses shorter than this (after padding) are inside speech."""


class VoiceDetector:
    """Follows one continuous stretch of sound that begins at `t0`; state is carried on."""

    def __init__(self, t0: MediaTime) -> None:
        from faster_whisper.vad import get_vad_model  # heavy: loads the ONNX graph

        self._session: Any = get_vad_model().session
        self._h = np.zeros(_STATE, dtype=np.float32)
        self._c = np.zeros(_STATE, dtype=np.float32)
        self._before: Wave = np.zeros(_CONTEXT, dtype=np.float32)
        self._rest: Wave = np.zeros(0, dtype=np.float32)
        self._t0 = t0
        self._blocks = 0
        self._spans: list[Span] = []
        self._clear: list[Span] = []

    @property
    def upto(self) -> MediaTime:
        """The instant up to which sound has been judged (whole blocks of 32 ms)."""
        return self._t0 + self._blocks * _BLOCK_NS

    def push(self, pcm: Wave) -> None:
        """Take the next samples, shape (n,), 16 kHz. Raises LyingAnalysis on figures not 0..1."""
        whole = np.concatenate([self._rest, pcm])
        count = len(whole) // _BLOCK
        self._rest = whole[count * _BLOCK :]
        if count:
            self._judge(whole[: count * _BLOCK].reshape(count, _BLOCK))

    def _judge(self, blocks: Wave) -> None:
        tails = np.concatenate([self._before[None], blocks[:-1, -_CONTEXT:]])
        self._before = blocks[-1, -_CONTEXT:]
        feed = {"input": np.concatenate([tails, blocks], axis=1), "h": self._h, "c": self._c}
        found, self._h, self._c = self._session.run(None, feed)
        probabilities = np.asarray(found, dtype=np.float32).reshape(-1)
        if not ((probabilities >= 0) & (probabilities <= 1)).all():
            raise LyingAnalysis("the voice detector gave a probability outside 0..1")
        for probability in probabilities:
            block = Span(self.upto, self.upto + _BLOCK_NS)
            _add(self._spans, block, bool(probability >= THRESHOLD))
            _add(self._clear, block, bool(probability >= CLEAR))
            self._blocks += 1

    def spans(self, bounds: Span) -> tuple[Span, ...]:
        """Speech inside `bounds`, padded and bridged. What lies after `upto` counts as speech."""
        known = [span.padded(PAD, PAD) for span in self._spans]
        if bounds.end > self.upto:
            known.append(Span(self.upto, bounds.end))
        clipped = (span.clipped(bounds) for span in merge(known, BRIDGE))
        return tuple(span for span in clipped if span is not None)

    def clear(self, bounds: Span) -> tuple[Span, ...]:
        """Voice beyond doubt inside `bounds`, neither padded nor bridged."""
        clipped = (span.clipped(bounds) for span in self._clear)
        return tuple(span for span in clipped if span is not None)

    def forget(self, before: MediaTime) -> None:
        """Drop what is older than `before`: memory stays small in a hearing of a day."""
        edge = before - PAD - BRIDGE
        self._spans = [span for span in self._spans if span.end > edge]
        self._clear = [span for span in self._clear if span.end > edge]


def _add(spans: list[Span], block: Span, voiced: bool) -> None:
    """Append a block in order, growing the last span where they touch."""
    if voiced and spans and spans[-1].end == block.start:
        spans[-1] = Span(spans[-1].start, block.end)
    elif voiced:
        spans.append(block)
