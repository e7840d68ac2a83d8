"""The recogniser follows the effort in force."""

from __future__ import annotations

import numpy as np
import pytest

from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.speech.asr import PROMPT, Wave
from media_workers.speech.effort import Effort
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.readers import Readers

SILENCE = np.zeros(16_000, np.float32)


class Reader:
    hurried = False

    def __init__(self) -> None:
        self.read: list[bool] = []

    def transcribe(self, pcm: Wave, t0: MediaTime, prompt: str = PROMPT) -> Hypothesis:
        self.read.append(self.hurried)
        return Hypothesis(Span(t0, t0 + SECOND))


@pytest.mark.parametrize(
    ("effort", "hurried"),
    [(Effort.FULL, False), (Effort.WIDER_HOP, True), (Effort.NARROW_BEAM, True)],
)
def test_below_full_care_nothing_is_heard_again(effort: Effort, hurried: bool) -> None:
    usual = Reader()
    readers = Readers(usual)
    readers.ease(effort)
    readers.transcribe(SILENCE, 0)
    readers.ease(Effort.FULL)
    readers.transcribe(SILENCE, 0)
    assert usual.read == [hurried, False]


def test_the_smaller_model_is_made_once_and_only_when_it_is_its_turn() -> None:
    usual, made = Reader(), []

    def make() -> Reader:
        made.append(Reader())
        return made[-1]

    readers = Readers(usual, make)
    for effort in (Effort.NARROW_BEAM, Effort.SMALL_MODEL, Effort.SMALL_MODEL, Effort.FULL):
        readers.ease(effort)
        readers.transcribe(SILENCE, 0)
    assert len(made) == 1
    assert (len(usual.read), len(made[0].read)) == (2, 2)
