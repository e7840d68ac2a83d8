"""图文直播: the clerk's page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Forbidden
from courtstream.domain.trial import HearingState
from courtstream.services.entries import drafts as entry_drafts
from courtstream.services.entries.reading import EntryView, view
from courtstream.services.entries.rows import MODE, rows_of
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import shape
from courtstream.services.views import HearingCard, UserView
from courtstream.store.tables import Asset, EntryState


@dataclass(frozen=True, slots=True)
class EntryDesk:
    """The clerk's page: drafts first, what is out, the stills to choose from.

    `waiting`: the mode was withdrawn, that was lifted, and now it waits for a person's yes.
    """

    card: HearingCard
    policy: str
    open_by_gate: bool
    withdrawn: bool
    may_act: bool
    without_video: bool
    waiting: bool
    drafts: tuple[EntryView, ...]
    released: tuple[EntryView, ...]
    stills: tuple[str, ...]


def desk(session: Session, actor: UserView, hearing_id: str) -> EntryDesk:
    """The clerk's page of one hearing. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    rows = rows_of(session, hearing_id)
    stills = select(Asset.uri).where(Asset.hearing_id == hearing_id, Asset.kind == "still")
    names = session.scalars(stills.order_by(Asset.start.desc()).limit(24))
    return EntryDesk(
        card=shape.card_view(session, hearing),
        policy=shape.policy_view(hearing.policy).picture_text,
        open_by_gate=entry_drafts.wanted(hearing),
        withdrawn=shape.withdrawn(hearing),
        may_act=_may_act(session, actor, hearing_id),
        without_video=hearing.last_seq == 0 and hearing.state is not HearingState.ENDED,
        waiting=shape.pending(hearing, MODE),
        drafts=tuple(view(hearing, r) for r in rows if r.state is EntryState.DRAFT),
        released=tuple(view(hearing, r) for r in reversed(rows) if r.state is EntryState.RELEASED),
        stills=tuple(uri.rsplit("/", 1)[-1] for uri in names),
    )


def _may_act(session: Session, actor: UserView, hearing_id: str) -> bool:
    try:
        hearing_for(session, actor, Action.PUBLISH, hearing_id)
    except Forbidden:
        return False
    return True
