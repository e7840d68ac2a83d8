"""What a turn of the gate means for the worker of a hearing on air."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.control.protocol import Command, Verb
from courtstream.domain.publication import ClosureEffect
from courtstream.domain.trial import HearingState, InterruptionReason
from courtstream.rules.gate import closures
from courtstream.services.docket.lifecycle import may_broadcast
from courtstream.services.gate.gatekeeping import GATE
from courtstream.services.publication.shape import ON_AIR
from courtstream.store.tables import ClosureChange, Hearing, Mark

_CLOSING = frozenset({Verb.CUT.value, Verb.CLOSE_SEGMENT.value})
_OPENING = frozenset({Verb.RELEASE.value, Verb.RESUME.value})


def order_for(session: Session, hearing_id: str, *, found: bool = False) -> Command | None:
    """The order that makes the worker follow the gate, None when it does already.

    A closed gate cuts, so that what was said under a wrong or right code never airs later; a gate
    that is open again takes back only what it had ordered itself. `found`: closure codes have
    just been changed, and one of a closed part closes the part that is being held now.
    """
    hearing = session.get(Hearing, hearing_id)
    if hearing is None or hearing.state not in ON_AIR | {HearingState.ADMITTED}:
        return None
    last = _last_order(session, hearing_id)
    own = last is not None and last.get("by") == GATE and last["command"] in _CLOSING
    if not may_broadcast(hearing):
        cut = own and last is not None and last["command"] == Verb.CUT.value
        return None if cut else Command(verb=Verb.CUT, by=GATE, reason="gate")
    part = _part_closed(session, hearing) if found else None
    if part is not None:
        return Command(verb=Verb.CLOSE_SEGMENT, by=GATE, reason=part.value)
    return Command(verb=Verb.RELEASE, by=GATE, reason="gate") if own else None


def _last_order(session: Session, hearing_id: str) -> dict[str, str] | None:
    """The last command that closed or opened the hearing, by anybody."""
    query = select(Mark.body).where(Mark.hearing_id == hearing_id, Mark.kind == "state")
    for body in session.scalars(query.order_by(Mark.seq.desc()).limit(50)):
        if body.get("command") in _CLOSING | _OPENING:
            return dict(body)
    return None


def _part_closed(session: Session, hearing: Hearing) -> InterruptionReason | None:
    """Why the part now being held is closed, by the codes added last."""
    query = select(ClosureChange.added).where(ClosureChange.hearing_id == hearing.id)
    added = session.scalars(query.order_by(ClosureChange.at.desc()).limit(1)).first() or []
    parts = [c for c in added if closures()[c].effect is ClosureEffect.SEGMENT_CLOSED]
    if not parts:
        return None
    if any(code.startswith("MEDIATION") for code in parts):
        return InterruptionReason.MEDIATION
    return InterruptionReason.CLOSED_EVIDENCE
