"""Who speaks, put right by hand: a person names the speaker of a turn, or of all turns like it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.domain.trial import Role
from courtstream.services import audit
from courtstream.services.scope import hearing_for
from courtstream.services.views import UserView
from courtstream.store.tables import UtteranceRow

LONGEST = 20


def name_speaker(
    session: Session,
    actor: UserView,
    hearing_id: str,
    seq: int,
    role: str,
    label: str,
    everywhere: bool,
    now: datetime,
) -> int:
    """Set role and seat label of a turn; `everywhere`: of all turns that carry the same label now.

    The label is a seat such as 审判长, never a name: one that is a participant's name is refused.
    Gives how many turns changed. Raises NotFound, Forbidden, InvalidInput.
    """
    hearing = hearing_for(session, actor, Action.NAME_SPEAKER, hearing_id)
    row = session.get(UtteranceRow, (hearing_id, seq))
    if row is None:
        raise NotFound
    if role not in set(Role):
        raise InvalidInput("未知角色 / unknown role")
    label = label.strip()[:LONGEST]
    if any(p.name and p.name in label for p in hearing.case.participants):
        raise InvalidInput("请填席位称谓，不填姓名 / a seat, not a name")
    rows = [row]
    if everywhere and (row.speaker or row.role is not Role.UNKNOWN):
        query = select(UtteranceRow).where(
            UtteranceRow.hearing_id == hearing_id,
            UtteranceRow.speaker == row.speaker,
            UtteranceRow.role == row.role,
        )
        rows = list(session.scalars(query))
    for one in rows:
        one.role, one.speaker = Role(role), label
    detail = {"turns": len(rows), "role": role}
    audit.append(session, actor.id, "speaker_named", hearing_id, detail, now)
    return len(rows)
