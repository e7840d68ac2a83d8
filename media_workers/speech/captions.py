"""Caption lines from stable words: masked by the same spans as the sound, cut where people pause.

Lengths follow broadcast practice for Chinese subtitles: at most 18 characters a line and two
lines at once, one to six seconds on screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from media_workers.runtime.items import Caption, PrivateSpan

MASK = "〔个人信息〕"
"""Stands once for each hidden stretch, in captions, transcript and every other text."""

LINE = 18
LINES = 2
LONGEST: MediaTime = 6 * SECOND
SHORTEST: MediaTime = SECOND

_READ_ON: MediaTime = 500 * MILLISECOND
_NUMBERS = frozenset(
    {
        Reason.ID,
        Reason.PHONE,
        Reason.BANK,
        Reason.PASSPORT,
        Reason.ACCOUNT,
        Reason.PLATE,
        Reason.CERTIFICATE,
        Reason.NUMBER_BEING_READ,
    }
)
_PAUSE: MediaTime = 700 * MILLISECOND
_ENDS = "。？！；?!;"
_CLAUSES = "，、：,:"
_MARKS = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})


def mask_words(
    words: Sequence[Word],
    private: Iterable[PrivateSpan],
    before: Sequence[Word] = (),
    after: Sequence[Word] = (),
) -> tuple[Word, ...]:
    """`words` with everything said inside a private span replaced by one mark a span.

    A word is hidden when any instant of it lies inside; a word without length counts too. Where
    the span hides a number, digits read on without a pause go with it: their times in the text
    are looser than the sound's spans. The mark has the time of the words it stands for.
    `before` and `after`: unmasked neighbours, so that a number is followed over the border of a
    chunk; they are not given back.
    """
    hits = _with_digits([*before, *words, *after], list(private))
    hits = hits[len(before) : len(before) + len(words)]
    masked: list[Word] = []
    group: Span | None = None
    for word, hit in zip(words, hits, strict=True):
        if hit is None:
            masked.append(word)
            group = None
        elif group is not None and group.start <= hit.end and hit.start <= group.end:
            group = Span(min(group.start, hit.start), max(group.end, hit.end))
            masked[-1] = _grown(masked[-1], word)
        else:
            group = hit
            masked.append(replace(word, text=MASK))
    return tuple(masked)


def _with_digits(words: Sequence[Word], private: Sequence[PrivateSpan]) -> list[Span | None]:
    """For each word the private span that hides it."""
    found = [next((p for p in private if _touches(p.span, w.span)), None) for w in words]
    for order in (range(1, len(words)), range(len(words) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for i in order:
            beside = found[i + step]
            if found[i] is None and beside is not None and beside.reason in _NUMBERS:
                near = _gap(words[i].span, words[i + step].span) < _READ_ON
                found[i] = beside if near and _is_digit(words[i].text) else None
    return [None if hit is None else hit.span for hit in found]


def _is_digit(text: str) -> bool:
    """Whether a word is read as part of a number. 要 and 药 are how 幺 is misread."""
    return bool(text) and (text[0].isdigit() or text[0] in "零〇一二两三四五六七八九幺要药")


def _gap(one: Span, other: Span) -> MediaTime:
    return max(one.start, other.start) - min(one.end, other.end)


def _touches(private: Span, word: Span) -> bool:
    return word.start < private.end and private.start < max(word.end, word.start + 1)


def _grown(mark: Word, word: Word) -> Word:
    end = max(mark.span.end, word.span.end)
    return replace(mark, span=Span(mark.span.start, end), committed=word.committed)


class CaptionLines:
    """Makes captions from masked words pushed in order. `line` and `lines` bound a caption."""

    def __init__(self, line: int = LINE, lines: int = LINES) -> None:
        self._line = line
        self._room = line * lines
        self._words: list[Word] = []
        self._shown_until: MediaTime = 0

    def push(self, words: Iterable[Word], now: MediaTime) -> list[Caption]:
        """Take the next words; give the captions that are complete when speech reached `now`."""
        done: list[Caption] = []
        for word in words:
            if self._words and self._breaks_before(word):
                done.append(self._take())
            self._words.append(word)
            if self._ends_after(word):
                done.append(self._take())
        if self._words and now - self._words[-1].span.end >= _PAUSE:
            done.append(self._take())
        return done

    def flush(self) -> list[Caption]:
        """The last, unfinished caption."""
        return [self._take()] if self._words else []

    def _breaks_before(self, word: Word) -> bool:
        first, last = self._words[0], self._words[-1]
        if word.span.start - last.span.end >= _PAUSE or word.span.end - first.span.start > LONGEST:
            return True
        text = self._text() + word.text
        return width(text) > self._room or not _fits(text, self._line)

    def _ends_after(self, word: Word) -> bool:
        """At a sentence's end, or at a clause once a line is full."""
        long_enough = word.span.end - self._words[0].span.start >= SHORTEST
        if word.text[-1:] in _ENDS and word.text:
            return long_enough
        return word.text[-1:] in _CLAUSES and width(self._text()) >= self._line

    def _text(self) -> str:
        return "".join(word.text for word in self._words)

    def _take(self) -> Caption:
        start = max(self._words[0].span.start, self._shown_until)
        spoken = max(self._words[-1].span.end, start)
        end = min(max(spoken, start + SHORTEST), start + LONGEST)
        self._shown_until = end
        text = _wrapped(_tidy(self._text()), self._line)
        self._words = []
        return Caption(Span(start, end), text)


def width(text: str) -> int:
    """Columns in Chinese characters: two Latin characters or digits share one."""
    return (sum(2 if _is_wide(char) else 1 for char in text) + 1) // 2


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _tidy(text: str) -> str:
    """Chinese punctuation, none at the end but a question or exclamation mark."""
    return text.translate(_MARKS).rstrip("，、：；。 ")


def _wrapped(text: str, line: int) -> str:
    """Two balanced lines where one is not enough, cut at punctuation near the middle."""
    if width(text) <= line:
        return text
    cuts = [i for i in range(1, len(text)) if _may_cut(text, i, line)]
    best = min(cuts, key=lambda i: _unbalance(text, i), default=len(text))
    return f"{text[:best].rstrip('，、： ')}\n{text[best:]}".rstrip("\n")


def _fits(text: str, line: int) -> bool:
    """Whether it can be set in two lines: a mark or a Latin word is never cut."""
    return width(text) <= line or any(_may_cut(text, i, line) for i in range(1, len(text)))


def _may_cut(text: str, i: int, line: int) -> bool:
    if text.rfind("〔", 0, i) > text.rfind("〕", 0, i) or text[i] in _CLAUSES + _ENDS:
        return False
    inside_latin = text[i - 1].isascii() and text[i].isascii() and text[i].isalnum()
    return not inside_latin and max(width(text[:i]), width(text[i:])) <= line


def _unbalance(text: str, i: int) -> float:
    apart = abs(width(text[:i]) - width(text[i:]))
    return apart - (8 if text[i - 1] in _CLAUSES + _ENDS else 0)
