"""What sounds like a term of the court becomes it; what is a word of its own stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.rules.terms import Corrector, court_terms

COURT = Corrector()


def _right(text: str, corrector: Corrector = COURT) -> str:
    return "".join(corrector.corrected(list(text)))


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("出示转账评证", "出示转账凭证"),
        ("下面进行法庭辨论", "下面进行法庭辩论"),
        ("请证人道庭", "请证人到庭"),
        ("是否申请汇避", "是否申请回避"),
        ("有无意义没有意义", "有无异议没有异议"),
        ("双方实际旅行了合同", "双方实际履行了合同"),
        ("委托苏松代理人", "委托诉讼代理人"),
        ("全体起利请审判长入庭", "全体起立请审判长入庭"),
        ("本案正义交点是", "本案争议焦点是"),
        ("按照民法点的规定", "按照民法典的规定"),
        ("保险公司赔无公费", "保险公司赔误工费"),
        ("本案是用简易程序", "本案适用简易程序"),
    ],
)
def test_homophones_of_the_courts_terms_are_put_right(heard: str, said: str) -> None:
    assert _right(heard) == said


@pytest.mark.parametrize(
    "text",
    [
        "这次旅行花费三千元",
        "这件事没有什么特别的意义吗",
        "我知道庭审的时间",
        "我只还过一次钱",
        "他坐船票价是一百元",
        "一一三号楼一一单元",
        "那天天气很好我们一起吃饭",
        "由何苗担任法庭记录",
        "双方的争议一是合同是否成立",
        "在大学第一医院做的手术",
        "原告提供的是一张转账凭证",
        "被告认为当时人很多",
        "由原告抚养和互相扶养",
    ],
)
def test_words_of_their_own_stay(text: str) -> None:
    assert _right(text) == text


def test_a_long_term_is_known_though_its_first_sound_is_another() -> None:
    assert _right("超过了书讼时效") == "超过了诉讼时效", "s and sh are mixed up there as inside"
    assert _right("超过了无讼时效") == "超过了无讼时效", "another sound altogether is not"


def test_text_may_end_inside_a_term() -> None:
    for term in court_terms():
        assert len(_right(term.text[:-1])) == len(term.text) - 1


def test_names_of_the_case_are_put_right_by_sound() -> None:
    case = Corrector(["周建华", "欧阳慧敏", "林雪"])
    assert _right("我叫周健华", case) == "我叫周建华"
    assert _right("证人欧阳会敏", case) == "证人欧阳慧敏"
    assert _right("我叫周健华") == "我叫周健华", "only in that case"
    assert _right("律师林学代理", case) == "律师林雪代理"
    assert _right("树林学校", case) == "树林学校", "a short name gives way to words"


def test_every_term_stays_as_it_is() -> None:
    for term in court_terms():
        assert _right(term.text) == term.text


@settings(max_examples=100, deadline=None)
@given(st.text("被告原长还借款的一二三0123aB。于是他说道庭审意义旅行", max_size=30))
def test_the_length_never_changes_and_digits_stay(text: str) -> None:
    right = _right(text)
    assert len(right) == len(text)
    for before, after in zip(text, right, strict=True):
        if before.isdigit() or before.isascii():
            assert before == after


@settings(max_examples=60, deadline=None)
@given(st.text("零一二三四五六七八九十百千万幺两", min_size=1, max_size=20))
def test_numbers_are_never_touched(text: str) -> None:
    assert _right(text) == text
