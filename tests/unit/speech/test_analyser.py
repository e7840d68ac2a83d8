"""What speech analysis passes, when, and what it refuses to pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from courtstream.domain.errors import InvalidInput, LyingAnalysis
from courtstream.domain.redaction import Reason
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span, seconds, to_seconds
from courtstream.domain.transcript import Word
from media_workers.runtime.items import PrivateSpan, Sound, SpeechPassed
from media_workers.speech import stretch
from media_workers.speech.analyser import SpeechAnalyser
from media_workers.speech.asr import Wave
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.windows import WindowPolicy
from tests.unit.speech.saying import Noting, Scripted, sounds, words


class LoudIsVoice:
    """Stands for the voice detector: what is not digital silence is speech."""

    def __init__(self, t0: MediaTime) -> None:
        self.t0 = t0
        self.wave: Wave = np.zeros(0, dtype=np.float32)

    @property
    def upto(self) -> MediaTime:
        return self.t0 + len(self.wave) * SECOND // 16_000

    def push(self, pcm: Wave) -> None:
        self.wave = np.concatenate([self.wave, pcm])

    def spans(self, bounds: Span) -> tuple[Span, ...]:
        loud = np.abs(self.wave) > 0.01
        edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]])))
        found = [
            Span(self.t0 + int(a) * SECOND // 16_000, self.t0 + int(b) * SECOND // 16_000)
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]
        clipped = [span.clipped(bounds) for span in found]
        return tuple(span for span in clipped if span is not None)

    clear = spans

    def forget(self, before: MediaTime) -> None:
        pass


@pytest.fixture(autouse=True)
def _loud_is_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretch, "VoiceDetector", LoudIsVoice)


def _tone(length: float, level: float = 0.3) -> np.ndarray:
    return np.full(int(length * 16_000), level, dtype=np.float32)


def _run(analyser: SpeechAnalyser, pieces: Sequence[Sound]) -> list[tuple[MediaTime, SpeechPassed]]:
    """Every item with how far sound had been fed when it came out."""
    found = []
    for piece in pieces:
        found += [(piece.span.end, item) for item in analyser.push(piece)]
    end = pieces[-1].span.end
    return found + [(end, item) for item in analyser.flush()]


def _same(hypothesis: Hypothesis) -> Hypothesis:
    return hypothesis


TEXT = "现在开庭审判长原告周建华诉被告刘志强民间借贷纠纷一案"
SCRIPT = words(TEXT * 4, 0.0, 0.3)


@pytest.mark.parametrize("delay", [5, 6, 10, 15])
def test_an_instant_is_passed_in_time_and_never_early(delay: int) -> None:
    policy = WindowPolicy(delay=delay * SECOND)
    passed = _run(SpeechAnalyser(Scripted(SCRIPT, _same), Noting(), policy), sounds(_tone(30)))
    upto = 0
    for fed, item in passed[:-1]:
        assert item.upto >= upto
        assert item.upto <= max(0, fed - policy.look_ahead)
        upto = item.upto
    # sound fed but not passed never exceeds D - 1 s by more than a block of the voice detector
    marks = [(fed, item.upto) for fed, item in passed[:-1]]
    for (_, before), (fed, _) in pairwise(marks):
        assert fed - before <= (delay - 1) * SECOND + 100 * MILLISECOND
    assert passed[-1][1].upto == 30 * SECOND


def test_all_words_come_once_in_order() -> None:
    passed = _run(SpeechAnalyser(Scripted(SCRIPT, _same), Noting()), sounds(_tone(32.4)))
    assert "".join(w.text for _, item in passed for w in item.stable) == TEXT * 4


def test_the_spotter_hears_every_window_and_holds_the_passing_back() -> None:
    span = PrivateSpan(Span.of_seconds(3, 5), Reason.PHONE)
    spotter = Noting({2: span}, hold=2 * SECOND)
    passed = _run(SpeechAnalyser(Scripted(SCRIPT, _same), spotter), sounds(_tone(20)))
    ends = [to_seconds(h.window.end) for h in spotter.heard]
    assert ends[:8] == pytest.approx([2.5 * i for i in range(1, 9)])
    (given,) = [s for _, item in passed for s in item.private]
    assert (given.span.start, given.reason) == (span.span.start, span.reason)
    assert 0 <= given.span.end - span.span.end <= stretch.QUIET_REACH, "to the next dip, no further"
    assert max(item.upto for _, item in passed[:-1]) <= (20 - 6.5 - 2) * SECOND


def test_silence_costs_no_reading_but_is_passed_and_told_to_the_spotter() -> None:
    transcriber, spotter = Scripted((), _same), Noting()
    passed = _run(SpeechAnalyser(transcriber, spotter), sounds(_tone(20, 0.0)))
    assert transcriber.windows == []
    assert len(spotter.heard) >= 8
    assert passed[-1][1].upto == 20 * SECOND
    assert not any(item.private or item.stable for _, item in passed)


def test_text_where_nobody_speaks_never_becomes_a_caption() -> None:
    pcm = np.concatenate([_tone(3), _tone(7, 0.0)])
    script = words("请坐下", 0.5) + words("感恩的心", 6.0)
    passed = _run(SpeechAnalyser(Scripted(script, _same), Noting()), sounds(pcm))
    assert "".join(w.text for _, item in passed for w in item.stable) == "请坐下"


def test_speech_that_could_not_be_read_is_hidden() -> None:
    def spoil(hypothesis: Hypothesis) -> Hypothesis:
        return replace(hypothesis, ok=hypothesis.window.start > 8 * SECOND)

    passed = _run(SpeechAnalyser(Scripted(SCRIPT, spoil), Noting()), sounds(_tone(30)))
    hidden = [s for _, item in passed for s in item.private]
    assert hidden
    assert {s.reason for s in hidden} == {Reason.ANALYSIS_LYING}
    assert hidden[0].span.start == 0
    assert all(s.span.end <= 12 * SECOND for s in hidden)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_sound_of_any_rate_keeps_its_time(rate: int) -> None:
    pcm = np.zeros(20 * rate, dtype=np.float32)
    pcm[int(7.5 * rate) : int(8.5 * rate)] = 0.3
    t0 = seconds(3.25)
    pieces = sounds(pcm, t0, rate)
    passed = _run(SpeechAnalyser(Scripted((), _same), Noting()), pieces)
    voiced = [s for _, item in passed for s in item.voiced]
    assert to_seconds(voiced[0].start) == pytest.approx(3.25 + 7.5, abs=0.01)
    assert to_seconds(voiced[-1].end) == pytest.approx(3.25 + 8.5, abs=0.01)
    assert passed[-1][1].upto == pieces[-1].span.end


def test_a_gap_is_silence_and_a_long_gap_a_new_stretch() -> None:
    first, later = sounds(_tone(4)), sounds(_tone(4), 10 * SECOND)
    much_later = sounds(_tone(4), 100 * SECOND)
    script = words("原告", 1) + words("被告", 11) + words("休庭", 101)
    spotter = Noting()
    passed = _run(SpeechAnalyser(Scripted(script, _same), spotter), [*first, *later, *much_later])
    assert "".join(w.text for _, item in passed for w in item.stable) == "原告被告休庭"
    assert passed[-1][1].upto == 104 * SECOND
    assert all(h.window.end <= 14 * SECOND or h.window.start >= 100 * SECOND for h in spotter.heard)


def test_sound_that_goes_back_in_time_is_refused() -> None:
    analyser = SpeechAnalyser(Scripted((), _same), Noting())
    analyser.push(sounds(_tone(0.1), 5 * SECOND)[0])
    with pytest.raises(InvalidInput):
        analyser.push(sounds(_tone(0.1), 2 * SECOND)[0])


def _backwards(hypothesis: Hypothesis) -> Hypothesis:
    return replace(hypothesis, chars=tuple(reversed(hypothesis.chars)))


def _elsewhere(hypothesis: Hypothesis) -> Hypothesis:
    late = hypothesis.window.end + SECOND
    return replace(hypothesis, chars=(Word("审", Span(late, late + SECOND)),))


def _nothing(hypothesis: Hypothesis) -> Hypothesis:
    return replace(hypothesis, chars=())


@pytest.mark.parametrize("lie", [_backwards, _elsewhere, _nothing])
def test_a_lying_recogniser_stops_the_passing(lie: object) -> None:
    analyser = SpeechAnalyser(Scripted(SCRIPT, lie), Noting())  # type: ignore[arg-type]
    with pytest.raises(LyingAnalysis):
        _run(analyser, sounds(_tone(30)))
