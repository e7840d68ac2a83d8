"""What speech analysis has said so far: how far it passed, what is private, which words stand."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime, Span, merge
from courtstream.domain.transcript import Word
from media_workers.runtime.items import PrivateSpan, SpeechPassed

CONTEXT: MediaTime = 6 * SECOND
"""What follows a stretch nobody heard stays closed this long: a number or an address that was
begun unheard, with its cue, must not be let out by its second half. The longest identifier takes
about six seconds to read."""


class SpeechLedger:
    """Written by the speech thread, read by the guard. Spans only grow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._upto: MediaTime = 0
        self._holes: list[Span] = []
        self._private: list[PrivateSpan] = []
        self._words: list[Word] = []

    @property
    def upto(self) -> MediaTime:
        """Every instant before it has been passed, holes apart."""
        return self._upto

    def record(self, passed: SpeechPassed) -> None:
        """Take the analyser's next word."""
        with self._lock:
            self._upto = max(self._upto, passed.upto)
            self._private.extend(passed.private)
            self._words.extend(passed.stable)

    def restart(self, at: MediaTime) -> None:
        """A new analyser begins at `at`: what lies between was heard by nobody."""
        with self._lock:
            start, self._upto = min(self._upto, at), max(self._upto, at)
            self._add_hole(Span(start, at))

    def unheard(self, span: Span) -> None:
        """Sound of `span` never reached the analyser, so it will never be passed."""
        with self._lock:
            self._add_hole(span)

    def _add_hole(self, span: Span) -> None:
        self._holes = merge([*self._holes, Span(span.start, span.end + CONTEXT)])

    def passed(self, span: Span) -> bool:
        """Whether all of `span` has been analysed."""
        with self._lock:
            return self._upto >= span.end and not any(span.overlaps(h) for h in self._holes)

    def private_near(self, span: Span, reach: MediaTime) -> list[PrivateSpan]:
        """Private spans that overlap `span` grown by `reach` on both sides."""
        wide = span.padded(reach, reach)
        with self._lock:
            return [p for p in self._private if p.span.overlaps(wide)]

    def take_words(self, upto: MediaTime) -> list[Word]:
        """Stable words that end by `upto`, each once, in order."""
        with self._lock:
            taken = [w for w in self._words if w.span.end <= upto]
            self._words = [w for w in self._words if w.span.end > upto]
            return sorted(taken, key=lambda w: w.span)

    def coming_words(self, upto: MediaTime) -> list[Word]:
        """Stable words not taken yet that begin by `upto`, in order; they stay."""
        with self._lock:
            coming = [w for w in self._words if w.span.start <= upto]
        return sorted(coming, key=lambda w: w.span)

    def forget(self, before: MediaTime) -> None:
        """Let go of what lies wholly before an instant that has aired."""
        with self._lock:
            self._private = [p for p in self._private if p.span.end > before]
            self._holes = [h for h in self._holes if h.end > before]


def by_reason(private: Sequence[PrivateSpan]) -> list[tuple[Span, Reason]]:
    """Private spans with those of one reason that touch made into one."""
    found: list[tuple[Span, Reason]] = []
    for reason in sorted({p.reason for p in private}):
        found += [(span, reason) for span in merge(p.span for p in private if p.reason is reason)]
    return sorted(found)
