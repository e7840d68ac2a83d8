"""Numbers that name a person: identity, phone, card and the like, by cue, length and check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from courtstream.rules.masking.catalogue import alternatives, catalogue
from courtstream.rules.masking.checksums import (
    card,
    id_checksum,
    id_shape,
    landline,
    mobile,
)
from courtstream.rules.masking.keeps import court_contact, hotline, kept_ranges, quantity
from courtstream.rules.masking.numbers import TURN, Group, Run, runs
from courtstream.rules.masking.spans import TextSpan

_CLAUSE_ENDS = "。？！；?!;\n"
_REACH = 24
_ANSWER = 4
"""Characters before the number of an answer at most (是, 我的是)."""

_REPEATED = 16
"""Characters between a hidden number and digits in another turn that repeat it or go on with it."""

_WRITTEN, _SPOKEN = 15, 9
"""Digits in a row that are private without a cue: written ones may be a paper's number."""

_COPULA = 3
"""Characters between a cue and a number said in tens and hundreds: further off it is a count."""

_PAUSED = re.compile(r"[，,、 \-]?")
"""Between a hidden number and its own rest."""

_TAILS = re.compile(r"尾号|后四位|后几位|后六位|最后[一二三四五六几]位|末四位")
_RESTARTS = re.compile(r"[，,。、 \n]*(?:不对|错了|说错|更正|重新|不是)")
_ANNOUNCED = {"ID", "SSN", "MEDNO", "QQ", "PASSPORT", "WECHAT"}


@cache
def _cues() -> re.Pattern[str]:
    words = [word for cue in catalogue().cues for word in cue.words]
    return re.compile(alternatives(words))


@cache
def _cue_types() -> dict[str, tuple[str, int]]:
    return {word: (cue.type, cue.least) for cue in catalogue().cues for word in cue.words}


def clause_before(text: str, start: int) -> str:
    """The words before `start`, back to the end of the sentence before.

    Where a turn begins with the number, the question that it answers belongs to it.
    """
    begin = max((text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1) + 1
    if text[begin - 1 : begin] == TURN and start - begin <= _ANSWER:
        asked = text[: begin - 1].rstrip(_CLAUSE_ENDS)
        begin = max((asked.rfind(mark) for mark in _CLAUSE_ENDS), default=-1) + 1
    return text[begin:start]


def cue_before(text: str, start: int) -> tuple[str, int, str]:
    """(type, least digits, words between) of the nearest cue in the clause, or ("", 0, "")."""
    before = clause_before(text, start)
    cues = list(_cues().finditer(before))
    found = cues[-1] if cues else None
    if found is None or len(before) - found.end() > _REACH:
        return "", 0, ""
    kind, least = _cue_types()[found.group()]
    return kind, least, before[found.end() :]


def strong(digits: str, kind: str) -> tuple[str, float] | None:
    """What a number is by its own form, with `kind` the cue's opinion; None when nothing."""
    if kind == "SSN" and len(digits) in {9, 10, 12, 15, 18}:
        return "SSN", 0.95
    if id_checksum(digits) and id_shape(digits):
        return "ID", 0.99
    if kind == "BANK" and 15 <= len(digits) <= 23:
        return "BANK", 0.95
    if id_shape(digits):
        return ("BANK", 0.95) if card(digits) and len(digits) == 18 else ("ID", 0.9)
    if mobile(digits):
        return ("WECHAT" if kind == "WECHAT" else "PHONE"), 0.95
    if landline(digits):
        return "TEL", 0.9
    return ("BANK", 0.9) if card(digits) else None


def _weak(text: str, run: Run, cue: tuple[str, int, str]) -> tuple[str, float] | None:
    kind, least, between = cue
    digits = run.digits
    if not kind or kind == "KEEP":
        return None
    if kind == "ID" and _TAILS.search(between) and len(digits) <= 8:
        return "ID_PART", 0.8
    if kind != "ID" and _TAILS.search(between):
        return None
    if _RESTARTS.match(text, run.end):
        least = 2
    if run.counted and len(between) > _COPULA:
        return None
    if len(digits) < least or len(between) > (16 if kind in _ANNOUNCED else 12):
        return None
    if len(between) > 8 and len(digits) < 7:
        return None
    return kind, 0.8


def _reading(text: str, run: Run) -> bool:
    """So long that only an account or an identity number is read like this; less when spoken."""
    said = not any(char.isdigit() and char.isascii() for char in text[run.start : run.end])
    least = _SPOKEN if said and not any(group.whole for group in run.groups) else _WRITTEN
    return least <= len(run.digits) <= 24


def _best(run: Run, kind: str, first: int) -> tuple[int, tuple[str, float]] | None:
    """The longest stretch of groups from `first` with a form of its own: (one past, what)."""
    for last in range(len(run.groups), first, -1):
        digits = "".join(group.digits for group in run.groups[first:last])
        found = strong(digits, kind)
        if found:
            return last, found
    return None


def _pieces(run: Run, kind: str) -> Iterator[tuple[Run, tuple[str, float] | None]]:
    """Cut a run into numbers with a form of their own and the rest."""
    index, rest = 0, list[Group]()
    while index < len(run.groups):
        found = _best(run, kind, index)
        if found is None:
            rest.append(run.groups[index])
            index += 1
            continue
        if rest:
            yield Run(tuple(rest)), None
            rest = []
        yield Run(run.groups[index : found[0]]), found[1]
        index = found[0]
    if rest:
        yield Run(tuple(rest)), None


def _inside(run: Run, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= run.start and run.end <= end for start, end in ranges)


def _judge(
    text: str, run: Run, found: tuple[str, float] | None, ranges: list[tuple[int, int]]
) -> tuple[str, float] | None:
    digits = run.digits
    certain = found is not None and found[1] > 0.94 and found[0] in {"ID", "PHONE"}
    if not certain and _inside(run, ranges):
        return None
    before = clause_before(text, run.start)
    if hotline(digits) or court_contact(before, digits):
        return None
    cue = cue_before(text, run.start)
    if not certain and cue[0] == "KEEP" and len(cue[2]) <= 8:
        return None
    if not found and quantity(text[run.end :], digits, run.groups[-1].whole):
        return None
    return found or _weak(text, run, cue) or (("BANK", 0.6) if _reading(text, run) else None)


def find_numbers(text: str) -> list[TextSpan]:
    """Private numbers, written or spoken."""
    ranges, spans = kept_ranges(text), list[TextSpan]()
    for run in runs(text):
        kind = cue_before(text, run.start)[0]
        for piece, found in _pieces(run, kind):
            what = _judge(text, piece, found, ranges) or _repeated(text, piece, spans, ranges)
            if what:
                basis = catalogue().basis_of(what[0].removesuffix("_PART"))
                spans.append(TextSpan(piece.start, piece.end, what[0], basis, what[1]))
    return spans


def _repeated(
    text: str, run: Run, spans: list[TextSpan], ranges: list[tuple[int, int]]
) -> tuple[str, float] | None:
    """Digits right after a hidden number: its rest, or in another turn read back to be checked."""
    last = spans[-1] if spans else None
    if last is None or len(run.digits) < 2 or _inside(run, ranges) or hotline(run.digits):
        return None
    between = text[last.end : run.start]
    if not _PAUSED.fullmatch(between):
        if TURN not in between or len(between) > _REPEATED:
            return None
        if cue_before(text, run.start)[0] not in {"", last.type.removesuffix("_PART")}:
            return None
    counts = quantity(text[run.end :], run.digits, run.groups[-1].whole)
    return None if counts else (last.type, 0.6)
