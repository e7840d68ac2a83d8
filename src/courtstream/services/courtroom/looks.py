"""Who may look at a running hearing before the public does, and the trace that it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, Forbidden
from courtstream.domain.trial import HearingState
from courtstream.services.people import accounts, audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import shape
from courtstream.services.views import UserView
from courtstream.store.tables import User

View = Literal["redacted", "raw"]
_RUNNING = (*shape.ON_AIR, HearingState.ADMITTED)


@dataclass(frozen=True, slots=True)
class Look:
    """A permitted look: where the hearing runs, and what is written over a raw picture."""

    hearing_id: str
    node: str
    view: View
    user_id: str
    mark: str


def permit(session: Session, actor: UserView, hearing_id: str, view: View, now: datetime) -> Look:
    """Let a person look; a raw look is on record before its first picture.

    `redacted`: staff who may see the courtroom. `raw`: only the clerks of that very court and the
    judges who sit in the hearing. Raises NotFound, Forbidden, Conflict.
    """
    action = Action.LOOK_RAW if view == "raw" else Action.SEE_COURTROOM
    hearing = hearing_for(session, actor, action, hearing_id)
    if hearing.state not in _RUNNING:
        raise Conflict("该庭审没有在进行 / the hearing is not running")
    audit.append(session, actor.id, f"look_{view}", hearing.id, {}, now)
    return Look(hearing.id, hearing.node, view, actor.id, actor.name or actor.login)


def permit_again(
    session: Session, user_id: str, hearing_id: str, view: View, now: datetime
) -> Look:
    """The same for a ticket that was given out moments ago: the account may be closed since."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise Forbidden(action="look")
    return permit(session, accounts.user_view(user), hearing_id, view, now)
