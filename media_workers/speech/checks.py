"""Whether what the recogniser says can be true. A lie raises; the guard then lets nothing out."""

from __future__ import annotations

from collections.abc import Sequence

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span
from media_workers.speech.hypothesis import Hypothesis

MUTE_BACKEND: MediaTime = 12 * SECOND
"""This much clear voice without one character is not a silence: the recogniser is broken."""

_FLOOD_PER_S = 15
_FLOOD_SPARE = 20


def check_hypothesis(hypothesis: Hypothesis, window: Span) -> None:
    """Raise LyingAnalysis when times leave the window or run backwards, or text floods it.

    People speak 4-7 characters a second; 15 is nobody.
    """
    starts_apart = abs(hypothesis.window.start - window.start)
    if max(starts_apart, abs(hypothesis.window.end - window.end)) > MILLISECOND:
        raise LyingAnalysis("the reading is of another stretch of sound")
    if len(hypothesis.chars) > _FLOOD_SPARE + _FLOOD_PER_S * window.length // SECOND:
        raise LyingAnalysis("more text than anybody can speak")
    last = hypothesis.window.start
    for word in hypothesis.chars:
        if not last <= word.span.start <= word.span.end <= hypothesis.window.end:
            raise LyingAnalysis("word times run backwards or leave the sound that was read")
        if not 0.0 <= word.confidence <= 1.0:
            raise LyingAnalysis("a word's confidence is not a probability")
        last = word.span.start


class MuteBackendGuard:
    """Counts clear voice since the last recognised character."""

    def __init__(self, limit: MediaTime = MUTE_BACKEND) -> None:
        self._limit = limit
        self._unread: MediaTime = 0
        self._counted: MediaTime = 0

    def push(self, hypothesis: Hypothesis, clear: Sequence[Span]) -> None:
        """Take a reading and the stretches of clear voice in its window.

        Raises LyingAnalysis once the limit is reached.
        """
        self._counted = max(self._counted, hypothesis.window.start)
        if hypothesis.chars:
            self._unread = 0
        else:
            self._unread += sum(
                span.end - max(span.start, self._counted)
                for span in clear
                if span.end > self._counted
            )
        self._counted = hypothesis.window.end
        if self._unread >= self._limit:
            raise LyingAnalysis("people speak and the recogniser reads nothing")
