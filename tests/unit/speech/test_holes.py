"""What a reading jumped over is read again by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from courtstream.domain.time import Span, seconds
from media_workers.speech.holes import HoleFiller, holes, without
from media_workers.speech.hypothesis import Hypothesis
from tests.unit.speech.saying import Scripted, words

WINDOW = Span.of_seconds(0, 10)
SCRIPT = words("现在宣布法庭纪律未经许可不得录音请关闭通讯工具全", 0.0, 0.4)
PCM = np.zeros(160_000, dtype=np.float32)


def _jumped(hypothesis: Hypothesis) -> Hypothesis:
    """As recognisers do: in a long window everything between 3 and 6 seconds is left out."""
    if hypothesis.window.length < seconds(5):
        return hypothesis
    kept = [w for w in hypothesis.chars if not 3 <= w.span.start / 1e9 < 6]
    return replace(hypothesis, chars=tuple(kept))


def test_holes_are_voice_without_characters() -> None:
    said = words("原告", 0.0) + words("被告", 5.0)
    assert holes(said, [Span.of_seconds(0, 6)]) == [Span.of_seconds(0.75, 4.65)]
    assert holes(said, [Span.of_seconds(0, 1), Span.of_seconds(5, 5.5)]) == []


def test_without_takes_away_exactly_what_is_covered() -> None:
    spans = [Span(0, 10), Span(20, 30)]
    assert without(spans, [Span(2, 4), Span(8, 22)]) == [Span(0, 2), Span(4, 8), Span(22, 30)]


def test_a_jump_is_filled_in_order() -> None:
    transcriber = Scripted(SCRIPT, _jumped)
    first = replace(transcriber.transcribe(PCM, 0), voiced=(WINDOW,))
    assert "未经许可" not in first.text
    filled = HoleFiller(transcriber).fill(first, PCM)
    assert filled.text == "".join(w.text for w in SCRIPT)
    assert filled.window == WINDOW
    starts = [w.span.start for w in filled.chars]
    assert starts == sorted(starts)


def test_the_same_hole_is_listened_to_once() -> None:
    transcriber = Scripted(SCRIPT, _jumped)
    filler = HoleFiller(transcriber)
    for _ in range(3):
        first = replace(transcriber.transcribe(PCM, 0), voiced=(WINDOW,))
        filler.fill(first, PCM)
    short = [w for w in transcriber.windows if w.length < seconds(5)]
    assert len(short) == 1
