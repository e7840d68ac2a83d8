"""公开: each mode of a hearing is released, or withdrawn, by someone and for a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import shape
from courtstream.services.sealed import late_rows
from courtstream.services.second_pass import standing as second_pass
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
    """A person releases the replay of an ended hearing.

    Raises Conflict (SecondPassOpen while moments of the second pass are open), Forbidden, NotFound.
    """
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    decision = hearing.gate_decisions[-1] if hearing.gate_decisions else None
    if decision is None or PublicationMode.REPLAY.value not in decision.allowed:
        raise Conflict("公开审查不允许录播 / the gate does not allow a replay")
    second_pass.require_settled(session, hearing_id)
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
    """The replay waits for the second pass; without one, for the hearing's own policy."""
    if shape.publication_of(hearing, PublicationMode.REPLAY) is not None:
        return
    waits = second_pass.begin(session, hearing, now)
    open_now = not waits and _by_itself(session, hearing)
    state = PublicationState.RELEASED if open_now else PublicationState.PENDING
    put(session, hearing, PublicationMode.REPLAY, state, "policy", now)


def after_the_second_pass(session: Session, hearing: Hearing, now: datetime) -> None:
    """A second pass that has found nothing lets the replay out where the policy says so."""
    row = shape.publication_of(hearing, PublicationMode.REPLAY)
    waiting = row is not None and row.state is PublicationState.PENDING and row.by == "policy"
    if waiting and second_pass.empty(session, hearing.id) and _by_itself(session, hearing):
        put(session, hearing, PublicationMode.REPLAY, PublicationState.RELEASED, "policy", now)


def _by_itself(session: Session, hearing: Hearing) -> bool:
    """Whether policy and gate release the replay without a person."""
    allowed = hearing.gate_decisions[-1].allowed if hearing.gate_decisions else []
    if late_rows.taken(session, hearing.id):
        return False  # nobody saw it live: a person looks before the public does
    automatic = hearing.policy is not None and hearing.policy.replay_release == "automatic"
    return automatic and PublicationMode.REPLAY.value in allowed and not shape.withdrawn(hearing)


def lift(
    session: Session, actor: UserView, hearing_id: str, reason: str, now: datetime
) -> tuple[PublicationView, ...]:
    """End a withdrawal: every mode waits to be released anew, a hearing on air goes on.

    Raises NotFound, Forbidden, InvalidInput, and Conflict where nothing is withdrawn or the gate
    keeps the hearing closed.
    """
    if not reason.strip():
        raise InvalidInput("须说明理由 / a reason is needed")
    hearing = hearing_for(session, actor, Action.APPROVE, hearing_id)
    allowed = hearing.gate_decisions[-1].allowed if hearing.gate_decisions else []
    if not shape.withdrawn(hearing) or PublicationMode.REPLAY.value not in allowed:
        raise Conflict("没有可恢复的内容或审查不允许 / nothing to lift, or the gate is closed")
    _lift(session, hearing, actor.id, now, reason.strip())
    return tuple(shape.publication_view(p) for p in hearing.publications)


def _lift(session: Session, hearing: Hearing, by: str, now: datetime, reason: str = "") -> None:
    """Nothing stays withdrawn: live is free again (mostly over anyway), the rest waits."""
    for row in hearing.publications:
        if row.state is PublicationState.WITHDRAWN and row.mode is not PublicationMode.VERDICT:
            live = row.mode is PublicationMode.LIVE
            state = PublicationState.RELEASED if live else PublicationState.PENDING
            put(session, hearing, row.mode, state, by, now, reason)
