"""公开审查 before anything goes out: the facts of a hearing to the gate, its decision on file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.publication import GateDecision
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.rules.gate import Approval, GateFacts, Objection, ObjectionBy, closures
from courtstream.rules.gate import decide as judge
from courtstream.services import audit, shape
from courtstream.services.publishing import put
from courtstream.services.scope import hearing_for
from courtstream.services.views import GateView, UserView
from courtstream.store.tables import GateDecisionRow, Hearing, PublicationState


def decide(session: Session, hearing: Hearing, now: datetime) -> GateDecision:
    """Ask the gate about a hearing and put its decision on file when it says something new."""
    decision = judge(facts_of(hearing), now)
    last = hearing.gate_decisions[-1] if hearing.gate_decisions else None
    if last is None or _differs(last, decision):
        hearing.gate_decisions.append(_row(hearing, decision))
        session.flush()
    return decision


def approve(
    session: Session, actor: UserView, hearing_id: str, granted: bool, now: datetime
) -> GateView | None:
    """The broadcast approval on file, or the approval not to broadcast (法发〔2010〕48号 art. 5).

    Raises NotFound, Forbidden, Conflict when the hearing is over.
    """
    hearing = _open_hearing(session, actor, Action.APPROVE, hearing_id)
    hearing.approval, hearing.approved_at, hearing.approved_by = granted, now, actor.id
    audit.append(session, actor.id, "approve", hearing.id, {"granted": granted}, now)
    _again(session, hearing, now)
    return shape.gate_view(hearing)


def find_closures(
    session: Session, actor: UserView, hearing_id: str, codes: tuple[str, ...], now: datetime
) -> GateView | None:
    """What a clerk or judge found when checking for reasons not to publish; empty: none apply.

    On air a decision that turns against the broadcast takes it from the public at once.
    Raises NotFound, Forbidden, Conflict, InvalidInput for a code that does not exist.
    """
    unknown = [code for code in codes if code not in closures()]
    if unknown:
        raise InvalidInput(f"未知代码 / unknown code: {unknown[0][:40]}")
    hearing = _open_hearing(session, actor, Action.SCHEDULE, hearing_id)
    hearing.closure_codes = list(codes)
    audit.append(session, actor.id, "find_closures", hearing.id, {"codes": list(codes)}, now)
    _again(session, hearing, now)
    return shape.gate_view(hearing)


def _open_hearing(session: Session, actor: UserView, action: Action, hearing_id: str) -> Hearing:
    hearing = hearing_for(session, actor, action, hearing_id)
    if hearing.state in {HearingState.ENDED, HearingState.CANCELLED}:
        raise Conflict("庭审已结束 / the hearing is over")
    return hearing


def _again(session: Session, hearing: Hearing, now: datetime) -> None:
    """Decide anew; a live broadcast that is no longer allowed is withdrawn."""
    decision = decide(session, hearing, now)
    row = shape.publication_of(hearing, PublicationMode.LIVE)
    if row is not None and not decision.may_broadcast:
        reason = "；".join(decision.reasons)
        put(session, hearing, row.mode, PublicationState.WITHDRAWN, "gate", now, reason)


def facts_of(hearing: Hearing) -> GateFacts:
    """What the gate may know about a hearing."""
    codes = hearing.closure_codes
    return GateFacts(
        kind=hearing.case.kind,
        procedure=hearing.procedure,
        cause=hearing.case.cause,
        flags=None if codes is None else frozenset(str(code) for code in codes),
        public=hearing.public,
        approval=_approval(hearing),
        objections=tuple(
            Objection(ObjectionBy(o["by"]), str(o.get("reason", "")), o.get("upheld"))
            for o in hearing.objections
        ),
        applications=dict(hearing.applications),
        waived=frozenset(str(code) for code in hearing.waived),
    )


def _approval(hearing: Hearing) -> Approval | None:
    if hearing.approval is None:
        return None
    return Approval(hearing.approval, hearing.approved_by, hearing.approved_at)


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
