"""Words without what people hid after they had aired."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.time import Span
from courtstream.domain.timed_text import masked, plain, timed
from courtstream.store.tables import (
    SpeechCorrection,
    SpeechOp,
    SpeechState,
    TranscriptTurn,
    UtteranceRow,
)


def spans(session: Session, hearing_id: str) -> list[Span]:
    """Stretches that people hid after they had aired, less what two persons opened since."""
    query = select(SpeechCorrection).where(
        SpeechCorrection.hearing_id == hearing_id,
        SpeechCorrection.state == SpeechState.APPLIED,
    )
    hidden: list[Span] = []
    for row in session.scalars(query.order_by(SpeechCorrection.decided_at, SpeechCorrection.id)):
        span = Span(row.start, row.end)
        if row.op is SpeechOp.HIDE:
            hidden.append(span)
        elif row.made_at is not None:  # until the sound is there, its words are not either
            hidden = [rest for one in hidden for rest in without(one, span)]
    return hidden


def without(span: Span, hole: Span) -> list[Span]:
    """What is left of `span` outside `hole`."""
    if not span.overlaps(hole):
        return [span]
    left = [Span(span.start, hole.start)] if span.start < hole.start else []
    return [*left, Span(hole.end, span.end)] if hole.end < span.end else left


def readable(turn: TranscriptTurn | UtteranceRow, hidden: Sequence[Span]) -> str:
    """The turn's text without what was said in a stretch that was hidden later."""
    whole = Span(turn.start, turn.end)
    inside = [span for span in hidden if span.overlaps(whole)]
    if not inside:
        return turn.text
    return plain(masked(timed(turn.text, turn.words, whole), inside))
