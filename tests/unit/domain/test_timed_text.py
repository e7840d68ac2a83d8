"""A corrected text still knows when each character was said, and is hidden by the same spans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import Span
from courtstream.domain.timed_text import MASK, as_words, masked, plain, retimed, timed

WHOLE = Span(0, 1000)
WORDS = [["我", 0, 100], ["的", 100, 200], ["电话", 200, 400], ["是", 400, 500], [MASK, 500, 1000]]
TEXT = "我的电话是" + MASK


def test_words_give_characters_their_times() -> None:
    chars = timed(TEXT, WORDS, WHOLE)
    assert [c.text for c in chars] == ["我", "的", "电", "话", "是", MASK]
    assert chars[3].span == Span(300, 400)
    assert chars[5].span == Span(500, 1000)


def test_a_corrected_character_takes_the_time_of_the_wrong_one() -> None:
    chars = retimed(timed(TEXT, WORDS, WHOLE), "我的手机是" + MASK, WHOLE)
    assert plain(chars) == "我的手机是" + MASK
    assert [c.span for c in chars[2:4]] == [Span(200, 300), Span(300, 400)]


def test_a_hidden_stretch_is_one_mark_and_touches_nothing_else() -> None:
    chars = timed(TEXT, WORDS, WHOLE)
    assert plain(masked(chars, [Span(210, 390)])) == f"我的{MASK}是{MASK}"
    assert plain(masked(chars, [Span(210, 600)])) == f"我的{MASK}"
    assert plain(masked(chars, [])) == TEXT


def test_a_text_without_words_shares_its_time() -> None:
    chars = timed("一二三四", [], Span(0, 400))
    assert [c.span.start for c in chars] == [0, 100, 200, 300]
    assert plain(masked(chars, [Span(150, 250)])) == f"一{MASK}四"


@given(st.text("甲乙丙丁戊", max_size=12), st.text("甲乙丙丁戊", max_size=12))
def test_any_correction_keeps_the_text_and_the_order_of_times(old: str, new: str) -> None:
    chars = retimed(timed(old, [], WHOLE), new, WHOLE)
    assert plain(chars) == new
    starts = [c.span.start for c in chars]
    assert starts == sorted(starts)
    assert all(WHOLE.start <= c.span.start <= c.span.end <= WHOLE.end for c in chars)
    again = timed(new, as_words(chars), WHOLE)
    assert again == chars


@given(st.text("甲乙丙丁戊", min_size=1, max_size=12), st.integers(0, 900), st.integers(1, 300))
def test_what_was_said_in_a_hidden_span_is_never_in_the_text(
    text: str, start: int, length: int
) -> None:
    hidden = Span(start, start + length)
    chars = timed(text, [], WHOLE)
    left = masked(chars, [hidden])
    assert all(c.text == MASK or not c.span.overlaps(hidden) for c in left)
