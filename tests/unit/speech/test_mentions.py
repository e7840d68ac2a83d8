"""Protected names in readings: garbled ones are hidden, ordinary words and the bench are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.time import Span
from courtstream.rules.masking.nearness import NEAR, grade
from courtstream.rules.masking.spoken import sounds_of
from media_workers.speech.heard import listen
from media_workers.speech.hypothesis import Hypothesis
from media_workers.speech.mentions import SpokenName, mentions
from tests.unit.speech.saying import words

PROCEDURE = Path(__file__).parents[2] / "data" / "procedure"
SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红雨桐思琪轩若竹乐瑶浩宇梓涵欣怡"


def found(text: str, name: str, *keep: str) -> list[str]:
    """The stretches of `text` taken for `name`."""
    heard = listen(Hypothesis(Span.of_seconds(0, 60), words(text)))
    kept = [SpokenName.of(one) for one in keep]
    hits = mentions(heard, [SpokenName.of(name)], kept)
    return [heard.text[one.first : one.last + 1] for one in hits]


@pytest.mark.parametrize(
    "text",
    ["转给他女儿审论谣的", "信封交给沈乐阳里面", "是乐遥拿走的", "这是乐要的书包"],
)
def test_a_garbled_mention_is_found(text: str) -> None:
    assert found(text, "沈乐瑶")


@pytest.mark.parametrize("text", ["本案审理要点如下", "现在审判员宣布", "案件审理要求如下"])
def test_court_words_are_not_a_name(text: str) -> None:
    assert found(text, "沈乐瑶") == []


def test_after_a_cue_less_of_the_name_is_enough() -> None:
    assert found("昨天神论杨说", "沈乐瑶") == []
    assert found("他女儿神论杨说", "沈乐瑶") != []


def test_a_child_of_the_marriage_is_announced() -> None:
    assert found("婚生女鸟可惜由原告抚养", "苗可欣") != []
    assert found("真是鸟可惜由原告抚养", "苗可欣") == []


def test_of_a_long_name_one_syllable_may_be_any_other_after_a_cue() -> None:
    assert found("我叫玉尺春夜就住楼下", "尉迟春燕") != []
    assert found("昨天玉尺春夜就住楼下", "尉迟春燕") == []


def test_kept_names_are_not_hidden() -> None:
    assert found("审判员申乐瑶主持", "沈乐遥", "申乐瑶") == []
    assert found("原告沈静怡诉被告", "沈乐瑶", "沈静怡") == []


@st.composite
def garbled(draw: st.DrawFn) -> tuple[str, str]:
    """A name of three, and the same with one syllable mixed up."""
    name = draw(st.sampled_from(SURNAMES)) + draw(st.text(GIVEN, min_size=2, max_size=2))
    place = draw(st.integers(0, 2))
    (was,) = sounds_of(name[place])
    near = [one for one in SURNAMES + GIVEN if grade(was, sounds_of(one)[0]) >= NEAR]
    return name, name[:place] + draw(st.sampled_from(near)) + name[place + 1 :]


@settings(max_examples=150, deadline=None)
@given(garbled())
def test_any_name_with_one_syllable_mixed_up_is_found(names: tuple[str, str]) -> None:
    name, heard = names
    assert any(hit in heard or heard in hit for hit in found(f"昨天{heard}来过", name))


def test_ordinary_hearings_are_hardly_touched() -> None:
    """Six hearings in which none of these people is mentioned: at most one slip a name."""
    hits = 0
    names = ["沈乐瑶", "欧阳慧敏", "刘雨桐", "陈思琪", "王子轩"]
    for path in sorted(PROCEDURE.glob("*.json")):
        for line in json.loads(path.read_text(encoding="utf-8"))["utterances"]:
            hits += sum(len(found(line["text"], name)) for name in names)
    assert hits <= 3
