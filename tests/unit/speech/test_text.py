"""Characters: one script, one width, punctuation set aside."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import Span, seconds
from courtstream.domain.transcript import Word
from media_workers.speech.loops import collapsed, echoed, invented, looping
from media_workers.speech.text import Piece, characters, simplified
from tests.unit.speech.saying import words


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("審判長請坐", "审判长请坐"),
        ("１２３ＡＢ", "123AB"),
        ("乾净的干部", "干净的干部"),
        ("開庭", "开庭"),
    ],
)
def test_script_and_width(given_text: str, wanted: str) -> None:
    assert simplified(given_text) == wanted


@given(st.text(alphabet="審判開庭ａ１，。乾幹後後面裡abc 1", max_size=30))
def test_conversion_keeps_the_length(text: str) -> None:
    assert len(simplified(text)) == len(text)


def test_pieces_become_characters_with_punctuation_aside() -> None:
    pieces = [
        Piece(" 原告，", 0.0, 0.8, 0.9),
        Piece("LR", 0.8, 1.0, 0.8),
        Piece("IU1", 1.0, 1.3, 0.5),
    ]
    found, after = characters(pieces)
    assert [w.text for w in found] == ["原", "告", "LRIU", "1"]
    assert after == ("", "，", "", "")
    assert found[0].span == Span(seconds(0.2), seconds(0.4))
    assert found[2].span.end == seconds(1.2)
    assert found[2].confidence == 0.5


def test_loops_are_said_once_and_repeated_digits_stay() -> None:
    assert collapsed("好请做一位请做一位请做一位") == "好请做一位"
    assert collapsed("电话888888886666") == "电话888888886666"
    assert collapsed("没有异议没有异议") == "没有异议没有异议"
    assert looping("我们" * 40)
    assert not looping("现在宣布法庭纪律未经法庭许可不得录音录像摄影")


def test_invented_phrases_are_left_out() -> None:
    said = words("现在休庭请不吝点赞订阅转发打赏支持明镜与点点栏目")
    kept = "".join(w.text for i, w in enumerate(said) if i not in invented(said))
    assert kept == "现在休庭"
    assert not invented(words("谢谢审判长"))
    assert not invented(words("原告观看了录像"))


def test_the_prompt_said_back_is_no_speech_unless_it_was_heard() -> None:
    prompt = "现在开庭。审判长：请原告陈述诉讼请求。"
    assert echoed(unsure("审判长请原告", 0.09), prompt)
    assert not echoed(unsure("审判长请原告", 0.4), prompt)
    assert not echoed(unsure("审判长请被告", 0.09), prompt)
    assert not echoed([], prompt)


def unsure(text: str, confidence: float) -> list[Word]:
    return [replace(word, confidence=confidence) for word in words(text)]
