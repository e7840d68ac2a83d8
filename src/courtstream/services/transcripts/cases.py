"""What people corrected becomes test cases: sentences with what must be hidden and what must stay.

A case never carries the private number itself: every digit of it is shifted, in the form in which
it was written. Stretches without a number (names, places) cannot be told without telling them, so
they are counted only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.time import Span
from courtstream.domain.timed_text import MASK, TimedChar, timed
from courtstream.rules.masking.numbers import digit_map
from courtstream.services.transcripts import revisions as transcripts
from courtstream.store.tables import (
    SpeechCorrection,
    SpeechOp,
    SpeechState,
    TranscriptTurn,
)

_FORMS = ("0123456789", "零一二三四五六七八九", "〇幺两三四五六拐八九", "洞幺俩叁肆伍陆柒捌玖")
_LEAST = 4
SHIFT = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence. `spans` are [start, end] of characters that must be hidden, or must stay."""

    id: str
    text: str
    must: str
    spans: tuple[tuple[int, int], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class CaseSet:
    """All cases, and how many corrections could not be told without private words."""

    cases: tuple[Case, ...]
    untold: int


def collect(session: Session, hearing_id: str = "") -> CaseSet:
    """The cases of one hearing, or of all."""
    query = select(SpeechCorrection).where(SpeechCorrection.state == SpeechState.APPLIED)
    if hearing_id:
        query = query.where(SpeechCorrection.hearing_id == hearing_id)
    found, untold = list[Case](), 0
    for row in session.scalars(query.order_by(SpeechCorrection.id)):
        cases = list(_of(session, row))
        found += cases
        untold += not cases
    return CaseSet(tuple(found), untold)


def _of(session: Session, row: SpeechCorrection) -> Iterator[Case]:
    turns = transcripts.newest_turns(session, row.hearing_id)
    span = Span(row.start, row.end)
    for turn in turns:
        if span.overlaps(Span(turn.start, turn.end)):
            case = _case(turn, row, span)
            if case is not None:
                yield case


def _case(turn: TranscriptTurn, row: SpeechCorrection, span: Span) -> Case | None:
    chars = timed(turn.text, turn.words, Span(turn.start, turn.end))
    inside = [n for n, one in enumerate(chars) if one.span.overlaps(span)]
    said = "".join(chars[n].text for n in inside)
    digits = sum(char in digit_map() or char.isdigit() for char in said)
    if MASK in said or digits < _LEAST:
        return None
    spans, text = _written(chars, frozenset(inside))
    must = "hide" if row.op is SpeechOp.HIDE else "keep"
    return Case(row.id, text, must, spans, row.reason)


def _written(
    chars: list[TimedChar], inside: frozenset[int]
) -> tuple[tuple[tuple[int, int], ...], str]:
    """The digits inside as spans of the text, and the text with these digits shifted."""
    text, spans = "", list[tuple[int, int]]()
    for number, one in enumerate(chars):
        start = len(text)
        private = number in inside and (one.text in digit_map() or one.text.isdigit())
        text += shifted(one.text) if private else one.text
        if private and spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], len(text))
        elif private:
            spans.append((start, len(text)))
    return tuple(spans), text


def shifted(char: str) -> str:
    """Another digit in the same writing."""
    for form in _FORMS:
        if char in form:
            return form[(form.index(char) + SHIFT) % 10]
    return char
