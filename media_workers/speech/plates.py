"""Number plates and names of accounts: letters and digits in one row, or a plate half heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.nearness import ALIKE, NEAR, grade
from courtstream.rules.masking.spoken import listed, said_at, table
from media_workers.speech.extent import Evidence, hidden
from media_workers.speech.heard import DIGIT, LETTERS, LIKE_DIGIT, Heard
from media_workers.speech.papers import is_paper

_ROW = frozenset({DIGIT, LETTERS, LIKE_DIGIT})
_YEAR = re.compile(r"\D?20\d\d")
_LENGTH, _NEAR_CAR = 8, 9
_LOST, _DIGITS = 2, 4
"""Province and letter of a plate; so many digits in a row behind them make it one."""


def mixed(heard: Heard) -> Iterator[Evidence]:
    """Letters and digits in one row, whatever was said before."""
    at = 0
    while at < len(heard.signs):
        end = at
        while end < len(heard.signs) and heard.signs[end].kind in _ROW:
            end += 1
        kinds = [sign.kind for sign in heard.signs[at:end]]
        counted = heard.text[end : end + 1] in tuple(table("digits")["units"])
        year = _YEAR.match(heard.text[at:end])  # of which 年 was read as a letter
        other = counted or year or is_paper(heard, at)
        if LETTERS in kinds and kinds.count(DIGIT) >= 3 and not other:
            first = max(0, at - 1)
            yield Evidence(hidden(heard, first, end - 1), Reason.PLATE, first, end - 1, 0.5)
        at = max(end, at + 1)


def half_heard(heard: Heard) -> Iterator[Evidence]:
    """Something like 车牌, something like a province, then mostly digits: 出排金也八三给二六."""
    for at in range(len(heard.signs) - 2):
        size = _like_cue(heard, at)
        if not size or not _province(heard.sounds[at + size : at + size + 1]):
            continue
        first, last = at + size, _end(heard, at + size)
        digits = sum(heard.signs[index].kind == DIGIT for index in range(first, last + 1))
        if digits >= 3:
            yield Evidence(hidden(heard, first, last), Reason.PLATE, first, last, 0.5)


def of_a_car(heard: Heard) -> Iterator[Evidence]:
    """After a word for a car: any sign, a letter however it is written, and four more of a row."""
    for at in range(len(heard.signs)):
        size = said_at(heard.sounds, at, listed("plates", "cars"))
        if said_at(heard.sounds, at, listed("plates", "no_cars")):
            continue
        for first in range(at + size, at + size + _NEAR_CAR if size else 0):
            # 第 before the digits makes them a paper's
            if "第" not in heard.text[first : first + 4] and _after_letter(heard, first):
                last = _end(heard, first)
                if heard.text[last + 1 : last + 2] not in tuple(table("digits")["units"]):
                    span = hidden(heard, first, last)
                    yield Evidence(span, Reason.PLATE, first, last, 0.5, True)
                break


def _after_letter(heard: Heard, first: int) -> bool:
    """Whether a letter stands behind sign `first`, and behind it a row as long as a plate's."""
    letter = _letter(heard, first + 1)
    if not letter:
        return False
    row = list(islice(_marks(heard, first + 1 + letter), 5))
    digits, marks = row.count(DIGIT), sum(kind in _ROW for kind in row)
    if _province(heard.sounds[first : first + 1]):
        return (digits >= 2 and marks >= 4) or (digits >= 3 and marks >= 3)
    return digits >= 3 and marks >= 4


def of_one_car(heard: Heard) -> Iterator[Evidence]:
    """Behind 车一辆 a row of digits is its plate, though province and letter were not heard."""
    for at in range(len(heard.signs)):
        size = said_at(heard.sounds, at, listed("plates", "one_car"))
        for first in range(at + size, at + size + _LOST + 1 if size else 0):
            row = heard.text[first : first + _DIGITS]
            if len(row) == _DIGITS and row.isdigit() and not _YEAR.match(row):
                last = _end(heard, at + size)
                if heard.text[last + 1 : last + 2] not in tuple(table("digits")["units"]):
                    span = hidden(heard, at + size, last)
                    yield Evidence(span, Reason.PLATE, at + size, last, 0.5, True)
                break


def _like_cue(heard: Heard, at: int) -> int:
    """Length of what sounds like a word for a plate: all near, at least one of them alike."""
    for cue in listed("plates", "cues"):
        part = heard.sounds[at : at + len(cue)]
        marks = [grade(one, other) for one, other in zip(part, cue, strict=False)]
        if len(marks) == len(cue) and min(marks) >= NEAR and max(marks) >= ALIKE:
            return len(cue)
    return 0


def _province(sounds: tuple[str, ...]) -> bool:
    return bool(sounds) and any(
        grade(sounds[0], one[0]) >= ALIKE for one in listed("plates", "provinces")
    )


def _letter(heard: Heard, at: int) -> int:
    """Length of a letter at `at`, recognised or written as it is said (达不溜); 0 when none."""
    if at < len(heard.signs) and heard.signs[at].kind == LETTERS:
        return 1
    return said_at(heard.sounds, at, listed("plates", "letters"))


def _marks(heard: Heard, at: int) -> Iterator[str]:
    """What each mark from `at` on is; a letter of several syllables is one."""
    while at < len(heard.signs):
        kind = heard.signs[at].kind
        size = 0 if kind in _ROW else _letter(heard, at)
        yield LETTERS if size else kind
        at += max(1, size)


def _end(heard: Heard, first: int) -> int:
    """The last digit or letter among the marks a plate has."""
    last = at = first
    for _ in range(_LENGTH):
        if at >= len(heard.signs):
            break
        size = 1 if heard.signs[at].kind in _ROW else _long_letter(heard, at)
        if size:
            last = at + size - 1
        at += max(1, size)
    return last


def _long_letter(heard: Heard, at: int) -> int:
    """Length of a letter of several syllables: no other word sounds like one."""
    size = said_at(heard.sounds, at, listed("plates", "letters"))
    return size if size > 1 else 0
