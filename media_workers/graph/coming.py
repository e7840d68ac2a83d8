"""What waits in the delay line, for the clerk: stretches that will be hidden, and masked words."""

from __future__ import annotations

from collections.abc import Sequence

from courtstream.control.protocol import ComingLine, ComingSpan
from courtstream.domain.time import SECOND, MediaTime, Span, to_seconds
from courtstream.domain.transcript import Word
from courtstream.rules.masking.opening import opening_rules
from media_workers.graph.turns import Turns
from media_workers.redact.ledger import SpeechLedger
from media_workers.speech.captions import mask_words

MOST = 24
"""Stretches and lines told of at once, the next to air first."""

_AROUND = 12
_FAR: MediaTime = 600 * SECOND


def coming(
    ledger: SpeechLedger, after: MediaTime
) -> tuple[tuple[ComingSpan, ...], tuple[ComingLine, ...]]:
    """Hidden stretches and masked lines that end after `after`, each in order of time."""
    words = _masked(ledger, after)
    spans = [
        ComingSpan(
            start=to_seconds(max(span.start, after)),
            end=to_seconds(span.end),
            reason=reason.value,
            by=by,
            kept=kept,
            may_keep=not kept and opening_rules().of(reason).live,
            before=_text([w for w in words if w.span.end <= span.start])[-_AROUND:],
            after=_text([w for w in words if w.span.start >= span.end])[:_AROUND],
        )
        for span, reason, by, kept in ledger.waiting(after)
    ]
    return tuple(spans[:MOST]), tuple(_lines(words)[:MOST])


def _masked(ledger: SpeechLedger, after: MediaTime) -> Sequence[Word]:
    """Stable words that have not aired, private ones masked by the same spans as the sound."""
    words = [w for w in ledger.coming_words(_FAR + after) if w.span.end > after]
    if not words:
        return words
    reach = Span(words[0].span.start, max(w.span.end for w in words))
    return mask_words(words, ledger.private_near(reach, SECOND))


def _lines(words: Sequence[Word]) -> list[ComingLine]:
    turns = Turns()
    said = [*turns.push(words, _FAR), *turns.flush()]
    return [
        ComingLine(start=to_seconds(u.span.start), end=to_seconds(u.span.end), text=u.text)
        for u in said
    ]


def _text(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words)
