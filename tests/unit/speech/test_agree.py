"""Stable text: each word once, in order, never changed."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.time import SECOND, Span, seconds
from courtstream.domain.transcript import Word
from media_workers.speech.agree import StableText
from media_workers.speech.hypothesis import Hypothesis
from tests.unit.speech.saying import reading, word

SPEECH = "现在开庭审判长原告周建华诉被告刘志强民间借贷纠纷一案今天公开审理"


def _text(given: list[Word]) -> str:
    return "".join(w.text for w in given)


def _windows(text: str, hop: float, shift: float = 0.0) -> list[Hypothesis]:
    end = len(text) * 0.2 + 3
    marks = [hop * i for i in range(1, int(end / hop) + 2)]
    return [
        Hypothesis(
            Span.of_seconds(max(0.0, m - 10), m),
            tuple(
                word(c, i * 0.2 + shift * (n % 3 - 1), (i + 1) * 0.2 + shift * (n % 3 - 1))
                for i, c in enumerate(text)
                if max(0.0, m - 10) + 0.3 <= i * 0.2 and (i + 1) * 0.2 + 0.3 <= m
            ),
        )
        for n, m in enumerate(marks)
    ]


def test_every_word_comes_once_though_times_shift() -> None:
    text = "今天" + SPEECH * 3
    stable = StableText()
    given: list[Word] = []
    for hypothesis in _windows(text, 2.5, shift=0.25):
        given += stable.push(hypothesis)
    given += stable.flush(100 * SECOND)
    assert _text(given) == text[2:]


def test_a_repeated_phrase_is_kept_twice() -> None:
    stable = StableText()
    given = [*stable.push(reading("没有异议没有异议", (0, 5), 0.5))]
    given += stable.push(reading("没有异议没有异议没有异议", (0, 7.5), 0.5))
    given += stable.flush(10 * SECOND)
    assert _text(given) == "没有异议" * 3


def test_a_correction_after_the_fact_changes_nothing_that_was_given() -> None:
    stable = StableText()
    given = [*stable.push(reading("原告请陈述诉讼请求", (0, 5), 0.5))]
    before = list(given)
    given += stable.push(reading("员告清陈述诉讼请球和理由", (0, 7.5), 0.5))
    assert given[: len(before)] == before
    assert _text([*given, *stable.flush(SECOND)]) == "原告请陈述诉讼请求和理由"


def test_doubtful_words_wait_and_agreed_ones_do_not() -> None:
    stable = StableText(margin=seconds(0.5), doubt=seconds(2))
    first = stable.push(reading("原告陈述", (0, 1.5), 0.2))
    assert _text([*first]) == ""
    assert stable.provisional == "原告陈述"
    second = stable.push(reading("原告陈述请求", (0, 2.0), 0.2))
    assert _text([*second]) == "原告陈述"


def test_after_speech_has_stopped_everything_is_stable() -> None:
    stable = StableText(margin=SECOND, doubt=3 * SECOND)
    hypothesis = reading("现在休庭", (0, 2), 0.5)
    assert _text([*stable.push(hypothesis, hypothesis.window.end)]) == "现在休庭"
    assert stable.provisional == ""


def test_punctuation_goes_with_the_word_and_commit_time_is_the_windows_end() -> None:
    base = reading("休庭", (0, 4), 0.5)
    hypothesis = Hypothesis(base.window, base.chars, base.voiced, True, ("", "。"))
    given = StableText().push(hypothesis)
    assert [w.text for w in given] == ["休", "庭。"]
    assert {w.committed for w in given} == {4 * SECOND}


@st.composite
def _sequences(draw: st.DrawFn) -> list[Hypothesis]:
    """Advancing windows with any text in them, right or wrong."""
    found = []
    end = 0.0
    for _ in range(draw(st.integers(1, 8))):
        end += draw(st.sampled_from([1.25, 2.5]))
        start = max(0.0, end - 10)
        text = draw(st.text(alphabet="原告被审判长诉a1", max_size=20))
        at = sorted(draw(st.lists(st.floats(start, end - 0.1), min_size=20, max_size=20)))
        chars = tuple(
            Word(c, Span.of_seconds(t, min(end, t + 0.2)), 0.5)
            for c, t in zip(text, at, strict=False)
        )
        found.append(Hypothesis(Span.of_seconds(start, end), chars))
    return found


@settings(max_examples=150, deadline=None)
@given(_sequences(), st.sampled_from([0, SECOND // 2, SECOND]), st.integers(0, 3))
def test_whatever_is_heard_words_are_in_order_and_inside_the_sound(
    heard: list[Hypothesis], margin: int, doubt: int
) -> None:
    stable = StableText(margin, doubt * SECOND)
    given: list[Word] = []
    for hypothesis in heard:
        new = stable.push(hypothesis)
        assert all(w.committed == hypothesis.window.end for w in new)
        given += new
    given += stable.flush(heard[-1].window.end)
    ends = [w.span.end for w in given]
    assert all(a.span.end <= b.span.start for a, b in pairwise(given))
    assert ends == sorted(ends)
    assert stable.provisional == ""


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="原告被审判长诉讼请求", min_size=1, max_size=60), st.sampled_from([1.25, 2.5])
)
def test_unchanging_readings_give_exactly_what_was_read(text: str, hop: float) -> None:
    stable = StableText()
    given: list[Word] = []
    for m in range(1, int(len(text) * 0.3 / hop) + 4):
        window = (max(0.0, m * hop - 10), m * hop)
        chars = tuple(
            w
            for w in (word(c, 0.3 * i, 0.3 * i + 0.3) for i, c in enumerate(text))
            if w.span.start >= seconds(window[0]) and w.span.end <= seconds(window[1])
        )
        given += stable.push(Hypothesis(Span.of_seconds(*window), chars))
    given += stable.flush(0)
    assert _text(given) == text
