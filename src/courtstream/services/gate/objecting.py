"""异议与告知: parties and prosecution are told, may object with a reason, and get an answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.trial import HearingState, Role
from courtstream.rules.gate import ObjectionBy
from courtstream.services.gate import gatekeeping
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.views import UserView
from courtstream.store.tables import Hearing, ObjectionRow, ParticipantRow, PartyNotice

ANSWER_WITHIN = timedelta(days=3)
"""(proposal) An objection is answered within three days, and before the hearing begins."""

BEFORE_THE_HEARING = timedelta(days=1)
"""(proposal) Objections are due a day before the hearing; notice of five days is usual [S09]."""

_COURT = frozenset({Role.JUDGE, Role.CLERK, Role.UNKNOWN})
_OVER = frozenset({HearingState.ENDED, HearingState.CANCELLED})


def addressees(hearing: Hearing) -> tuple[ParticipantRow, ...]:
    """Everybody of the case who has to be told: all but the court's own people."""
    return tuple(p for p in hearing.case.participants if p.role not in _COURT)


def notices_of(session: Session, hearing_id: str) -> dict[str, PartyNotice]:
    """The latest notice by participant."""
    query = select(PartyNotice).where(PartyNotice.hearing_id == hearing_id)
    return {n.participant_id: n for n in session.scalars(query.order_by(PartyNotice.sent_at))}


def give_notice(session: Session, actor: UserView, hearing_id: str, now: datetime) -> int:
    """Put on file that everybody was told of the planned publication; how many were.

    Raises NotFound, Forbidden, Conflict when the hearing has begun.
    """
    hearing = hearing_for(session, actor, Action.SCHEDULE, hearing_id)
    if hearing.state is not HearingState.SCHEDULED:
        raise Conflict("庭审已开始或结束 / the hearing has begun or is over")
    known = notices_of(session, hearing_id)
    due = max(now, hearing.scheduled_start - BEFORE_THE_HEARING)
    told = [p for p in addressees(hearing) if p.id not in known]
    session.add_all(
        PartyNotice(
            id=new_id("pn"),
            hearing_id=hearing_id,
            participant_id=person.id,
            sent_at=now,
            sent_by=actor.id,
            due_at=due,
        )
        for person in told
    )
    hearing.notice_at = hearing.notice_at or now
    audit.append(session, actor.id, "notice", hearing_id, {"told": len(told)}, now)
    return len(told)


def object_to(
    session: Session,
    actor: UserView,
    hearing_id: str,
    by: ObjectionBy,
    label: str,
    reason: str,
    now: datetime,
) -> ObjectionRow:
    """File an objection; from now on the gate is closed until somebody has decided it.

    `label`: who objects, as a role (原告, 公诉人), never a name. Raises NotFound, Forbidden,
    Conflict when the hearing is over, InvalidInput without a reason.
    """
    hearing = hearing_for(session, actor, Action.FILE_OBJECTION, hearing_id)
    if hearing.state in _OVER:
        raise Conflict("庭审已结束 / the hearing is over")
    if not reason.strip():
        raise InvalidInput("异议须附理由 / an objection needs a reason")
    due = min(now + ANSWER_WITHIN, max(now, hearing.scheduled_start))
    row = ObjectionRow(
        id=new_id("ob"),
        hearing_id=hearing_id,
        by_side=by.value,
        label=label.strip()[:40],
        reason=reason.strip(),
        filed_at=now,
        filed_by=actor.id,
        due_at=due,
    )
    hearing.objections.append(row)
    session.flush()
    audit.append(session, actor.id, "objection", hearing_id, {"by": by.value}, now)
    gatekeeping.again(session, hearing, now)
    return row


def decide(
    session: Session,
    actor: UserView,
    objection_id: str,
    upheld: bool,
    reason: str,
    now: datetime,
) -> ObjectionRow:
    """Uphold or reject an objection, with the reason that is told to who made it.

    Raises NotFound, Forbidden, Conflict when it is decided or the hearing is over, InvalidInput.
    """
    row = session.get(ObjectionRow, objection_id)
    if row is None:
        raise NotFound
    hearing = hearing_for(session, actor, Action.APPROVE, row.hearing_id)
    if row.upheld is not None or hearing.state in _OVER:
        raise Conflict("异议已有结论或庭审已结束 / decided already, or the hearing is over")
    if not reason.strip():
        raise InvalidInput("须说明理由 / a reason is needed")
    row.upheld, row.decision = upheld, reason.strip()
    row.decided_at, row.decided_by = now, actor.id
    detail = {"objection": row.id, "upheld": upheld}
    audit.append(session, actor.id, "objection_decided", hearing.id, detail, now)
    gatekeeping.again(session, hearing, now)
    return row
