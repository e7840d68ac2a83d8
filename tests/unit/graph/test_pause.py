"""What came last before a loss is judged by what is known, not closed for want of what follows."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.graph.sound_line import SoundLine
from media_workers.redact.delay import DelayLine
from media_workers.redact.ledger import CONTEXT, SpeechLedger
from media_workers.runtime.items import SAMPLE_RATE, Sound, SpeechPassed

BEHIND = 5 * SECOND


class Late:
    """Passes everything five seconds later, as reading in windows does; at a pause all of it."""

    def __init__(self) -> None:
        self._end: MediaTime = 0

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        self._end = item.span.end
        yield SpeechPassed(max(0, self._end - BEHIND))

    def flush(self) -> Iterator[SpeechPassed]:
        yield SpeechPassed(self._end)


def second(n: int) -> Sound:
    return Sound(n * SECOND, np.zeros(SAMPLE_RATE, np.int16))


def wait(ledger: SpeechLedger, upto: MediaTime) -> None:
    end = time.monotonic() + 30
    while ledger.upto < upto:
        assert time.monotonic() < end, "it was not passed"
        time.sleep(0.01)


def test_the_last_seconds_before_a_loss_are_passed() -> None:
    ledger = SpeechLedger()
    line = SoundLine(DelayLine(), ledger, Late, fast=False)
    line.start()
    for n in range(8):
        line._take(second(n))
        while not line.speech.idle:  # as live: what waits too long would be given up
            time.sleep(0.005)
    wait(ledger, 3 * SECOND)
    assert not ledger.passed(Span(6 * SECOND, 7 * SECOND))
    line.pause()
    wait(ledger, 8 * SECOND)
    assert ledger.passed(Span(6 * SECOND, 8 * SECOND))
    line._take(second(8))  # the network only stumbled: the stamps run on
    line.pause()
    wait(ledger, 9 * SECOND)
    (silent,) = ledger.private_near(Span(8 * SECOND, 9 * SECOND), 0)
    assert silent.reason is Reason.UNHEARD, "its beginning was not heard"
    assert silent.span == Span(8 * SECOND, 8 * SECOND + CONTEXT)
    line.end()
