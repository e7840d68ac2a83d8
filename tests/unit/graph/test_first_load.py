"""What comes while the first model is loaded is heard, as far as the delay has time for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from courtstream.domain.time import SECOND, Span
from media_workers.graph.sound_line import SoundLine
from media_workers.redact.delay import DelayLine
from media_workers.redact.ledger import SpeechLedger
from media_workers.runtime.items import SAMPLE_RATE, Sound, SpeechPassed
from media_workers.speech.dial import SpeechDial


def second(n: int) -> Sound:
    return Sound(n * SECOND, np.zeros(SAMPLE_RATE, np.int16))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


class Gated:
    """Loads and reads only while its gate is open; passes what it has read."""

    def __init__(self, gate: threading.Event) -> None:
        self._gate = gate
        gate.wait(30)

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        self._gate.wait(30)
        yield SpeechPassed(item.span.end)

    def flush(self) -> Iterator[SpeechPassed]:
        yield from ()


def test_sound_waits_for_the_first_model_and_later_no_longer_than_five_seconds() -> None:
    gate, ledger = threading.Event(), SpeechLedger()
    line = SoundLine(DelayLine(), ledger, lambda: Gated(gate), fast=False, dial=SpeechDial(10.0))
    line.start()
    for n in range(8):
        line._take(second(n))
    assert line.speech.refused == 0, "nothing is given up while the model loads"
    gate.set()
    until(lambda: ledger.upto >= 8 * SECOND)
    assert ledger.passed(Span(0, 8 * SECOND))
    line._take(second(8))
    until(lambda: ledger.upto >= 9 * SECOND)
    gate.clear()  # from now on it is not the loading that is slow
    for n in range(9, 18):
        line._take(second(n))
    assert line.speech.refused > 0, "late for a moment, not for the rest of the hearing"
    gate.set()
    line.end(hurry=True)


def test_what_the_delay_has_no_time_for_is_given_up() -> None:
    gate, ledger = threading.Event(), SpeechLedger()
    line = SoundLine(DelayLine(), ledger, lambda: Gated(gate), fast=False, dial=SpeechDial(10.0))
    line.start()
    for n in range(12):
        line._take(second(n))
    assert line.speech.refused >= 8
    gate.set()
    line.end(hurry=True)
