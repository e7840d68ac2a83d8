"""What a party disputes in the text: taken down by the office, decided by the court."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.transcripts import editing as transcript_editing
from courtstream.services.transcripts import revisions as transcripts
from courtstream.services.transcripts.corrections import hearing_over
from courtstream.services.views import UserView
from courtstream.store.tables import CorrectionRequest, Hearing, RequestOutcome, TranscriptTurn


def file_request(
    session: Session,
    actor: UserView,
    hearing_id: str,
    turn_id: str,
    asked_by: str,
    why: str,
    wanted: str,
    now: datetime,
) -> CorrectionRequest:
    """A party's request, taken down by the office. Raises NotFound, InvalidInput, Forbidden."""
    hearing = hearing_for(session, actor, Action.FILE_CORRECTION, hearing_id)
    _turn(session, hearing, turn_id)
    if not asked_by.strip() or not why.strip() or len(why) > 1000 or len(wanted) > 2000:
        raise InvalidInput("须注明申请人与理由 / say who asks and why")
    row = CorrectionRequest(
        id=new_id("cq"),
        hearing_id=hearing_id,
        turn_id=turn_id,
        asked_by=asked_by.strip()[:64],
        why=why.strip(),
        wanted=wanted.strip(),
        filed_at=now,
        filed_by=actor.id,
    )
    session.add(row)
    session.flush()
    detail = {"request": row.id, "turn": turn_id}
    audit.append(session, actor.id, "correction_filed", hearing_id, detail, now)
    return row


def decide_request(
    session: Session,
    actor: UserView,
    request_id: str,
    accepted: bool,
    answer: str,
    now: datetime,
) -> CorrectionRequest:
    """Accept, which corrects the turn in a new revision, or refuse; the refusal stays on record.

    Raises NotFound, Conflict, Forbidden, InvalidInput when a refusal gives no reason.
    """
    row = session.get(CorrectionRequest, request_id)
    if row is None:
        raise NotFound
    hearing = hearing_over(session, actor, Action.DECIDE_CORRECTION, row.hearing_id)
    if row.outcome is not None:
        raise Conflict("已有决定 / decided already")
    if not accepted and not answer.strip():
        raise InvalidInput("不予更正须说明理由 / say why it is refused")
    if accepted and row.wanted:
        working = transcripts.open_revision(session, hearing, actor.id, now)
        transcript_editing.change(
            session, hearing, working, row.turn_id, transcript_editing.Edit(row.wanted)
        )
    row.outcome = RequestOutcome.ACCEPTED if accepted else RequestOutcome.REFUSED
    row.answer, row.decided_at, row.decided_by = answer.strip()[:1000], now, actor.id
    detail = {"request": row.id, "outcome": row.outcome.value}
    audit.append(session, actor.id, "correction_decided", row.hearing_id, detail, now)
    return row


def _turn(session: Session, hearing: Hearing, turn_id: str) -> TranscriptTurn:
    turns = transcripts.newest_turns(session, hearing.id)
    found = next((turn for turn in turns if turn.turn_id == turn_id), None)
    if found is None:
        raise NotFound
    return found
