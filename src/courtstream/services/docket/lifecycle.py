"""The states of a hearing change here and nowhere else, by the domain's own table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.domain.errors import Conflict
from courtstream.domain.trial import TRANSITIONS, HearingState
from courtstream.services.people import audit
from courtstream.store.tables import Hearing

_PASSED_THE_GATE = frozenset({HearingState.ADMITTED, HearingState.LIVE})


def move(
    session: Session, hearing: Hearing, to: HearingState, by: str, at: datetime, why: str = ""
) -> bool:
    """Put the hearing into a state; False when it is there already.

    Raises Conflict when the table forbids the step, or when the hearing would be admitted or go
    live without a decision of the gate that allows it.
    """
    if hearing.state is to:
        return False
    if to not in TRANSITIONS[hearing.state]:
        raise Conflict(f"{hearing.state.value} → {to.value}", hearing=hearing.id)
    if to in _PASSED_THE_GATE and not may_broadcast(hearing):
        raise Conflict("缺少公开审查决定 / no decision of the gate", hearing=hearing.id)
    detail = {"from": hearing.state.value, "to": to.value, "why": why}
    hearing.state = to
    audit.append(session, by, "hearing_state", hearing.id, detail, at)
    return True


def may_broadcast(hearing: Hearing) -> bool:
    """Whether the latest decision of the gate lets live sound and picture go out."""
    return bool(hearing.gate_decisions) and "live" in hearing.gate_decisions[-1].allowed


def can_move(hearing: Hearing, to: HearingState) -> bool:
    """Whether the table has this step."""
    return to in TRANSITIONS[hearing.state]
