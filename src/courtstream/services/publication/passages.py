"""Texts that were taken from the transcript follow a later decision to hide: entries and clips."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.time import Span
from courtstream.domain.timed_text import MASK, timed
from courtstream.services.transcripts import revisions as transcripts
from courtstream.store.tables import ClipRow, EntryRow, EntryState


def follow(session: Session, hearing_id: str, hidden: Span) -> int:
    """Mask what was said in `hidden` wherever it was taken over; how many texts changed.

    A text in which the words are not found any more, because somebody rewrote it, goes whole.
    """
    said = _said(session, hearing_id, hidden)
    changed = 0
    newest = session.scalar(
        select(func.max(EntryRow.revision)).where(EntryRow.hearing_id == hearing_id)
    )
    for entry in _entries(session, hearing_id, hidden):
        entry.text = _without(entry.text, said)
        if entry.state is EntryState.RELEASED:
            entry.revision = (newest or 0) + 1
        changed += 1
    for clip in _clips(session, hearing_id, hidden):
        clip.text = _without(clip.text, said) if clip.text else ""
        changed += 1
    return changed


def _said(session: Session, hearing_id: str, hidden: Span) -> list[str]:
    """What was said in the stretch, by turn."""
    turns = transcripts.newest_turns(session, hearing_id)
    found = []
    for turn in turns:
        whole = Span(turn.start, turn.end)
        if hidden.overlaps(whole):
            chars = timed(turn.text, turn.words, whole)
            found.append("".join(c.text for c in chars if c.span.overlaps(hidden)))
    return [part for part in found if part.strip()]


def _without(text: str, said: list[str]) -> str:
    found = [part for part in said if part in text]
    if said and len(found) < len(said):
        return MASK
    for part in found:
        text = text.replace(part, MASK)
    return text


def _entries(session: Session, hearing_id: str, hidden: Span) -> Sequence[EntryRow]:
    query = select(EntryRow).where(EntryRow.hearing_id == hearing_id)
    return session.scalars(
        query.where(EntryRow.start < hidden.end, EntryRow.end > hidden.start)
    ).all()


def _clips(session: Session, hearing_id: str, hidden: Span) -> Sequence[ClipRow]:
    query = select(ClipRow).where(ClipRow.hearing_id == hearing_id)
    return session.scalars(
        query.where(ClipRow.start < hidden.end, ClipRow.end > hidden.start)
    ).all()
