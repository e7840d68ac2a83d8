"""What of a hearing has aired and could be heard by the public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from courtstream.domain.redaction import RedactionKind
from courtstream.domain.time import MediaTime, to_seconds
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState, Role
from courtstream.services.publication import hidden_later
from courtstream.store.tables import Hearing, RedactionRow, Segment, UtteranceRow

_WHOLE = (RedactionKind.WHOLE_SOUND.value, RedactionKind.WHOLE_PICTURE.value)
"""A closed picture is always silent too."""


@dataclass(frozen=True, slots=True)
class HeardLine:
    """A line the public could hear, less what people hid later. Times in ns, words as recorded."""

    seq: int
    start: MediaTime
    end: MediaTime
    role: Role
    speaker: str
    text: str
    confidence: float
    state: TranscriptState
    words: tuple[Any, ...] = ()


def heard_lines(
    session: Session,
    hearing: Hearing,
    *,
    after: int = 0,
    start: MediaTime = 0,
    limit: int = 2000,
) -> tuple[HeardLine, ...]:
    """Lines that have aired and that the public could hear, whoever asks, in order of time."""
    query = (
        select(UtteranceRow)
        .where(UtteranceRow.hearing_id == hearing.id, UtteranceRow.seq > after)
        .where(UtteranceRow.start >= start)
        .where(UtteranceRow.end <= reached(session, hearing), ~_silenced())
        .order_by(UtteranceRow.start, UtteranceRow.seq)
        .limit(limit)
    )
    hidden = hidden_later.spans(session, hearing.id)
    return tuple(
        HeardLine(
            row.seq,
            row.start,
            row.end,
            row.role,
            row.speaker,
            hidden_later.readable(row, hidden),
            row.confidence,
            row.state,
            tuple(row.words),
        )
        for row in session.scalars(query)
    )


def silenced(session: Session, hearing_id: str, start: MediaTime, end: MediaTime) -> bool:
    """Whether any of it was closed to the public, sound and picture."""
    query = select(RedactionRow.seq).where(
        RedactionRow.hearing_id == hearing_id,
        RedactionRow.kind.in_(_WHOLE),
        RedactionRow.start < end,
        RedactionRow.end > start,
    )
    return session.scalars(query.limit(1)).first() is not None


def _silenced() -> Any:
    return exists().where(
        RedactionRow.hearing_id == UtteranceRow.hearing_id,
        RedactionRow.kind.in_(_WHOLE),
        RedactionRow.start < UtteranceRow.end,
        RedactionRow.end > UtteranceRow.start,
    )


def aired(session: Session, hearing_id: str) -> float:
    """How far the public has got, in seconds."""
    return to_seconds(_aired(session, hearing_id))


def _aired(session: Session, hearing_id: str) -> int:
    query = select(func.max(Segment.end)).where(Segment.hearing_id == hearing_id)
    return session.scalar(query) or 0


def reached(session: Session, hearing: Hearing) -> MediaTime:
    """Up to where words are out: with the picture while on air, to the end afterwards."""
    if hearing.state is HearingState.ENDED:
        return hearing.duration
    return _aired(session, hearing.id)
