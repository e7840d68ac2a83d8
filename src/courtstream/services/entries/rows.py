"""The entries of one hearing as they are kept, and who may act on them when."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.entries import drafts as entry_drafts
from courtstream.services.people.scope import hearing_for
from courtstream.services.views import UserView
from courtstream.store.tables import EntryRow, EntryState, Hearing

MODE = PublicationMode.PICTURE_TEXT


def rows_of(session: Session, hearing_id: str, state: EntryState | None = None) -> list[EntryRow]:
    """The entries of a hearing in order of time, all or those in `state`."""
    query = select(EntryRow).where(EntryRow.hearing_id == hearing_id)
    if state is not None:
        query = query.where(EntryRow.state == state)
    return list(session.scalars(query.order_by(EntryRow.at, EntryRow.id)))


def revision(session: Session, hearing_id: str) -> int:
    """The number of the last act on the hearing's entries."""
    query = select(func.max(EntryRow.revision)).where(EntryRow.hearing_id == hearing_id)
    return session.scalar(query) or 0


def hearing_for_act(session: Session, actor: UserView, hearing_id: str) -> Hearing:
    """A hearing whose entries may be worked on.

    Raises NotFound, Forbidden, Conflict where the gate is closed or the mode withdrawn.
    """
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if not entry_drafts.wanted(hearing) or hearing.state is HearingState.CANCELLED:
        raise Conflict("公开审查不允许图文直播或已撤回 / the gate does not allow it, or withdrawn")
    return hearing
