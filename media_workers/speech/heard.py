"""A hypothesis as a row of sounds: what each character is to someone listening for numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from courtstream.domain.time import Span
from courtstream.rules.masking.numbers import digit_map
from courtstream.rules.masking.spoken import table
from courtstream.rules.masking.syllables import syllable
from media_workers.speech.hypothesis import Hypothesis

PAUSE, LONG = 250_000_000, 400_000_000
_REST, _FADE = 1_200_000_000, 600_000_000
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

    `opening`: somebody speaks already where the sound begins.
    """

    window: Span
    signs: tuple[Sign, ...]
    voiced: tuple[Span, ...]
    opening: bool = False

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
    signs: list[Sign] = []
    for word in hypothesis.chars:
        parts = re.findall(r"[A-Za-z]+|[^\W_]", word.text)
        if not parts:
            continue
        step = word.span.length // len(parts)
        for place, part in enumerate(parts):
            start = word.span.start + place * step
            signs.append(_sign(part, Span(start, start + step)))
    return Heard(hypothesis.window, tuple(signs), hypothesis.voiced, hypothesis.opening)
