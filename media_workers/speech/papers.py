"""Numbers that are nobody's: of the case, of a paper, and sums that were written in digits."""

from __future__ import annotations

from courtstream.rules.masking.spoken import listed, said_at
from media_workers.speech.heard import DIGIT, LETTERS, LIKE_DIGIT, Heard

_SERIES = 8
"""Signs between the name of a paper and its number when 字 or 第 stands before the digits."""

_LONGEST_SUM = 9
"""So many digits are no sum any more."""


def is_paper(heard: Heard, at: int) -> bool:
    """Whether the number belongs to the case or a paper: 合同编号是…, 文号某某鉴字2026…"""
    between = _SERIES if heard.sounds[at - 1 : at] in {("zi",), ("di",)} else 2
    return any(
        size and at - (back + size) <= between and _is_its(heard, back, size, at)
        for back in range(max(0, at - between - 6), at)
        if (size := said_at(heard.sounds, back, listed("public", "papers")))
    )


def names_paper(heard: Heard, at: int) -> bool:
    """Whether the name of a paper begins at sign `at`: what is read before it is over."""
    return said_at(heard.sounds, at, listed("public", "papers")) > 1


def is_sum(heard: Heard, at: int) -> bool:
    """Whether the digits from `at` on are a sum of which 万 or 元 was not recognised."""
    end = at
    while end < len(heard.signs) and heard.signs[end].kind == DIGIT:
        end += 1
    noughts = heard.text[max(at, end - 2) : end] == "00" and end - at < _LONGEST_SUM
    words = listed("public", "sums")
    return noughts and any(
        size and 0 <= at - (back + size) <= 1
        for back in range(max(0, at - 5), at)
        if (size := said_at(heard.sounds, back, words))
    )


def paper_signs(heard: Heard) -> list[tuple[int, int]]:
    """Ranges of signs that are the number of the case or a paper, by what stands before it."""
    starts = [
        at
        for at, sign in enumerate(heard.signs)
        if sign.kind == DIGIT and (at == 0 or heard.signs[at - 1].kind != DIGIT)
    ]
    return [(at, _row_end(heard, at)) for at in starts if is_paper(heard, at)]


def _is_its(heard: Heard, back: int, size: int, at: int) -> bool:
    """案号 ends 病案号, too: a case's number begins with its year."""
    return size > 2 or heard.sounds[back] != "an" or heard.digits[at : at + 2] in {"20", "19"}


def _row_end(heard: Heard, at: int) -> int:
    """One past the digits, sounds like digits and letters that follow each other from `at` on."""
    while at < len(heard.signs) and heard.signs[at].kind in {DIGIT, LIKE_DIGIT, LETTERS}:
        at += 1
    return at
