"""How near two names sound: what recognisers mix up is the same name, other words are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.rules.masking.nearness import ALIKE, NEAR, SAME, grade, name_score, parts
from courtstream.rules.masking.spoken import sounds_of

SYLLABLES = sorted(set(sounds_of("沈乐瑶刘雨桐陈思琪王子轩赵国平孙丽何静周建华罗文清苏小禾林雪张")))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("le", "le", SAME),
        ("ne", "le", ALIKE),
        ("shen", "sen", ALIKE),
        ("sheng", "sen", ALIKE),
        ("fu", "hu", ALIKE),
        ("lun", "le", NEAR),
        ("yang", "yao", NEAR),
        ("jing", "qin", NEAR),
        ("pan", "le", 0.0),
    ],
)
def test_syllables_are_graded_by_their_halves(one: str, other: str, expected: float) -> None:
    assert grade(one, other) == expected


def test_a_syllable_has_an_initial_and_a_final() -> None:
    assert [parts(s) for s in ("zhuang", "zan", "an")] == [("zh", "uang"), ("z", "an"), ("", "an")]


@given(st.sampled_from(SYLLABLES), st.sampled_from(SYLLABLES))
def test_nearness_is_the_same_both_ways(one: str, other: str) -> None:
    assert grade(one, other) == grade(other, one)


@pytest.mark.parametrize("heard", ["审论谣", "沈乐阳", "神论谣", "沈了啊瑶", "省乐瑶"])
def test_a_garbled_name_is_still_the_name(heard: str) -> None:
    assert name_score(sounds_of(heard), sounds_of("沈乐瑶")) > 0


@pytest.mark.parametrize("heard", ["审判员", "生活费", "三楼三", "沈静怡"])
def test_other_words_are_not_the_name(heard: str) -> None:
    assert name_score(sounds_of(heard), sounds_of("沈乐瑶")) == 0


def test_a_short_name_must_be_heard_well_unless_a_cue_comes_before() -> None:
    name = sounds_of("孙丽")
    assert name_score(sounds_of("孙立"), name) == SAME
    assert name_score(sounds_of("孙龙"), name) == 0
    assert name_score(sounds_of("孙龙"), name, cued=True) > 0
