"""公开审查 before anything goes out: the facts of a hearing to the gate, its decision on file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.domain.ids import new_id
from courtstream.domain.publication import ClosureEffect, GateDecision
from courtstream.domain.trial import PublicationMode
from courtstream.store.tables import GateDecisionRow, Hearing


def decide(session: Session, hearing: Hearing, now: datetime) -> GateDecision:
    """Ask the gate about a hearing and put its decision on file when it says something new."""
    decision = _judge(hearing, now)
    last = hearing.gate_decisions[-1] if hearing.gate_decisions else None
    if last is None or _differs(last, decision):
        hearing.gate_decisions.append(_row(hearing, decision))
        session.flush()
    return decision


def _judge(hearing: Hearing, now: datetime) -> GateDecision:
    codes = tuple(str(code) for code in hearing.closure_codes)
    closed = bool(codes) or not hearing.public
    return GateDecision(
        allowed=frozenset() if closed else frozenset(PublicationMode),
        effect=ClosureEffect.NO_BROADCAST if closed else None,
        codes=codes,
        reasons=("有不公开情形",) if closed else (),
        version="interim",
        decided_at=now,
    )


def _differs(row: GateDecisionRow, decision: GateDecision) -> bool:
    allowed = {mode.value for mode in decision.allowed}
    return (
        set(row.allowed) != allowed
        or tuple(row.codes) != decision.codes
        or row.version != decision.version
    )


def _row(hearing: Hearing, decision: GateDecision) -> GateDecisionRow:
    return GateDecisionRow(
        id=new_id("g"),
        hearing_id=hearing.id,
        allowed=sorted(mode.value for mode in decision.allowed),
        effect=decision.effect,
        codes=list(decision.codes),
        reasons=list(decision.reasons),
        version=decision.version,
        decided_at=decision.decided_at,
    )
