"""公开: each mode of a hearing is released, or withdrawn, by someone and for a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services import audit, shape
from courtstream.services.scope import hearing_for
from courtstream.services.views import PublicationView, UserView
from courtstream.store.tables import Hearing, Publication, PublicationState


def put(
    session: Session,
    hearing: Hearing,
    mode: PublicationMode,
    state: PublicationState,
    by: str,
    at: datetime,
    reason: str = "",
) -> Publication:
    """Write one mode's state and the act into the audit chain."""
    row = shape.publication_of(hearing, mode)
    if row is None:
        row = Publication(id=new_id("p"), hearing_id=hearing.id, mode=mode)
        hearing.publications.append(row)
    row.state, row.by, row.at, row.reason = state, by, at, reason
    detail = {"mode": mode.value, "state": state.value}
    audit.append(session, by, "publication", hearing.id, detail, at)
    return row


def release_replay(
    session: Session, actor: UserView, hearing_id: str, now: datetime
) -> PublicationView:
    """A person releases the replay of an ended hearing. Raises Conflict, Forbidden, NotFound."""
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    decision = hearing.gate_decisions[-1] if hearing.gate_decisions else None
    if decision is None or PublicationMode.REPLAY.value not in decision.allowed:
        raise Conflict("公开审查不允许录播 / the gate does not allow a replay")
    _lift(session, hearing, actor.id, now)
    row = put(session, hearing, PublicationMode.REPLAY, PublicationState.RELEASED, actor.id, now)
    return shape.publication_view(row)


def withdraw(
    session: Session, actor: UserView, hearing_id: str, reason: str, now: datetime
) -> tuple[PublicationView, ...]:
    """Take everything of a hearing back from the public, with a reason."""
    if not reason.strip():
        raise InvalidInput("撤回须说明理由 / say why it is withdrawn")
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    modes = [p.mode for p in hearing.publications] or [PublicationMode.REPLAY]
    for mode in modes:
        put(session, hearing, mode, PublicationState.WITHDRAWN, actor.id, now, reason.strip())
    return tuple(shape.publication_view(p) for p in hearing.publications)


def after_the_end(session: Session, hearing: Hearing, now: datetime) -> None:
    """The replay by the hearing's own policy: at once, or when a person has looked."""
    if shape.publication_of(hearing, PublicationMode.REPLAY) is not None:
        return
    allowed = hearing.gate_decisions[-1].allowed if hearing.gate_decisions else []
    by_itself = hearing.policy is not None and hearing.policy.replay_release == "automatic"
    open_now = by_itself and PublicationMode.REPLAY.value in allowed
    state = PublicationState.RELEASED if open_now else PublicationState.PENDING
    put(session, hearing, PublicationMode.REPLAY, state, "policy", now)


def _lift(session: Session, hearing: Hearing, by: str, now: datetime) -> None:
    """Releasing anew lifts an earlier withdrawal of the live mode, which is over anyway."""
    row = shape.publication_of(hearing, PublicationMode.LIVE)
    if row is not None and row.state is PublicationState.WITHDRAWN:
        put(session, hearing, PublicationMode.LIVE, PublicationState.RELEASED, by, now)
