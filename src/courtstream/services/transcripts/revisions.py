"""庭审文字: the revisions of a hearing's text, from the machine's words on.

The machine's words are the first revision. A person's edits make the next one; a checked or
signed revision never changes. What is read is always masked: by the marks the worker left, by the
rules when somebody writes, and by every later decision to hide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.errors import NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.time import SECOND, Span
from courtstream.domain.timed_text import as_words, timed
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import Role
from courtstream.store.tables import Hearing, TranscriptRevision, TranscriptTurn, UtteranceRow

_ONE_TURN = 2 * SECOND
"""Utterances of one known speaker that follow each other this closely are one turn."""


def current(session: Session, hearing_id: str) -> TranscriptRevision | None:
    """The newest revision; None while the machine's words are all there is."""
    query = select(TranscriptRevision).where(TranscriptRevision.hearing_id == hearing_id)
    return session.scalars(query.order_by(TranscriptRevision.number.desc()).limit(1)).first()


def revision(session: Session, hearing_id: str, number: int) -> TranscriptRevision:
    """One revision by its number. Raises NotFound."""
    query = select(TranscriptRevision).where(
        TranscriptRevision.hearing_id == hearing_id, TranscriptRevision.number == number
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound
    return found


def revisions(session: Session, hearing_id: str) -> Sequence[TranscriptRevision]:
    """All revisions, the oldest first."""
    query = select(TranscriptRevision).where(TranscriptRevision.hearing_id == hearing_id)
    return session.scalars(query.order_by(TranscriptRevision.number)).all()


def machine_turns(session: Session, hearing_id: str) -> list[TranscriptTurn]:
    """The worker's words as turns, not in the database."""
    query = select(UtteranceRow).where(UtteranceRow.hearing_id == hearing_id)
    turns: list[TranscriptTurn] = []
    for row in session.scalars(query.order_by(UtteranceRow.start, UtteranceRow.seq)):
        if turns and _goes_on(turns[-1], row):
            _append(turns[-1], row)
        else:
            turns.append(_turn(row, len(turns)))
    return turns


def newest_turns(session: Session, hearing_id: str) -> list[TranscriptTurn]:
    """The turns of the newest revision, or the machine's."""
    newest = current(session, hearing_id)
    return newest.turns if newest else machine_turns(session, hearing_id)


def open_revision(
    session: Session, hearing: Hearing, by: str, now: datetime, source: str = "person"
) -> TranscriptRevision:
    """The revision that is being worked on, made from the newest one when that must not change."""
    newest = current(session, hearing.id)
    draft = newest is not None and newest.state is TranscriptState.DRAFT_ASR
    if newest is not None and draft and newest.source == source:
        return newest
    if newest is None:
        newest = _add(session, hearing.id, 1, machine_turns(session, hearing.id), "live", now)
    copies = [_copy(turn) for turn in newest.turns]
    made = _add(session, hearing.id, newest.number + 1, copies, source, now)
    made.created_by = by
    return made


def fresh_draft(
    session: Session, hearing_id: str, number: int, source: str, now: datetime
) -> TranscriptRevision:
    """A draft without turns yet."""
    return _add(session, hearing_id, number, [], source, now)


def _add(
    session: Session,
    hearing_id: str,
    number: int,
    turns: Iterable[TranscriptTurn],
    source: str,
    now: datetime,
) -> TranscriptRevision:
    made = TranscriptRevision(
        id=new_id("tr"),
        hearing_id=hearing_id,
        number=number,
        state=TranscriptState.DRAFT_ASR,
        source=source,
        created_at=now,
        turns=list(turns),
    )
    session.add(made)
    session.flush()
    return made


def _goes_on(turn: TranscriptTurn, row: UtteranceRow) -> bool:
    known = row.role is not Role.UNKNOWN or bool(row.speaker)
    same = (turn.role, turn.speaker) == (row.role, row.speaker)
    return known and same and row.start - turn.end < _ONE_TURN


def _append(turn: TranscriptTurn, row: UtteranceRow) -> None:
    long, more = turn.end - turn.start, row.end - row.start
    share = turn.confidence * long + row.confidence * more
    turn.confidence = share / max(1, long + more)
    turn.words = [*_words(turn), *_words(row)]
    turn.text, turn.end = turn.text + row.text, row.end


def _words(of: TranscriptTurn | UtteranceRow) -> list[Any]:
    return list(of.words) or as_words(timed(of.text, [], Span(of.start, of.end)))


def _turn(row: UtteranceRow, position: int) -> TranscriptTurn:
    return TranscriptTurn(
        turn_id=f"t{row.seq:06}",
        position=position,
        start=row.start,
        end=row.end,
        role=row.role,
        speaker=row.speaker,
        text=row.text,
        confidence=row.confidence,
        words=list(row.words),
    )


def _copy(turn: TranscriptTurn) -> TranscriptTurn:
    names = ("turn_id", "position", "start", "end", "role", "speaker", "text", "confidence")
    return TranscriptTurn(
        **{name: getattr(turn, name) for name in names}, words=[list(w) for w in turn.words]
    )
