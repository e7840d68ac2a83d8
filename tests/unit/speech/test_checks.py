"""A recogniser that contradicts the sound is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.time import SECOND, Span
from courtstream.domain.transcript import Word
from media_workers.speech.checks import MuteBackendGuard, check_hypothesis
from media_workers.speech.hypothesis import Hypothesis
from tests.unit.speech.saying import reading, word, words

WINDOW = Span.of_seconds(10, 20)
HONEST = Hypothesis(WINDOW, words("审判长好", 11))


def test_an_honest_reading_passes() -> None:
    check_hypothesis(HONEST, WINDOW)


@pytest.mark.parametrize(
    "lie",
    [
        replace(HONEST, chars=(word("审", 9.0),)),
        replace(HONEST, chars=(word("审", 19.9, 20.5),)),
        replace(HONEST, chars=(word("判", 12.0), word("审", 11.0))),
        replace(HONEST, chars=(word("审", 11.0, confidence=float("nan")),)),
        replace(HONEST, chars=(word("审", 11.0, confidence=1.5),)),
        replace(HONEST, chars=tuple(word("哈", 11 + i / 100, 11 + i / 100) for i in range(200))),
        replace(HONEST, window=Span.of_seconds(0, 10)),
    ],
    ids=["before", "after", "backwards", "nan", "certainty", "flood", "elsewhere"],
)
def test_a_lie_raises(lie: Hypothesis) -> None:
    with pytest.raises(LyingAnalysis):
        check_hypothesis(lie, WINDOW)


def test_voice_without_text_for_twelve_seconds_is_a_lie() -> None:
    guard = MuteBackendGuard()
    ends = [2.5 * i for i in range(1, 5)]
    for end in ends:
        window = Span.of_seconds(max(0.0, end - 10), end)
        guard.push(Hypothesis(window), [window])
    with pytest.raises(LyingAnalysis):
        guard.push(Hypothesis(Span.of_seconds(2.5, 12.5)), [Span.of_seconds(0, 12.5)])


def test_text_or_silence_keeps_the_mute_guard_quiet() -> None:
    guard = MuteBackendGuard()
    for i in range(1, 40):
        window = Span.of_seconds(max(0.0, 2.5 * i - 10), 2.5 * i)
        spoken = reading("好", (window.start / SECOND, window.end / SECOND), 2.5 * i - 1)
        heard = spoken if i % 4 == 0 else Hypothesis(window)
        guard.push(heard, [window])
    for i in range(40, 60):
        guard.push(Hypothesis(Span.of_seconds(2.5 * i - 10, 2.5 * i)), [])


def test_a_word_is_frozen() -> None:
    with pytest.raises(AttributeError):
        HONEST.chars[0].text = "改"  # type: ignore[misc]
    assert isinstance(HONEST.chars[0], Word)
