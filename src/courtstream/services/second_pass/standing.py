"""第二遍复核: whether a replay waits for it, and what it has replaced."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.errors import SecondPassOpen
from courtstream.services.second_pass.moments import moment_view, moments_of
from courtstream.store.tables import Hearing, PassState, SecondPassRow, Segment


def begin(session: Session, hearing: Hearing, now: datetime) -> bool:
    """Ask for a second pass of a hearing that has ended; False when nothing was published."""
    if session.get(SecondPassRow, hearing.id) is not None:
        return True
    published = select(Segment.n).where(Segment.hearing_id == hearing.id).limit(1)
    if session.scalars(published).first() is None:
        return False
    session.add(SecondPassRow(hearing_id=hearing.id, state=PassState.WAITING, asked_at=now))
    return True


def settled(session: Session, hearing_id: str) -> bool:
    """Whether it is done and every moment is, too (or a person has waived one that failed)."""
    row = session.get(SecondPassRow, hearing_id)
    if row is None or row.state is PassState.WAIVED:
        return True
    return row.state is PassState.DONE and all(
        moment_view(m).settled for m in moments_of(session, hearing_id)
    )


def require_settled(session: Session, hearing_id: str) -> None:
    """Raises SecondPassOpen when the replay has to wait."""
    if not settled(session, hearing_id):
        raise SecondPassOpen(hearing=hearing_id)


def empty(session: Session, hearing_id: str) -> bool:
    """Whether it is done and has found nothing: a replay may then go out by policy."""
    row = session.get(SecondPassRow, hearing_id)
    return row is None or (row.state is PassState.DONE and not moments_of(session, hearing_id))


def replaced(session: Session, hearing_id: str) -> frozenset[str]:
    """Published files that were made anew: the old ones must not be served."""
    row = session.get(SecondPassRow, hearing_id)
    return frozenset(row.replaced or ()) if row else frozenset()
