"""The recogniser that the effort in force allows: the configured one, in a hurry, or a smaller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from courtstream.domain.time import MediaTime
from media_workers.speech.asr import PROMPT, Transcriber, Wave
from media_workers.speech.effort import Effort
from media_workers.speech.hypothesis import Hypothesis


class Hurriable(Transcriber, Protocol):
    """A recogniser that can be told to hurry."""

    hurried: bool


class Readers:
    """A Transcriber that follows the effort. `small` makes the smaller one when first needed."""

    def __init__(self, usual: Hurriable, small: Callable[[], Transcriber] | None = None) -> None:
        self._usual, self._make_small = usual, small
        self._small: Transcriber | None = None
        self._effort = Effort.FULL

    def ease(self, effort: Effort) -> None:
        """From the next reading on, read with this effort."""
        self._effort = effort
        self._usual.hurried = effort > Effort.FULL

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        """As of a Transcriber."""
        return self._reader().transcribe(pcm, t0, prompt)

    def _reader(self) -> Transcriber:
        if self._effort < Effort.SMALL_MODEL or self._make_small is None:
            return self._usual
        if self._small is None:
            self._small = self._make_small()
        return self._small
