"""Whatever becomes of the services, every stretch is read, and soon."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from courtstream.domain.errors import ControlAway
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.recognition.shared import AWAY_S, SharedTranscriber
from media_workers.recognition.wire import answer_bytes, read_ask
from media_workers.speech.asr import PROMPT, Wave
from media_workers.speech.hypothesis import Hypothesis

SOUND = np.zeros(16_000, np.float32)


@dataclass
class Own:
    """The hearing's own model, as far as it matters here."""

    hurried: bool = False
    read: list[tuple[MediaTime, bool]] = field(default_factory=list)

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        self.read.append((t0, self.hurried))
        return Hypothesis(read_window(t0), ok=False)


@dataclass
class Services:
    """A line on which `fault` happens instead of an answer."""

    fault: str = ""
    asked: list[MediaTime] = field(default_factory=list)

    def ask(self, subject: str, data: bytes, within: float) -> bytes:
        ask, stretch = read_ask(data)
        self.asked.append(ask.t0)
        if self.fault == "away":
            raise ControlAway("speech service")
        if self.fault == "other hearing":
            ask = ask.model_copy(update={"hearing_id": "h_other"})
        if self.fault == "noise":
            return b"\x00\xff"
        return answer_bytes(ask, Hypothesis(stretch.window))


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def read_window(t0: MediaTime) -> Span:
    return Span(t0, t0 + SECOND)


def test_with_a_service_the_own_model_is_never_loaded() -> None:
    made: list[Own] = []
    shared = SharedTranscriber("h_1", Services(), lambda: made.append(Own()) or made[-1])
    assert all(shared.transcribe(SOUND, n * SECOND).ok for n in range(3))
    assert not made and (shared.shared, shared.alone) == (3, 0)


@pytest.mark.parametrize("fault", ["away", "other hearing", "noise"])
def test_the_same_stretch_is_read_by_the_own_model_and_the_service_comes_back(fault: str) -> None:
    own, services, clock = Own(), Services(fault), Clock()
    shared = SharedTranscriber("h_1", services, lambda: own, clock)
    shared.hurried = True
    for n in range(3):
        assert shared.transcribe(SOUND, n * SECOND).window == read_window(n * SECOND)
    assert own.read == [(n * SECOND, True) for n in range(3)]
    assert services.asked == [0], "nobody is asked while the service counts as away"
    services.fault = ""
    clock.now += AWAY_S
    assert shared.transcribe(SOUND, 3 * SECOND).ok
    assert services.asked == [0, 3 * SECOND] and len(own.read) == 3
