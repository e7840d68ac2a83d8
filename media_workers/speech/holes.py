"""Speech that a reading left out, read again by itself.

A recogniser of sentences sometimes jumps over one: the text goes on as if nobody had spoken. The
jump shows as voice without characters; that stretch alone is usually read well.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span, merge
from courtstream.domain.transcript import Word
from media_workers.runtime.items import SPEECH_RATE
from media_workers.speech.asr import PROMPT, Transcriber, Wave
from media_workers.speech.hypothesis import Hypothesis

LEAST: MediaTime = SECOND
"""Shorter holes are pauses, breath and the looseness of character times."""

_REACH: MediaTime = 350 * MILLISECOND
_ROUND: MediaTime = _REACH + 150 * MILLISECOND
_SAME: MediaTime = 500 * MILLISECOND
_REMEMBERED = 8


def without(spans: Sequence[Span], covered: Sequence[Span]) -> list[Span]:
    """The parts of `spans` that no span of `covered` (merged, in order) covers."""
    bare: list[Span] = []
    for span in spans:
        start = span.start
        for cover in covered:
            if cover.end > start and cover.start < span.end:
                if cover.start > start:
                    bare.append(Span(start, cover.start))
                start = max(start, cover.end)
        if start < span.end:
            bare.append(Span(start, span.end))
    return bare


def holes(chars: Sequence[Word], voiced: Sequence[Span], least: MediaTime = LEAST) -> list[Span]:
    """Stretches of `voiced` at least `least` long that no character reaches."""
    reached = merge(word.span.padded(_REACH, _REACH) for word in chars)
    return [span for span in without(voiced, reached) if span.length >= least]


class HoleFiller:
    """Reads again what was left out, at most `most` stretches a window.

    The same hole shows in several windows: what was read in it is remembered and used again.
    """

    def __init__(self, transcriber: Transcriber, most: int = 2) -> None:
        self._transcriber = transcriber
        self._most = most
        self._read: deque[tuple[Span, Hypothesis]] = deque(maxlen=_REMEMBERED)

    def fill(self, first: Hypothesis, pcm: Wave, prompt: str = PROMPT) -> Hypothesis:
        """`first` (with `voiced`) and what its holes say by themselves. `pcm` is its window."""
        found = sorted(holes(first.chars, first.voiced), key=lambda span: -span.length)
        filled, room = first, self._most
        for hole in found:
            again = self._remembered(hole)
            if again is None and room:
                room -= 1
                again = self._listen(hole, first.window, pcm, prompt)
            if again is not None:
                filled = joined(filled, again, hole)
        return filled

    def _remembered(self, hole: Span) -> Hypothesis | None:
        near = (
            again
            for read, again in self._read
            if read.start <= hole.start + _SAME and hole.end <= read.end + _SAME
        )
        return next(near, None)

    def _listen(self, hole: Span, window: Span, pcm: Wave, prompt: str) -> Hypothesis:
        part = hole.padded(_ROUND, _ROUND).clipped(window) or hole
        first = (part.start - window.start) * SPEECH_RATE // SECOND
        last = (part.end - window.start) * SPEECH_RATE // SECOND
        start = window.start + first * SECOND // SPEECH_RATE
        again = self._transcriber.transcribe(pcm[first:last], start, prompt)
        if window.end - hole.end > _SAME:
            self._read.append((hole, again))
        return again


def joined(base: Hypothesis, more: Hypothesis, hole: Span) -> Hypothesis:
    """`base` with those characters of `more` that lie in the hole and not on others of `base`."""
    marks = _marked(base)
    room = hole.padded(_REACH, _REACH)
    marks += [
        (word, mark)
        for word, mark in _marked(more)
        if room.contains(_middle(word)) and not any(_is_echo(word, old) for old in base.chars)
    ]
    marks.sort(key=lambda item: item[0].span.start)
    chars = tuple(word for word, _ in marks)
    after = tuple(mark for _, mark in marks)
    return Hypothesis(base.window, chars, base.voiced, base.ok and more.ok, after)


def _is_echo(word: Word, old: Word) -> bool:
    """Whether `word` lies on `old`, or is the same character a little earlier or later."""
    same = word.text == old.text and abs(word.span.start - old.span.start) < _SAME
    return same or old.span.contains(_middle(word))


def _middle(word: Word) -> MediaTime:
    return (word.span.start + word.span.end) // 2


def _marked(hypothesis: Hypothesis) -> list[tuple[Word, str]]:
    after = hypothesis.after or ("",) * len(hypothesis.chars)
    return list(zip(hypothesis.chars, after, strict=True))
