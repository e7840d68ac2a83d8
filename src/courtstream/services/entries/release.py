"""Drafts become entries of the public: by a person, or by the policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.services.entries import drafts as entry_drafts
from courtstream.services.entries.rows import MODE, hearing_for_act, revision, rows_of
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import publishing, shape
from courtstream.services.scoring.steps_now import StepsNow
from courtstream.services.views import UserView
from courtstream.store.tables import EntryRow, EntryState, Hearing, PublicationState

POLICIES = ("person", "automatic", "off")


def follow(session: Session, hearing_id: str, steps: StepsNow, now: datetime) -> bool:
    """After new words: draft, and release where the policy says so. Whether readers get more."""
    made = entry_drafts.draft(session, hearing_id, steps, now)
    hearing = session.get(Hearing, hearing_id)
    if not made or hearing is None or hearing.policy is None:
        return False
    if hearing.policy.picture_text != "automatic":
        return False
    return release_rows(
        session, hearing, rows_of(session, hearing_id, EntryState.DRAFT), "policy", now
    )


def release(
    session: Session, actor: UserView, hearing_id: str, ids: Iterable[str], now: datetime
) -> bool:
    """A person releases drafts. Raises NotFound, Forbidden, Conflict when the gate is closed."""
    hearing = hearing_for_act(session, actor, hearing_id)
    wanted = set(ids)
    rows = [r for r in rows_of(session, hearing_id, EntryState.DRAFT) if r.id in wanted]
    return release_rows(session, hearing, rows, actor.id, now)


def release_rows(
    session: Session, hearing: Hearing, rows: list[EntryRow], by: str, now: datetime
) -> bool:
    """Give entries to the public; the mode itself is released with the first."""
    if not rows:
        return False
    number = revision(session, hearing.id)
    for row in rows:
        number += 1
        row.state, row.released_at, row.released_by = EntryState.RELEASED, now, by
        row.revision = number
    if not shape.released(hearing, MODE):
        publishing.put(session, hearing, MODE, PublicationState.RELEASED, by, now)
    audit.append(session, by, "entries_released", hearing.id, {"entries": len(rows)}, now)
    return True


def reopen(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """After a withdrawal was lifted: what had been released is before the public again."""
    hearing = hearing_for_act(session, actor, hearing_id)
    if shape.publication_of(hearing, MODE) is None:
        raise Conflict("尚未发布过 / nothing was released yet")
    publishing.put(session, hearing, MODE, PublicationState.RELEASED, actor.id, now)


def set_policy(
    session: Session, actor: UserView, hearing_id: str, policy: str, now: datetime
) -> None:
    """Who releases drafts: a person, the policy by itself, or nobody."""
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if policy not in POLICIES or hearing.policy is None:
        raise InvalidInput
    hearing.policy.picture_text = policy
    audit.append(session, actor.id, "entries_policy", hearing_id, {"policy": policy}, now)
