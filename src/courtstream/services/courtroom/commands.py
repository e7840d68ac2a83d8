"""What a clerk or the presiding judge asks of a running hearing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import Command, Reply, Verb
from courtstream.domain.errors import Conflict, InvalidInput, WorkerAway
from courtstream.domain.trial import HearingState
from courtstream.services.bus import Bus
from courtstream.services.docket import ending
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import shape
from courtstream.services.views import UserView
from courtstream.services.work import Work

_COMMANDED = shape.ON_AIR | {HearingState.ADMITTED}
_NEEDS_REASON = frozenset({Verb.RECESS, Verb.CLOSE_SEGMENT})
_SPEAKS_OF_SOUND = frozenset({Verb.HIDE, Verb.KEEP})


def permit(
    session: Session, actor: UserView, hearing_id: str, command: Command, now: datetime
) -> None:
    """Check and put on record what is about to be asked. Raises what `check` raises."""
    check(session, actor, hearing_id, command)
    record(session, actor, hearing_id, command, now)


def check(session: Session, actor: UserView, hearing_id: str, command: Command) -> None:
    """Whether the actor may ask this now.

    Admitted counts as on air: its first seconds already wait to be aired and can be cut.
    Raises Forbidden, NotFound, Conflict when the hearing is not on air, InvalidInput.
    """
    hearing = hearing_for(session, actor, Action.COMMAND, hearing_id)
    if hearing.state not in _COMMANDED and command.verb is not Verb.END:
        raise Conflict("庭审未在直播 / the hearing is not on air")
    if command.verb in _NEEDS_REASON and not command.reason.strip():
        raise InvalidInput("须选择理由 / a reason is needed")
    policy = shape.policy_view(hearing.policy)
    if command.verb is Verb.SET_DELAY:
        value = command.value
        if value is None or not policy.delay_min <= value <= policy.delay_max:
            raise InvalidInput(f"延时须在 {policy.delay_min:g}–{policy.delay_max:g} 秒之间")
    if command.verb in _SPEAKS_OF_SOUND and not _has_span(command):
        raise InvalidInput("须给出起止时间 / say from when to when")


def _has_span(command: Command) -> bool:
    return command.start is not None and command.end is not None and command.end > command.start


def record(
    session: Session, actor: UserView, hearing_id: str, command: Command, now: datetime
) -> None:
    """Put a command on record."""
    detail = {"verb": command.verb.value, "reason": command.reason, "value": command.value}
    if command.verb in _SPEAKS_OF_SOUND:
        detail |= {"start": command.start, "end": command.end}
    audit.append(session, actor.id, "command", hearing_id, detail, now)


async def send(
    work: Work, bus: Bus, actor: UserView, hearing_id: str, command: Command, now: datetime
) -> Reply:
    """Permit, then ask the worker. Raises also WorkerAway when none answers.

    The end alone needs no worker: a hearing whose worker is gone is ended in the database.
    """
    command = command.model_copy(update={"by": actor.id})
    if command.verb is Verb.CUT:
        return await _cut(work, bus, actor, hearing_id, command, now)
    await work.writing(permit, actor, hearing_id, command, now)
    try:
        reply = await bus.request_worker(hearing_id, command)
        if command.verb is Verb.KEEP and not reply.ok:
            await work.writing(_refused, actor, hearing_id, reply.code, now)
        return reply
    except WorkerAway:
        if command.verb is not Verb.END:
            raise
        await ending.end_abandoned(work, actor, hearing_id, now)
        return Reply(ok=True, code="ended_without_worker")


async def _cut(
    work: Work, bus: Bus, actor: UserView, hearing_id: str, command: Command, now: datetime
) -> Reply:
    """A cut waits for no disk but the worker's: it is on record there, and here a moment later."""
    await work.reading(check, actor, hearing_id, command)
    try:
        return await bus.request_worker(hearing_id, command)
    finally:
        await work.writing(record, actor, hearing_id, command, now)


def _refused(session: Session, actor: UserView, hearing_id: str, code: str, now: datetime) -> None:
    """What somebody asked to be opened and the rules did not open."""
    audit.append(session, actor.id, "keep_refused", hearing_id, {"code": code}, now)
