"""A child's school and class, and states of health, in recognised speech."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.catalogue import catalogue
from courtstream.rules.masking.nearness import ALIKE, NEAR, grade
from courtstream.rules.masking.sensitive import find_health, find_minors
from courtstream.rules.masking.spoken import Words, by_length, said_at, sounds_of, table
from media_workers.speech.extent import Evidence, hidden
from media_workers.speech.heard import DIGIT, LIKE_DIGIT, Heard

_BY_SOUND = 3
"""An illness of so many syllables is known by its sound; shorter ones must be written so."""

_COUNTED, _NO_GRADE, _GOES = "几期别", "第零", "在上读念到于叫学"
"""What makes 年 no grade, what stands before no grade, and what stands before a school's name."""

_LONGEST_SCHOOL = 14
_PARTICLES = frozenset("的了吗呢吧啊")
"""In a short one none of these is written: 事故的真实性 sounds like 孤独症."""

_FEW_DIGITS = 2
"""So many digits in it, and what sounds like an illness is a number."""


def sensitive(heard: Heard) -> Iterator[Evidence]:
    """Every school with a class, and every named illness."""
    for span in find_minors(_classes(heard)):
        if _one_clause(heard, span.start, span.end):
            yield _evidence(heard, Reason.MINOR, span.start, span.end)
    yield from _grades(heard)
    for span in find_health(heard.text):
        yield _evidence(heard, Reason.HEALTH, span.start, span.end)
    yield from _misspelt(heard)


def _one_clause(heard: Heard, first: int, end: int) -> bool:
    """A school told without a class is named in one clause: 上学，去年十月检查初中 is none."""
    told = heard.text[first:end]
    return "班" in told or "年级" in told or not any(map(heard.marked, range(first, end - 1)))


def _classes(heard: Heard) -> str:
    """The text with 班 after a number wherever it sounds like it: 四年级一般, 初二期班."""
    text = list(heard.text)
    for at in range(1, len(text)):
        number, before = heard.signs[at - 1], heard.signs[at - 2 : at - 1]
        if heard.sounds[at] != "ban" or number.kind not in {DIGIT, LIKE_DIGIT}:
            continue
        if number.kind == LIKE_DIGIT and not (before and before[0].kind == DIGIT):
            continue
        text[at - 1], text[at] = heard.digits[at - 1], "班"
    return "".join(text)


def _grades(heard: Heard) -> Iterator[Evidence]:
    """A grade by its sound with the school before it, whatever that is called: 英俊中心校一年级."""
    for at in range(len(heard.signs) - 2):
        end = _grade_end(heard, at)
        if end:
            yield _evidence(heard, Reason.MINOR, _school_start(heard, at), end)


def _grade_end(heard: Heard, at: int) -> int:
    """One past the grade that begins at `at` and the class after it; 0 when there is none."""
    if heard.signs[at].kind != DIGIT or heard.sounds[at + 1 : at + 3] != ("nian", "ji"):
        return 0
    if (
        any(char in _COUNTED for char in heard.text[at + 2 : at + 4])
        or heard.text[at - 1 : at] in _NO_GRADE
    ):
        return 0
    end = at + 3
    rest = heard.signs[end : end + 2]
    if len(rest) == 2 and rest[0].kind == DIGIT and end not in heard.rests:
        return end + 2
    return end


def _school_start(heard: Heard, at: int) -> int:
    """Where the school's name before a grade begins: behind 在, 上, 读, or with its clause."""
    first = at
    while first > 0 and at - first < _LONGEST_SCHOOL and first not in heard.rests:
        if heard.text[first - 1] in _GOES or heard.marked(first - 1):
            break
        first -= 1
    return first


def _misspelt(heard: Heard) -> Iterator[Evidence]:
    """Illnesses by their sound; after a word that leads to one, of which one syllable is off."""
    for at in range(len(heard.signs)):
        size = said_at(heard.sounds, at, _illnesses()) or (_led(heard, at) and _nearly(heard, at))
        # 零八六 sounds like 淋巴瘤
        digits = sum(sign.kind == DIGIT for sign in heard.signs[at : at + size])
        plain = _may_be_illness(heard.text[at : at + size])
        if size and digits < _FEW_DIGITS and plain:
            yield _evidence(heard, Reason.HEALTH, at, at + size)


def _may_be_illness(text: str) -> bool:
    """Whether no court word is written in it: 汇鑫律师事务所 sounds like 心律失常."""
    short = len(text) <= _BY_SOUND
    if short and not _PARTICLES.isdisjoint(text):
        return False
    return not any(word in text for word in table("near")["words"])


@cache
def _illnesses() -> Words:
    return by_length(w for w in catalogue().tables["health"]["words"] if len(w) >= _BY_SOUND)


@cache
def _leads() -> tuple[tuple[str, ...], ...]:
    return tuple(sounds_of(word) for word in catalogue().tables["health"]["leads"])


def _led(heard: Heard, at: int) -> bool:
    """Whether a word stands right before sign `at` that an illness may follow.

    One of a single sign must be written so: 的, 事 and 又 sound like 得, 是 and 有.
    """
    if heard.text[at - 1 : at] in catalogue().tables["health"]["leads"]:
        return True
    return any(
        heard.sounds[max(0, at - len(lead)) : at] == lead for lead in _leads() if len(lead) > 1
    )


def _nearly(heard: Heard, at: int) -> int:
    """Length of an illness at `at` of which all syllables but one are alike, and that one near."""
    for name in _illnesses():
        part = heard.sounds[at : at + len(name)]
        marks = [grade(one, other) for one, other in zip(part, name, strict=False)]
        alike = sum(mark >= ALIKE for mark in marks)
        if len(marks) == len(name) and min(marks) >= NEAR and alike >= len(name) - 1:
            return len(name)
    return 0


def _evidence(heard: Heard, reason: Reason, first: int, end: int) -> Evidence:
    return Evidence(hidden(heard, first, end - 1), reason, first, end - 1, 0.7, True)
