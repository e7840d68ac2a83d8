"""Cues are passed over only where they cannot be said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courtstream.rules.masking.choices import may_miss
from courtstream.rules.masking.spoken import Phrase, by_length, choices, said_at, says, sounds_of
from courtstream.rules.masking.syllables import close

# near, mixed up, foreign and cut short, so that cues of any length are said nearly as often as not
_SYLLABLES = ("shen", "sheng", "sen", "fen", "feng", "zheng", "zhen", "hao", "ma", "x", "1")
_PHRASES = st.lists(st.sampled_from(_SYLLABLES), min_size=1, max_size=9).map(tuple)


def _alike(heard: tuple[str, ...], at: int, cue: tuple[str, ...]) -> bool:
    """The rule as it is written: how alike the syllables are on the mean."""
    part = heard[at : at + len(cue)]
    if len(cue) <= 2 or len(part) < len(cue):
        return part == cue
    mean = sum(map(close, part, cue)) / len(cue)
    return mean >= (0.84 if len(cue) == 3 else 0.75) - 1e-9


@given(heard=_PHRASES, cues=st.lists(_PHRASES, max_size=12), at=st.integers(-2, 10))
def test_no_cue_that_is_said_is_passed_over(
    heard: tuple[str, ...], cues: list[tuple[str, ...]], at: int
) -> None:
    options = choices(Phrase("ID", cue) for cue in cues)
    said = [cue for cue in cues if at >= 0 and _alike(heard, at, cue)]
    near = [phrase.sounds for phrase in options.near(heard, at)]
    assert [cue for cue in near if says(heard, at, cue)] == said
    assert [phrase.sounds for phrase in options.near(heard, at)] == near, "looked up once more"


def test_what_cannot_begin_there_is_passed_over() -> None:
    options = by_length(["身份证号码", "电话", "身份证", "手机号码"])
    assert options.near(sounds_of("今天开庭审理"), 0) == []
    assert [len(cue) for cue in options.near(sounds_of("身份证号码"), 0)] == [5, 3]


def test_the_longest_cue_counts() -> None:
    options = by_length(["身份证", "身份证号码"])
    heard = sounds_of("的身份证号码是")
    assert [said_at(heard, at, options) for at in range(3)] == [0, 5, 0]


def test_a_longer_cue_may_be_a_little_off_a_short_one_may_not() -> None:
    assert may_miss(1) == may_miss(2) == 0
    assert said_at(sounds_of("生份证号码"), 0, by_length(["身份证号码"])) == 5
    assert said_at(sounds_of("天花"), 0, by_length(["电话"])) == 0
