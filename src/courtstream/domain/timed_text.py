"""Text whose characters know when they were said, kept so through people's corrections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from courtstream.domain.time import MediaTime, Span

MASK = "〔个人信息〕"
"""Stands once for each hidden stretch, in captions, transcript and every other text."""


@dataclass(frozen=True, slots=True)
class TimedChar:
    """One character (a mark counts as one) and when it was said."""

    text: str
    span: Span


def timed(text: str, words: Sequence[Sequence[Any]], whole: Span) -> list[TimedChar]:
    """The characters of `text`. `words` are [text, start, end, …] in ns.

    Words that do not spell the text are taken as hints: what is between known characters, or all
    of it without words, shares the time evenly.
    """
    said = [one for word in words for one in _shared(str(word[0]), _span(word, whole))]
    if "".join(one.text for one in said) == text:
        return said
    return retimed(said, text, whole)


def retimed(said: Sequence[TimedChar], text: str, whole: Span) -> list[TimedChar]:
    """`text`, a corrected form of `said`: unchanged characters keep their times."""
    units = _units(text)
    matcher = SequenceMatcher(None, [one.text for one in said], units, autojunk=False)
    found: list[TimedChar] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found += said[a:b]
        elif c < d:
            start = found[-1].span.end if found else whole.start
            end = said[b].span.start if b < len(said) else whole.end
            found += _spread(units[c:d], Span(start, max(start, end)))
    return found


def masked(chars: Sequence[TimedChar], hidden: Iterable[Span]) -> list[TimedChar]:
    """Every character said inside a hidden span gone, one mark in place of a stretch."""
    spans = list(hidden)
    kept: list[TimedChar] = []
    for one in chars:
        if not any(_touches(one.span, span) for span in spans):
            kept.append(one)
        elif kept and kept[-1].text == MASK:
            kept[-1] = replace(kept[-1], span=Span(kept[-1].span.start, one.span.end))
        else:
            kept.append(TimedChar(MASK, one.span))
    return kept


def plain(chars: Iterable[TimedChar]) -> str:
    """The text alone."""
    return "".join(one.text for one in chars)


def as_words(chars: Iterable[TimedChar]) -> list[list[Any]]:
    """As the database keeps them."""
    return [[one.text, one.span.start, one.span.end, 1.0] for one in chars]


def _units(text: str) -> list[str]:
    parts = text.split(MASK)
    units = list(parts[0])
    for part in parts[1:]:
        units += [MASK, *part]
    return units


def _shared(text: str, span: Span) -> list[TimedChar]:
    return _spread(_units(text), span)


def _spread(units: Sequence[str], span: Span) -> list[TimedChar]:
    step = span.length / max(1, len(units))
    at = [span.start + round(n * step) for n in range(len(units) + 1)]
    return [TimedChar(unit, Span(at[n], at[n + 1])) for n, unit in enumerate(units)]


def _span(word: Sequence[Any], whole: Span) -> Span:
    start = int(word[1]) if len(word) > 1 else whole.start
    end = int(word[2]) if len(word) > 2 else whole.end
    return Span(start, max(start, end))


def _touches(one: Span, hidden: Span) -> bool:
    at: MediaTime = max(one.end, one.start + 1)
    return one.start < hidden.end and hidden.start < at
