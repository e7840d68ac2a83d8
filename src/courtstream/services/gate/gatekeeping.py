"""公开审查 before anything goes out: the facts of a hearing to the gate, its decision on file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, Forbidden, InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.publication import GateDecision
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.rules.gate import Approval, GateFacts, Objection, ObjectionBy, closures
from courtstream.rules.gate import decide as judge
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import shape
from courtstream.services.publication.publishing import put
from courtstream.services.views import GateView, UserView
from courtstream.store.tables import ClosureChange, GateDecisionRow, Hearing, PublicationState

GATE = "gate"
"""Who acts when a decision of the gate opens or closes by itself."""


def decide(session: Session, hearing: Hearing, now: datetime) -> GateDecision:
    """Ask the gate about a hearing and put its decision on file when it says something new."""
    decision = judge(facts_of(hearing), now)
    last = hearing.gate_decisions[-1] if hearing.gate_decisions else None
    if last is None or _differs(last, decision):
        hearing.gate_decisions.append(_row(hearing, decision))
        session.flush()
    return decision


def find_closures(
    session: Session,
    actor: UserView,
    hearing_id: str,
    codes: tuple[str, ...],
    now: datetime,
    reason: str = "",
) -> GateView | None:
    """What was found when checking for reasons not to publish; empty: none apply.

    Codes may be added by whoever schedules or commands the hearing, on air too: a decision that
    turns against the broadcast takes it from the public at once. Taking a code back once the
    hearing has begun is a correction: for the bench or the office, before the end, with a reason.
    Raises NotFound, Forbidden, Conflict, InvalidInput for a code that does not exist.
    """
    unknown = [code for code in codes if code not in closures()]
    if unknown:
        raise InvalidInput(f"未知代码 / unknown code: {unknown[0][:40]}")
    hearing = _may_find(session, actor, hearing_id)
    if hearing.state in {HearingState.ENDED, HearingState.CANCELLED}:
        raise Conflict("庭审已结束 / the hearing is over")
    before = [str(code) for code in hearing.closure_codes or ()]
    removed = [code for code in before if code not in codes]
    if removed:
        _correction(session, actor, hearing, reason)
    hearing.closure_codes = list(codes)
    session.add(
        ClosureChange(
            id=new_id("cc"),
            hearing_id=hearing.id,
            at=now,
            by=actor.id,
            added=[code for code in codes if code not in before],
            removed=removed,
            reason=reason.strip(),
        )
    )
    detail = {"codes": list(codes), "removed": removed}
    audit.append(session, actor.id, "find_closures", hearing.id, detail, now)
    again(session, hearing, now)
    return shape.gate_view(hearing)


def _may_find(session: Session, actor: UserView, hearing_id: str) -> Hearing:
    """Whoever schedules hearings may look for reasons, and the bench of this one."""
    try:
        return hearing_for(session, actor, Action.SCHEDULE, hearing_id)
    except Forbidden:
        return hearing_for(session, actor, Action.COMMAND, hearing_id)


def _correction(session: Session, actor: UserView, hearing: Hearing, reason: str) -> None:
    """Who may take a closure code back: before the hearing anyone who schedules, then few."""
    if hearing.state is not HearingState.SCHEDULED:
        hearing_for(session, actor, Action.CORRECT_CLOSURE, hearing.id)
        if not reason.strip():
            raise InvalidInput("更正不公开情形须说明理由 / say why the code is taken back")


def again(session: Session, hearing: Hearing, now: datetime) -> None:
    """Decide anew. A live broadcast that is no longer allowed is withdrawn; one that the gate had
    withdrawn, and that it allows again after a correction, is back.
    """
    decision = decide(session, hearing, now)
    row = shape.publication_of(hearing, PublicationMode.LIVE)
    if row is None or hearing.state in {HearingState.ENDED, HearingState.CANCELLED}:
        return
    withdrawn = row.state is PublicationState.WITHDRAWN
    if not decision.may_broadcast and not withdrawn:
        reason = "；".join(decision.reasons)
        put(session, hearing, row.mode, PublicationState.WITHDRAWN, GATE, now, reason)
    elif decision.may_broadcast and withdrawn and row.by == GATE:
        put(session, hearing, row.mode, PublicationState.RELEASED, GATE, now)


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
            Objection(ObjectionBy(o.by_side), o.reason, o.upheld) for o in hearing.objections
        ),
        applications=dict(hearing.applications),
        waived=frozenset(str(code) for code in hearing.waived),
    )


def _approval(hearing: Hearing) -> Approval | None:
    if hearing.approval is None:
        return None
    by = hearing.file.decided_by if hearing.file else ""
    return Approval(hearing.approval, by, hearing.approved_at)


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
