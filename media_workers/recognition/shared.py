"""A hearing's recogniser that asks the speech services first and is never without its own.

Away, busy, slow or not to be believed: the very same stretch is read by the hearing's own model at
once, and for a while nobody is asked. What it costs is time, which the dial sees and the delay
allows for; no sound passes unread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import structlog

from courtstream.control.protocol import SPEECH_READ, SpeechAsk
from courtstream.domain.errors import ControlAway, LyingAnalysis
from courtstream.domain.ids import new_id
from courtstream.domain.time import MediaTime
from media_workers.recognition.wire import ask_bytes, read_answer
from media_workers.speech.asr import PROMPT, Stretch, Wave
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.readers import Hurriable

log = structlog.get_logger()

PATIENCE_S = 1.5
"""How long an answer is waited for. The policy sets a second aside for reading; what is later than
that comes out of the look-ahead, see `speech.dial`."""

AWAY_S = 10.0
"""How long nobody is asked after that."""


class Asks(Protocol):
    """A way to the services."""

    def ask(self, subject: str, data: bytes, within: float) -> bytes:
        """The answer. Raises ControlAway."""
        ...


class SharedTranscriber:
    """A Transcriber. `own` makes the hearing's own model when it is first needed.

    `patience`: seconds an answer is waited for.
    """

    def __init__(
        self,
        hearing_id: str,
        line: Asks,
        own: Callable[[], Hurriable],
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE_S,
    ) -> None:
        self._hearing_id, self._line, self._make_own, self._clock = hearing_id, line, own, clock
        self._patience = patience
        self._own: Hurriable | None = None
        self._not_before = 0.0
        self.hurried = False
        self.shared = self.alone = 0

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        """As of a Transcriber."""
        if self._clock() >= self._not_before:
            try:
                heard = self._asked(Stretch(pcm, t0), prompt)
            except (ControlAway, LyingAnalysis) as error:
                self._not_before = self._clock() + AWAY_S
                log.warning("speech_service_away", hearing=self._hearing_id, why=error.code)
            else:
                self.shared += 1
                return heard
        self.alone += 1
        return self._reader().transcribe(pcm, t0, prompt)

    def _asked(self, stretch: Stretch, prompt: str) -> Hypothesis:
        ask = SpeechAsk(
            hearing_id=self._hearing_id,
            id=new_id("r"),
            t0=stretch.t0,
            samples=len(stretch.pcm),
            prompt=prompt,
            hurried=self.hurried,
        )
        answer = self._line.ask(SPEECH_READ, ask_bytes(ask, stretch.pcm), self._patience)
        return read_answer(answer, ask, stretch.window)

    def _reader(self) -> Hurriable:
        if self._own is None:
            self._own = self._make_own()
        self._own.hurried = self.hurried
        return self._own
