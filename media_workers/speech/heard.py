"""A hypothesis as a row of sounds: what each character is to someone listening for numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from courtstream.domain.time import Span
from courtstream.rules.masking.numbers import digit_map
from courtstream.rules.masking.spoken import table
from courtstream.rules.masking.syllables import syllable
from media_workers.speech.hypothesis import Hypothesis

PAUSE, LONG = 250_000_000, 400_000_000
_REST, _FADE = 1_200_000_000, 600_000_000
_TURN = 450_000_000
"""So long without a voice, and a sentence is over or somebody else speaks."""

_CLAUSE = frozenset("，。！？；：,.!?;:")
_FEW = 2
"""So few characters at the end of a breath may be the garbled rest of a number."""

DIGIT, TENS, LETTERS, LIKE_DIGIT, OTHER = "D", "T", "L", "W", "O"


@dataclass(frozen=True, slots=True)
class Sign:
    """One character (or run of Latin letters): `char` has digits as 0-9, letters as `a`."""

    char: str
    sound: str
    kind: str
    span: Span


def _kind(text: str, sound: str) -> str:
    if text in digit_map() or text.isdigit():
        return DIGIT
    if text in "十百千":
        return TENS
    if text.isascii() and text.isalpha():
        return LETTERS
    return LIKE_DIGIT if sound in table("digits")["syllables"] else OTHER


def _sign(text: str, span: Span) -> Sign:
    kind = _kind(text, syllable(text[0]))
    sound = text.lower() if kind == LETTERS else syllable(text[0])
    char = "a" if kind == LETTERS else digit_map().get(text, text[0])
    return Sign(char, sound, kind, span)


@dataclass(frozen=True)
class Heard:
    """The signs of a hypothesis; `text[i]` and `sounds[i]` belong to `signs[i]`.

    `opening`: somebody speaks already where the sound begins. `closing`: no window follows.
    `marks[i]`: the punctuation that the
    recogniser wrote after sign `i`; empty when it tells none.
    """

    window: Span
    signs: tuple[Sign, ...]
    voiced: tuple[Span, ...]
    opening: bool = False
    marks: tuple[str, ...] = ()
    closing: bool = False

    @cached_property
    def text(self) -> str:
        """One character a sign."""
        return "".join(sign.char for sign in self.signs)

    @cached_property
    def digits(self) -> str:
        """`text` with sounds like digits as the digits they may be."""
        like = table("digits")["as_digits"]
        return "".join(
            like.get(sign.sound, sign.char) if sign.kind == LIKE_DIGIT else sign.char
            for sign in self.signs
        )

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        """One syllable a sign."""
        return tuple(sign.sound for sign in self.signs)

    @cached_property
    def rests(self) -> frozenset[int]:
        """Signs before which nobody speaks for a while: the first of a turn or a sentence."""
        found: set[int] = set()
        for before, after in pairwise(self.voiced):
            if after.start - before.end >= _TURN:
                middle = (before.end + after.start) // 2
                found.add(next((i for i, s in enumerate(self.signs) if s.span.end > middle), -1))
        return frozenset(found)

    def clause_end(self, at: int, most: int) -> int:
        """One past the last sign of the clause that begins at `at`, at most `most` signs on.

        A clause ends at a mark the recogniser wrote or at a rest; so does what a cue announces.
        """
        stop = min(len(self.signs), at + most)
        for index in range(at, stop):
            if index + 1 in self.rests or self.marked(index):
                return index + 1
        return stop

    def marked(self, index: int) -> bool:
        """Whether the recogniser wrote a mark that ends a clause after sign `index`."""
        if not self.marks or _CLAUSE.isdisjoint(self.marks[index]):
            return False
        # inside a number a mark is a breath (or a thousand's comma)
        return not all(sign.kind == DIGIT for sign in self.signs[index : index + 2])

    def start(self, index: int) -> int:
        """When sign `index` begins; past the last, the end of the window."""
        return self.signs[index].span.start if index < len(self.signs) else self.window.end

    def end(self, index: int) -> int:
        """When sign `index` ends."""
        return self.signs[index].span.end

    def voiced_share(self, start: int, end: int) -> float:
        """How much of `start..end` the voice detector calls speech; 1.0 when it said nothing."""
        if not self.voiced or end <= start:
            return 1.0
        part = Span(start, end)
        inside = [clip.length for span in self.voiced if (clip := span.clipped(part))]
        return sum(inside) / (end - start)

    def onset(self, index: int) -> int:
        """When sign `index` is likely to begin: a long one was stretched over the pause before."""
        if index >= len(self.signs):
            return self.window.end
        return max(self.start(index), self.end(index) - LONG)

    def breath_after(self, last: int, end: int) -> int:
        """When what sign `last` ends with has died away; `end` when other words follow at once.

        The recogniser drops last digits and the voice fades into the room: the rest of a breath
        belongs to the number unless words are recognised in it, and so does the silence after.
        """
        breath = next((v for v in self.voiced if v.start <= end and end <= v.end + PAUSE), None)
        if breath is None or breath.end >= self.window.end:
            return end
        rest = [i for i in range(last + 1, len(self.signs)) if self.onset(i) < breath.end - PAUSE]
        if breath.end - end > (_REST // 2 if rest else _REST) or len(rest) > _FEW:
            return end
        later = [v.start for v in self.voiced if v.start > breath.end]
        return max(end, min(breath.end + _FADE, *later, self.window.end))

    def pause_after(self, start: int, limit: int, pause: int = PAUSE) -> int:
        """When the first silence longer than `pause` after `start` begins, or `limit`."""
        if not self.voiced:
            return limit
        at = start
        for span in self.voiced:
            if span.end <= at:
                continue
            if span.start > at + pause:
                break
            at = span.end
        return min(max(at, start), limit)


def listen(hypothesis: Hypothesis) -> Heard:
    """The signs of a hypothesis; several digits in one word share its time evenly."""
    signs, marks = list[Sign](), list[str]()
    after = hypothesis.after or ("",) * len(hypothesis.chars)
    for word, mark in zip(hypothesis.chars, after, strict=True):
        parts = re.findall(r"[A-Za-z]+|[^\W_]", word.text)
        step = word.span.length // max(1, len(parts))
        for place, part in enumerate(parts):
            start = word.span.start + place * step
            signs.append(_sign(part, Span(start, start + step)))
            marks.append("")
        if marks:
            marks[-1] += mark if parts else word.text + mark
    return Heard(
        hypothesis.window,
        tuple(signs),
        hypothesis.voiced,
        hypothesis.opening,
        tuple(marks),
        hypothesis.closing,
    )
