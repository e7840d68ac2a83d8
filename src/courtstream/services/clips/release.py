"""Passages are released together; what the public gets of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.domain.errors import Conflict, NotFound
from courtstream.domain.trial import PublicationMode
from courtstream.services.clips.desk import ClipView, view
from courtstream.services.clips.rows import MODE, hearing_for_act, rows_of, stale
from courtstream.services.public import hearings as public_hearings
from courtstream.services.publication import publishing, shape
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import ClipState, PublicationState


@dataclass(frozen=True, slots=True)
class Story:
    """What the public gets: the passages in the editor's order."""

    card: HearingCard
    clips: tuple[ClipView, ...]
    withdrawn: bool
    modes: tuple[PublicationMode, ...]


def release(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """Publish the chosen passages together.

    Raises NotFound, Forbidden, and Conflict while one of them has no film that is up to date, the
    recording they are cut from has not passed its own release, or the gate is closed.
    """
    hearing = hearing_for_act(session, actor, hearing_id)
    chosen = [row for row in rows_of(session, hearing_id) if row.chosen]
    if not chosen or any(r.state is not ClipState.READY or stale(session, r) for r in chosen):
        raise Conflict("仍有片段未生成或需重新生成 / a film is missing or out of date")
    if not shape.replay_open(hearing):
        raise Conflict("回放尚未审核公开 / the recording itself has not been released")
    publishing.put(session, hearing, MODE, PublicationState.RELEASED, actor.id, now)


def story(session: Session, hearing_id: str) -> Story:
    """The released passages. Raises NotFound where they were never released."""
    hearing = public_hearings.public_hearing(session, hearing_id)
    row = shape.publication_of(hearing, MODE)
    if row is None or row.state is PublicationState.PENDING:
        raise NotFound
    gone = shape.withdrawn(hearing)
    shown = [] if gone else [view(session, hearing, r) for r in rows_of(session, hearing_id)]
    return Story(
        card=shape.card_view(session, hearing),
        clips=tuple(c for c in shown if c.chosen and c.film and not c.stale),
        withdrawn=gone,
        modes=shape.open_modes(hearing),
    )
