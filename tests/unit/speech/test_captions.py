"""Captions: masked by the same decision as the sound, readable, in time."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from courtstream.domain.transcript import Word
from media_workers.runtime.items import Caption, PrivateSpan
from media_workers.speech.captions import LINE, MASK, CaptionLines, mask_words, width
from tests.unit.speech.saying import word, words


def _private(start: float, end: float, reason: Reason = Reason.ADDRESS) -> PrivateSpan:
    return PrivateSpan(Span.of_seconds(start, end), reason)


def _lines(said: tuple[Word, ...]) -> list[Caption]:
    lines = CaptionLines()
    found = [c for w in said for c in lines.push([w], w.span.end)]
    return found + lines.flush()


def test_a_private_span_becomes_one_mark() -> None:
    said = words("我的手机号是一三九幺幺七二谢谢", 0.0, 0.2)
    masked = mask_words(said, [_private(1.2, 2.6)])
    assert "".join(w.text for w in masked) == f"我的手机号是{MASK}谢谢"
    assert masked[6].span == Span.of_seconds(1.2, 2.6)


def test_touching_spans_share_a_mark_and_separate_ones_do_not() -> None:
    said = words("一二三四五六", 0.0, 1.0)
    assert [w.text for w in mask_words(said, [_private(0, 2), _private(1.5, 3)])] == [
        MASK,
        *"四五六",
    ]
    assert [w.text for w in mask_words(said, [_private(0, 1), _private(2, 3)])] == [
        MASK,
        "二",
        MASK,
        *"四五六",
    ]


def test_digits_read_on_without_a_pause_go_with_the_number() -> None:
    said = (*words("我的手机号是一三九幺幺七二谢谢", 0.0, 0.2), *words("三号楼", 6.0))
    for start, end in ((1.8, 2.6), (1.2, 1.8), (1.6, 2.2)):
        masked = mask_words(said, [_private(start, end, Reason.PHONE)])
        assert "".join(w.text for w in masked) == f"我的手机号是{MASK}谢谢三号楼"


def test_even_a_touch_or_no_length_hides() -> None:
    assert mask_words([word("九", 1.0, 1.2)], [_private(1.19, 5)])[0].text == MASK
    assert mask_words([word("九", 2.0, 2.0)], [_private(1, 3)])[0].text == MASK
    assert mask_words([word("九", 1.0, 1.0)], [_private(1, 3)])[0].text == MASK
    assert mask_words([word("九", 3.0, 3.2)], [_private(1, 3)])[0].text == "九"


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 3)), max_size=4))
def test_no_character_inside_a_private_span_survives(spans: list[tuple[float, float]]) -> None:
    private = [_private(start, start + length) for start, length in spans]
    said = words("零一二三四五六七八九" * 5, 0.0, 0.2)
    masked = mask_words(said, private)
    for kept in masked:
        if kept.text != MASK:
            assert not any(p.span.overlaps(kept.span) for p in private)
    assert mask_words(masked, private) == masked or any(w.text == MASK for w in masked)


def test_sentences_and_pauses_end_a_caption() -> None:
    said = [*words("现在开庭"), *words("请坐下", 3.0)]
    said[3] = replace(said[3], text="庭。")
    assert [c.text for c in _lines(tuple(said))] == ["现在开庭", "请坐下"]


def test_questions_keep_their_mark_and_commas_become_chinese() -> None:
    said = [*words("原告是否申请回避", 0.0, 0.3)]
    said[1] = replace(said[1], text="告,")
    said[-1] = replace(said[-1], text="避?")
    assert [c.text for c in _lines(tuple(said))] == ["原告，是否申请回避？"]


@settings(max_examples=80, deadline=None)
@example([("原", 0.0), *[(MASK, 0.0)] * 4, ("原", 0.0), (MASK, 0.0)])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*"原告被审判长一二三", "LR", MASK, "庭。", "由,"]), st.floats(0, 1.5)
        ),
        min_size=1,
        max_size=60,
    )
)
def test_lines_are_short_ordered_and_lose_nothing(parts: list[tuple[str, float]]) -> None:
    at, said = 0.0, []
    for text, pause in parts:
        at += pause
        said.append(word(text, at, at + 0.2))
        at += 0.2
    found = _lines(tuple(said))
    shown = "".join(c.text for c in found)
    plain = str.maketrans("", "", "。，、,\n ")
    assert shown.translate(plain) == "".join(text for text, _ in parts).translate(plain)
    for caption in found:
        rows = caption.text.split("\n")
        assert len(rows) <= 2
        assert all(width(row) <= LINE for row in rows)
        assert caption.span.length <= 6 * SECOND
    for before, after in itertools.pairwise(found):
        assert before.span.end <= after.span.start


def test_a_number_is_followed_over_the_border_of_a_chunk() -> None:
    """Text times are looser than spans: digits beside a hidden neighbour go with it."""
    said = [word(char, n * 0.3, n * 0.3 + 0.3) for n, char in enumerate("一三八零零一三八")]
    private = [_private(0.9, 1.5, Reason.PHONE)]
    first = mask_words(said[:3], private, after=said[3:])
    rest = mask_words(said[5:], private, before=said[:5])
    assert {w.text for w in (*first, *rest)} == {MASK}
    assert "一" in {w.text for w in mask_words(said[:2], private)}, "alone nothing hides them"
