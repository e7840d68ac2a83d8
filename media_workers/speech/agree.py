"""Stable text from successive hypotheses: each word once, in order, never changed.

A new hypothesis is laid over the text already given by aligning characters (not times: they
shift by some tenths of a second from one listening to the next); what follows the given text is
new. A new character becomes stable when the hypothesis before had it too and it lies `margin`
before the end of the sound, or, when the two differ, once it lies `doubt` before the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from courtstream.domain.time import MILLISECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from media_workers.speech.hypothesis import Hypothesis

MARGIN: MediaTime = 300 * MILLISECOND
DOUBT: MediaTime = 600 * MILLISECOND
"""Measured: as few wrong characters as with a second (CER .197 over seven recordings), and text is
stable .4 s sooner; with .5 s more characters are wrong."""

_TAIL = 14
"""Characters of given text that the next hypothesis is aligned with."""

_NEAR: MediaTime = 900 * MILLISECOND
"""The same character may sit this far apart in two hypotheses; further, it is another one."""

_FAR_COST = 1.5
"""Edits that one second between two ends of text is worth."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A character with the punctuation that follows it."""

    word: Word
    after: str


class StableText:
    """Owns what has been given out. `margin` and `doubt` in nanoseconds of sound."""

    def __init__(self, margin: MediaTime = MARGIN, doubt: MediaTime = DOUBT) -> None:
        self._margin = margin
        self._doubt = max(margin, doubt)
        self._given: list[Word] = []
        self._open: list[_Mark] = []

    @property
    def provisional(self) -> str:
        """Text after the stable part; it may change."""
        return "".join(mark.word.text + mark.after for mark in self._open)

    def push(self, hypothesis: Hypothesis, final: MediaTime | None = None) -> tuple[Word, ...]:
        """Take the next hypothesis; give the words it makes stable.

        Words that end before `final` are stable whatever was read before: speech is known to
        have stopped there, or nothing more will be heard of it. Each word's `committed` is the
        end of the hypothesis' window.
        """
        fresh = self._after_given(_marks(hypothesis))
        agreed = _agreed(self._open, fresh)
        end = hypothesis.window.end
        count = 0
        while count < len(fresh):
            word = fresh[count].word
            patience = self._margin if count in agreed else self._doubt
            if word.span.end > max(end - patience, -1 if final is None else final):
                break
            count += 1
        self._open = fresh[count:]
        return self._give(fresh[:count], end)

    def flush(self, at: MediaTime) -> tuple[Word, ...]:
        """Nothing more will be heard: the open text becomes stable at `at`."""
        rest, self._open = self._open, []
        return self._give(rest, at)

    def _give(self, marks: Sequence[_Mark], at: MediaTime) -> tuple[Word, ...]:
        given = []
        last = self._given[-1].span.end if self._given else 0
        for mark in marks:
            start = max(mark.word.span.start, last)
            last = max(mark.word.span.end, start)
            self._given.append(replace(mark.word, span=Span(start, last)))
            text = mark.word.text + mark.after
            given.append(replace(self._given[-1], text=text, committed=at))
        self._given = self._given[-_TAIL:]
        return tuple(given)

    def _after_given(self, marks: list[_Mark]) -> list[_Mark]:
        """The part of a hypothesis that follows what was given."""
        heard = [mark.word for mark in marks]
        return marks[_meeting(self._given, heard) :] if self._given and marks else marks


def _marks(hypothesis: Hypothesis) -> list[_Mark]:
    after = hypothesis.after or ("",) * len(hypothesis.chars)
    return [_Mark(word, mark) for word, mark in zip(hypothesis.chars, after, strict=True)]


def _meeting(given: Sequence[Word], heard: Sequence[Word]) -> int:
    """How many of `heard` are already covered by `given`.

    Edit distance with a free beginning on both sides, where characters match only near in time;
    among the possible cuts the cheapest wins, distance in time counting as edits.
    """
    row = [0.0] * (len(heard) + 1)
    for word in given:
        if word.span.end > heard[0].span.start - _NEAR:
            row = _next_row(row, word, heard)
    end = given[-1].span.end
    costs = [cost + _FAR_COST * _apart(heard, cut, end) for cut, cost in enumerate(row)]
    return min(range(len(costs)), key=costs.__getitem__)


def _next_row(row: list[float], word: Word, heard: Sequence[Word]) -> list[float]:
    new = [row[0] + 1.0]
    for i, other in enumerate(heard):
        near = abs(other.span.start - word.span.start) <= _NEAR
        replaced = row[i] + (0.0 if near and other.text == word.text else 1.0)
        new.append(min(replaced, row[i + 1] + 1.0, new[i] + 1.0))
    return new


def _apart(heard: Sequence[Word], cut: int, end: MediaTime) -> float:
    """Seconds between the end of the given text and a cut before `heard[cut]`."""
    before = heard[cut - 1].span.end if cut else min(end, heard[0].span.start)
    after = heard[cut].span.start if cut < len(heard) else max(end, heard[-1].span.end)
    return max(0, before - end, end - after) / 1e9


def _agreed(old: Sequence[_Mark], new: Sequence[_Mark]) -> frozenset[int]:
    """Indices in `new` of characters that the reading before had too, near the same time."""
    found: set[int] = set()
    first = 0
    for i, mark in enumerate(new):
        for j in range(first, min(len(old), first + 4)):
            apart = abs(old[j].word.span.start - mark.word.span.start)
            if old[j].word.text == mark.word.text and apart <= _NEAR:
                found.add(i)
                first = j + 1
                break
    return frozenset(found)
