"""复听: a second, slower listening with the best model, and captions that follow people's text.

The machine proposes, people decide: what it finds waits as proposals, its words become a draft
only while nobody has begun to correct the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import TextOrder, TurnText
from courtstream.domain.errors import Conflict
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import Span
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.transcripts import corrections
from courtstream.services.transcripts import revisions as transcripts
from courtstream.services.transcripts.corrections import Stretch
from courtstream.services.views import UserView
from courtstream.store.tables import (
    Hearing,
    ListeningRow,
    ListeningState,
    TranscriptRevision,
    TranscriptTurn,
)

ARCHIVE = "archive"


def ask(session: Session, actor: UserView, hearing_id: str, now: datetime) -> ListeningRow:
    """Have the sealed original listened to again. Raises Conflict, Forbidden, NotFound."""
    hearing = hearing_for(session, actor, Action.EDIT_TRANSCRIPT, hearing_id)
    if hearing.state is not HearingState.ENDED:
        raise Conflict("庭审尚未结束 / the hearing is not over")
    row = session.get(ListeningRow, hearing_id)
    if row is not None and row.state is ListeningState.WAITING:
        raise Conflict("正在复听 / it is being listened to")
    row = row or ListeningRow(hearing_id=hearing_id)
    row.state, row.asked_at, row.asked_by = ListeningState.WAITING, now, actor.id
    row.finished_at, row.found, row.code = None, 0, ""
    session.add(row)
    audit.append(session, actor.id, "listening_asked", hearing_id, {}, now)
    return row


def wanted(session: Session, hearing_id: str) -> bool:
    """Whether somebody waits for a listening."""
    row = session.get(ListeningRow, hearing_id)
    return row is not None and row.state is ListeningState.WAITING


def told(session: Session, hearing: Hearing, body: Mapping[str, Any], at: datetime) -> bool:
    """A journal row about listening or captions; False when it speaks of something else."""
    state = body.get("state")
    if state == "line":
        _line(session, hearing, body, at)
    elif state == "heard":
        _heard(session, hearing, body, at)
    elif state == "deaf":
        _over(session, hearing, ListeningState.FAILED, at, code=str(body.get("code", ""))[:64])
    elif state == "remade" and "revision" in body:
        _captioned(session, hearing, int(body["revision"]), at)
        return False
    else:
        return state == "listening"
    return True


def _heard(session: Session, hearing: Hearing, body: Mapping[str, Any], at: datetime) -> None:
    stretches = [
        Stretch(Span(int(start), int(end)), str(reason)) for start, end, reason in body["found"]
    ]
    rows = corrections.propose(session, hearing, stretches, at)
    _over(session, hearing, ListeningState.DONE, at, found=len(rows))


def _over(
    session: Session,
    hearing: Hearing,
    state: ListeningState,
    at: datetime,
    found: int = 0,
    code: str = "",
) -> None:
    row = session.get(ListeningRow, hearing.id)
    if row is not None:
        row.state, row.finished_at, row.found, row.code = state, at, found, code


def _line(session: Session, hearing: Hearing, body: Mapping[str, Any], at: datetime) -> None:
    """One more turn of the archive's draft, unless people work on the text already."""
    newest = transcripts.current(session, hearing.id)
    mine = newest is not None and newest.source == ARCHIVE
    if newest is not None and (newest.state is not TranscriptState.DRAFT_ASR or not mine):
        return
    if newest is None:
        first = transcripts.open_revision(session, hearing, MACHINE, at, "live")
        newest = transcripts.fresh_draft(session, hearing.id, first.number + 1, ARCHIVE, at)
    position = len(newest.turns)
    newest.turns.append(
        TranscriptTurn(
            turn_id=f"t{900_000 + position}",
            position=position,
            start=int(body["start"]),
            end=int(body["end"]),
            text=str(body["text"]),
            confidence=float(body.get("confidence", 0.0)),
            words=[[str(w[0]), int(w[1]), int(w[2]), 1.0] for w in body["words"]],
        )
    )
    session.flush()


def caption_order(session: Session, hearing_id: str) -> TextOrder | None:
    """Captions have to follow this checked or signed text; None when they do."""
    newest = transcripts.current(session, hearing_id)
    if newest is None or newest.state is TranscriptState.DRAFT_ASR or newest.captioned_at:
        return None
    before = {t.turn_id: t.text for t in transcripts.machine_turns(session, hearing_id)}
    changed = [t for t in newest.turns if before.get(t.turn_id) != t.text]
    return TextOrder(revision=newest.number, turns=tuple(_turn_text(turn) for turn in changed))


def _turn_text(turn: TranscriptTurn) -> TurnText:
    words = turn.words or [[turn.text, turn.start, turn.end]]
    spoken = tuple((str(w[0]), int(w[1]), int(w[2])) for w in words)
    return TurnText(start=turn.start, end=turn.end, words=spoken)


def _captioned(session: Session, hearing: Hearing, number: int, at: datetime) -> None:
    query = session.query(TranscriptRevision).filter_by(hearing_id=hearing.id, number=number)
    row = query.one_or_none()
    if row is not None:
        row.captioned_at = at
