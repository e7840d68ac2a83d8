"""Live speech analysis is set by the dial before each sound and measured after it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from courtstream.domain.time import SECOND
from media_workers.graph.paced_speech import PacedSpeech
from media_workers.runtime.items import Sound, SpeechPassed
from media_workers.speech.dial import SpeechDial
from media_workers.speech.effort import Effort
from media_workers.speech.windows import WindowPolicy


class Slow:
    """Reads a window each hop of the policy in force, and `cost` seconds of `now` pass by it."""

    def __init__(self) -> None:
        self.policy = WindowPolicy()
        self.now, self.cost, self.due = 0.0, 0.0, 0
        self.hops: list[float] = []

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        if item.span.end >= self.due:
            self.due = item.span.end + self.policy.step
            self.hops.append(self.policy.step / SECOND)
            self.now += self.cost
            yield SpeechPassed(item.t)

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


def _second(n: int) -> Sound:
    return Sound(n * SECOND // 2, np.zeros(24_000, np.int16))


def test_a_slow_reader_gets_a_wider_hop_and_the_recogniser_is_told() -> None:
    dial, slow = SpeechDial(10.0), Slow()
    told: list[Effort] = []
    paced = PacedSpeech(slow, dial, told.append, lambda: slow.now)
    slow.cost = 2.4
    for n in range(80):
        dial.arrived(_second(n).span.end)
        list(paced.push(_second(n)))
    assert told[0] is Effort.FULL
    assert Effort.WIDER_HOP in told
    assert slow.hops[0] == 2.5
    assert slow.hops[-1] == 4.0
    assert 0.5 < dial.rtf < 0.75


def test_the_first_window_does_not_count_it_carries_the_loading() -> None:
    dial, slow = SpeechDial(10.0), Slow()
    paced = PacedSpeech(slow, dial, clock=lambda: slow.now)
    slow.cost = 60.0
    list(paced.push(_second(0)))
    assert dial.rtf == 0.0
    assert dial.effort is Effort.FULL
