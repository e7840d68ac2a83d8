"""The end of a hearing: told by its worker's last row, or by a person when no worker is left."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import WorkerAway
from courtstream.domain.staff import MACHINE
from courtstream.domain.trial import HearingState, MinuteState
from courtstream.services.courtroom import admission
from courtstream.services.docket import lifecycle
from courtstream.services.nodes import running
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import publishing, shape
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.views import UserView
from courtstream.services.work import Work
from courtstream.store.tables import Hearing

log = structlog.get_logger(__name__)


def close(session: Session, hearing: Hearing, by: str, at: datetime, why: str) -> None:
    """Off the air at `at`: state, minutes, publishers, and the replay by the hearing's policy.

    A step the table forbids is left out: a hearing that has ended stays ended, and one that was
    cancelled while its worker waited stays cancelled and has no replay.
    """
    admission.publisher_gone(session, hearing.id, "", "ended", at)
    hearing.minute_state = MinuteState.OFF
    hearing.minute_by = MACHINE if by == "worker" else by
    if hearing.state is HearingState.CANCELLED:
        return
    hearing.actual_end = at
    if lifecycle.can_move(hearing, HearingState.ENDED):
        lifecycle.move(session, hearing, HearingState.ENDED, by, at, why)
    publishing.after_the_end(session, hearing, at)


def close_abandoned(session: Session, actor: UserView, hearing_id: str, now: datetime) -> None:
    """A person ends a hearing on air that has no worker any more.

    Raises NotFound, Forbidden, and WorkerAway when the hearing is not on air or its worker was
    heard moments ago: that one has to end it, because it still holds what has not aired.
    """
    hearing = hearing_for(session, actor, Action.COMMAND, hearing_id)
    if hearing.state not in shape.ON_AIR or not running.silent(hearing, now):
        raise WorkerAway
    audit.append(session, actor.id, "ended_without_worker", hearing_id, {}, now)
    close(session, hearing, actor.id, now, "worker_away")


async def end_abandoned(work: Work, actor: UserView, hearing_id: str, now: datetime) -> None:
    """`close_abandoned`, then the score; one that fails is made up for at the next start."""
    await work.writing(close_abandoned, actor, hearing_id, now)
    try:
        await work.writing(scoring.score, hearing_id, now)
    except Exception:
        log.exception("not scored", hearing=hearing_id)
