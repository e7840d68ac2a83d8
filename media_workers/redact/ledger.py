"""What speech analysis has said so far: how far it passed, what is private, which words stand."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime, Span, merge
from courtstream.domain.transcript import Word
from courtstream.rules.masking.opening import opening_rules
from media_workers.runtime.items import PrivateSpan, SpeechPassed

CONTEXT: MediaTime = 6 * SECOND
"""What follows a stretch nobody heard stays closed this long: a number or an address that was
begun unheard, with its cue, must not be let out by its second half. The longest identifier takes
about six seconds to read."""


class SpeechLedger:
    """Written by the speech thread and by people's decisions, read by the guard. Spans only grow.

    What a person keeps audible is taken out of spans whose reason may be opened, and of no others:
    whatever analysis finds later, a span of another reason hides it again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._upto: MediaTime = 0
        self._holes: list[Span] = []
        self._private: list[PrivateSpan] = []
        self._kept: list[Span] = []
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

    def begun_unheard(self, at: MediaTime) -> None:
        """Sound begins at `at`, and what was said before it nobody knows: silence for a while.

        Unlike a hole it leaves the picture open: nothing failed, the hearing just began.
        """
        with self._lock:
            self._private.append(PrivateSpan(Span(at, at + CONTEXT), Reason.UNHEARD))

    def _add_hole(self, span: Span) -> None:
        self._holes = merge([*self._holes, Span(span.start, span.end + CONTEXT)])

    def passed(self, span: Span) -> bool:
        """Whether all of `span` has been analysed."""
        with self._lock:
            return self._upto >= span.end and not any(span.overlaps(h) for h in self._holes)

    def private_near(self, span: Span, reach: MediaTime) -> list[PrivateSpan]:
        """Private spans that overlap `span` grown by `reach` on both sides, kept parts left out."""
        wide = span.padded(reach, reach)
        with self._lock:
            found = [p for p in self._private if p.span.overlaps(wide)]
            return [part for p in found for part in self._audible(p) if part.span.overlaps(wide)]

    def hide(self, span: Span, by: str) -> None:
        """A person hides `span`; nothing they or the machine kept before counts there."""
        with self._lock:
            self._kept = [part for k in self._kept for part in _without(k, span)]
            self._private.append(PrivateSpan(span, Reason.PERSON, "", 1.0, by))

    def keep(self, span: Span) -> Reason | None:
        """A person keeps audible what is hidden around `span`.

        Gives the reason that forbids it, and then nothing has changed; None when it is kept.
        """
        with self._lock:
            merged = by_reason(self._private)
            touched = [s for s, _, _ in merged if s.overlaps(span)]
            reach = Span(min([span.start, *(s.start for s in touched)]), _end(span, touched))
            rules = opening_rules()
            near = reach.padded(rules.near, rules.near)
            for private, reason, _ in merged:
                if private.overlaps(near) and not rules.of(reason).live:
                    return reason
            self._kept = merge([*self._kept, *touched])
            return None

    def waiting(self, after: MediaTime) -> list[tuple[Span, Reason, str, bool]]:
        """What is hidden or kept and ends after `after`: span, reason, by whom, whether kept."""
        with self._lock:
            found = [p for p in self._private if p.span.end > after]
            parts = [part for p in found for part in self._audible(p)]
            kept = [
                PrivateSpan(clip, p.reason, p.basis, p.confidence, p.by)
                for p in found
                for k in self._kept
                if opening_rules().of(p.reason).live and (clip := p.span.clipped(k))
            ]
        rows = [(*row, False) for row in by_reason(parts)]
        return sorted([*rows, *((*row, True) for row in by_reason(kept))])

    def _audible(self, private: PrivateSpan) -> Iterator[PrivateSpan]:
        """The parts of a private span that nobody kept audible."""
        parts = [private.span]
        if opening_rules().of(private.reason).live:
            for kept in self._kept:
                parts = [rest for part in parts for rest in _without(part, kept)]
        yield from (replace(private, span=part) for part in parts)

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
            self._kept = [k for k in self._kept if k.end > before]
            self._holes = [h for h in self._holes if h.end > before]


def by_reason(private: Sequence[PrivateSpan]) -> list[tuple[Span, Reason, str]]:
    """Private spans with those of one reason and one decider that touch made into one."""
    found: list[tuple[Span, Reason, str]] = []
    for reason, by in sorted({(p.reason, p.by) for p in private}):
        same = (p.span for p in private if (p.reason, p.by) == (reason, by))
        found += [(span, reason, by) for span in merge(same)]
    return sorted(found)


def _without(span: Span, hole: Span) -> Iterator[Span]:
    """What is left of `span` outside `hole`."""
    if not span.overlaps(hole):
        yield span
        return
    if span.start < hole.start:
        yield Span(span.start, hole.start)
    if hole.end < span.end:
        yield Span(hole.end, span.end)


def _end(span: Span, touched: Sequence[Span]) -> MediaTime:
    return max([span.end, *(s.end for s in touched)])
