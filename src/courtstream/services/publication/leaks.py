"""泄露登记: something private that reached the public, found by a person who looked.

Only people confirm a leak. From then on it is a gate on the hearing's score, and the broadcast is
no valid one.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput
from courtstream.domain.ids import new_id
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.time import seconds
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.scoring import review
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.views import UserView
from courtstream.store.tables import LeakRow

ITEM = "44a"
"""The item of the standard that counts confirmed leaks."""


class LeakKind(StrEnum):
    """What could be seen or heard."""

    FACE = "face"
    SPEECH = "speech"
    TEXT = "text"
    SCREEN = "screen"


def confirm(
    session: Session,
    actor: UserView,
    hearing_id: str,
    kind: str,
    start: float,
    end: float,
    note: str,
    now: datetime,
) -> str:
    """Put a leak on file, times in seconds; its id. The hearing's open card fails the item.

    The note says what kind of thing leaked, never the thing itself. Raises NotFound, Forbidden,
    InvalidInput.
    """
    hearing_for(session, actor, Action.REVIEW, hearing_id)
    if kind not in set(LeakKind) or not 0 <= start <= end <= 1e6:
        raise InvalidInput("请填类型与起止时间 / say what kind, from when to when")
    row = LeakRow(
        id=new_id("lk"),
        hearing_id=hearing_id,
        kind=kind,
        start=seconds(start),
        end=seconds(end),
        user_id=actor.id,
        at=now,
        note=note.strip()[:500],
    )
    session.add(row)
    session.flush()
    detail = {"leak": row.id, "kind": kind}
    audit.append(session, actor.id, "leak_confirmed", hearing_id, detail, now)
    _fail_item(session, actor, hearing_id, now)
    return row.id


def _fail_item(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """The present card says so at once; a final one stays as it is, the leak is on file."""
    card = scoring.current(session, hearing_id)
    if card is None or card.state is ScoreState.FINAL:
        return
    for finding in card.findings:
        if finding.item == ITEM and finding.critical:
            why = "泄露登记 / a leak was confirmed"
            review.correct(session, actor, finding.id, Outcome.NOT_FOUND, why, now)
