"""Stable masked words into utterances for the transcript."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span
from courtstream.domain.transcript import Utterance, Word

PAUSE: MediaTime = 900 * MILLISECOND
LONGEST: MediaTime = 20 * SECOND
ENDS = "。？！?!"


class Turns:
    """Groups words that follow each other; a pause, a sentence's end or 20 s closes a group."""

    def __init__(self) -> None:
        self._words: list[Word] = []

    def push(self, words: Iterable[Word], now: MediaTime) -> Iterator[Utterance]:
        """Take the next words; give the utterances that are over at `now`."""
        for word in words:
            if self._words and self._over(word):
                yield self._take()
            self._words.append(word)
        if self._words and now - self._words[-1].span.end >= PAUSE:
            yield self._take()

    def flush(self) -> Iterator[Utterance]:
        """The last utterance."""
        if self._words:
            yield self._take()

    def _over(self, word: Word) -> bool:
        last = self._words[-1]
        pause = word.span.start - last.span.end
        long = word.span.end - self._words[0].span.start > LONGEST
        return pause >= PAUSE or long or (last.text[-1:] in ENDS and pause > 0)

    def _take(self) -> Utterance:
        words, self._words = tuple(self._words), []
        return Utterance(
            span=Span(words[0].span.start, max(w.span.end for w in words)),
            text="".join(w.text for w in words),
            confidence=sum(w.confidence for w in words) / len(words),
            words=words,
        )
