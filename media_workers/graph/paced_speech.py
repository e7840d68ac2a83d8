"""Live speech analysis that knows what it costs: set anew before each sound, measured after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from courtstream.domain.time import MediaTime
from media_workers.runtime.items import Sound, SpeechPassed
from media_workers.speech.dial import SpeechDial
from media_workers.speech.effort import Effort
from media_workers.speech.windows import WindowPolicy


class Analyser(Protocol):
    """A speech analyser whose policy may be changed between two sounds."""

    policy: WindowPolicy

    def push(self, item: Sound) -> Iterable[SpeechPassed]:
        """As of a stage."""
        ...

    def flush(self) -> Iterable[SpeechPassed]:
        """As of a stage."""
        ...


class PacedSpeech:
    """Stage[Sound, SpeechPassed]: `analyser`, by the delay and the effort that `dial` shows.

    `ease` is told the effort in force (the recogniser's beam and model follow it); `clock` gives
    seconds. The first window after a start carries the loading of models and is not counted.
    """

    def __init__(
        self,
        analyser: Analyser,
        dial: SpeechDial,
        ease: Callable[[Effort], None] = lambda effort: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._analyser, self._dial, self._ease, self._clock = analyser, dial, ease, clock
        self._heard: MediaTime = 0
        self._cost = 0.0
        self._windows = 0
        dial.began()

    def push(self, item: Sound) -> Iterable[SpeechPassed]:
        """Analyse the next sound and note what it took."""
        policy = self._analyser.policy = self._dial.policy
        self._ease(self._dial.effort)
        began = self._clock()
        passed = list(self._analyser.push(item))
        self._heard += item.span.length
        self._cost += self._clock() - began
        if passed:
            self._dial.passed(policy.delay)
            self._windows += 1
            if self._windows > 1:
                self._dial.read(self._heard, self._cost, item.span.end)
            self._heard, self._cost = 0, 0.0
        return passed

    def flush(self) -> Iterable[SpeechPassed]:
        """The rest, whatever it takes."""
        return self._analyser.flush()
