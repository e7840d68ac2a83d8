"""Sound goes there whole; an answer that is not ours, or cannot be, is not believed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from courtstream.control.protocol import SpeechAsk
from courtstream.domain.errors import InvalidInput, LyingAnalysis
from courtstream.domain.time import SECOND, Span
from courtstream.domain.transcript import Word
from media_workers.recognition.wire import answer_bytes, ask_bytes, read_answer, read_ask
from media_workers.speech.asr import Wave
from media_workers.speech.hypothesis import Hypothesis

WINDOW = Span(5 * SECOND, 7 * SECOND)
ASK = SpeechAsk(hearing_id="h_1", id="r_1", t0=WINDOW.start, samples=32_000, prompt="庭审")
HEARD = Hypothesis(
    WINDOW,
    (Word("开", Span(5 * SECOND, 6 * SECOND), 0.5), Word("庭", Span(6 * SECOND, 7 * SECOND), 1.0)),
    (),
    True,
    ("", "。"),
)


def sound() -> Wave:
    values = np.random.default_rng(7).integers(-32768, 32768, 32_000, dtype=np.int64)
    return (values / 32768.0).astype(np.float32)


def test_sound_and_what_is_heard_come_over_whole() -> None:
    ask, stretch = read_ask(ask_bytes(ASK, sound()))
    assert ask == ASK and stretch.window == WINDOW
    np.testing.assert_array_equal(stretch.pcm, sound())
    assert read_answer(answer_bytes(ASK, HEARD), ASK, WINDOW) == HEARD


def test_thirty_seconds_fit_into_a_message() -> None:
    ask = ASK.model_copy(update={"samples": 480_000})
    assert len(ask_bytes(ask, np.zeros(480_000, np.float32))) < 1 << 20


@pytest.mark.parametrize("cut", [0, 3, 40, -2])
def test_bytes_that_are_no_ask_are_refused(cut: int) -> None:
    with pytest.raises(InvalidInput):
        read_ask(ask_bytes(ASK, sound())[:cut])


@pytest.mark.parametrize(
    "change",
    [
        {"hearing_id": "h_2"},
        {"id": "r_2"},
        {"start": 0},
        {"after": [""]},
        {"chars": [["开", 4 * SECOND, 6 * SECOND, 0.5], ["庭", 6 * SECOND, 7 * SECOND, 1.0]]},
        {"chars": [["开", 6 * SECOND, 7 * SECOND, 0.5], ["庭", 5 * SECOND, 7 * SECOND, 1.0]]},
        {"chars": [["开", 5 * SECOND, 6 * SECOND, 1.5], ["庭", 6 * SECOND, 7 * SECOND, 1.0]]},
        {"words": []},
    ],
)
def test_an_answer_that_cannot_be_ours_is_not_believed(change: dict[str, object]) -> None:
    told = json.loads(answer_bytes(ASK, HEARD)) | change
    with pytest.raises(LyingAnalysis):
        read_answer(json.dumps(told).encode(), ASK, WINDOW)
