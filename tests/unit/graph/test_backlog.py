"""Sound that comes at once: made up for in full after a restart, given up when it is only late."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.graph.sound_line import SoundLine, SpeechFactory
from media_workers.redact.delay import DelayLine
from media_workers.redact.ledger import SpeechLedger
from media_workers.runtime.items import Sound, SpeechPassed
from media_workers.sources.base import AudioTrack
from tests.support.media import stream

LENGTH = 12


class Slow:
    """Passes what it hears, twenty times faster than it was said."""

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        time.sleep(item.span.length / SECOND / 20)
        yield SpeechPassed(item.span.end)

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


class DiesOnce(Slow):
    """Falls two seconds on; the one after it does not."""

    fallen = False

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        if item.t > 2 * SECOND and not DiesOnce.fallen:
            DiesOnce.fallen = True
            raise RuntimeError
        yield from super().push(item)


def after_a_burst(
    *, catching_up: bool, speech: SpeechFactory = Slow
) -> tuple[SoundLine, SpeechLedger]:
    _, audio, packets = stream(LENGTH)
    assert audio is not None
    ledger = SpeechLedger()
    line = SoundLine(DelayLine(), ledger, speech, fast=False)
    line.catching_up = lambda: catching_up
    line.start()
    line.edge.put(AudioTrack(audio.codec, audio.extradata, audio.rate, audio.channels))
    for packet in packets:
        if packet.kind == "audio":
            assert line.edge.put(packet)
    line.end()
    assert line.finished.wait(20)
    return line, ledger


@pytest.mark.parametrize("catching_up", [True, False])
def test_a_burst_is_worked_through_after_a_restart_only(catching_up: bool) -> None:
    line, ledger = after_a_burst(catching_up=catching_up)
    almost: MediaTime = (LENGTH - 1) * SECOND
    assert ledger.passed(Span(0, almost)) is catching_up
    assert (line.speech.refused == 0) is catching_up


def test_a_fall_meanwhile_costs_what_was_in_hand_and_its_context() -> None:
    line, ledger = after_a_burst(catching_up=True, speech=DiesOnce)
    assert line.speech.failures == 1
    assert not ledger.passed(Span(2 * SECOND, 3 * SECOND))
    assert ledger.passed(Span(10 * SECOND, 11 * SECOND)), "what followed waited for the next one"
