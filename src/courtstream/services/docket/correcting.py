"""A hearing that is not on air yet is corrected or put off: one verb, every change on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.control.protocol import SHORTEST_DELAY
from courtstream.domain.errors import Conflict, InvalidInput
from courtstream.domain.trial import HearingState
from courtstream.services.docket.schedule import Fault
from courtstream.services.gate import gatekeeping
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.publication import shape
from courtstream.services.views import HearingCard, PolicyView, UserView
from courtstream.store.tables import Courtroom, Hearing, HearingJudge, Judge, PolicyRow

_OPEN = frozenset({HearingState.SCHEDULED, HearingState.ADMITTED})
_LONGEST_HOURS = 14


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to change; None leaves a field as it is. Delay in seconds.

    `judge_ids`: the presiding (or sole) judge first. `begin`: auto or clerk.
    """

    title: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    courtroom_id: str | None = None
    judge_ids: tuple[str, ...] | None = None
    public: bool | None = None
    delay: float | None = None
    replay_release: str | None = None
    begin: str | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """The fields that are to change."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is not None)


@dataclass(frozen=True, slots=True)
class Standing:
    """A hearing as it stands, for the form; `open` while it can be corrected."""

    card: HearingCard
    policy: PolicyView
    end: datetime
    open: bool


def standing(session: Session, actor: UserView, hearing_id: str) -> Standing:
    """What may be corrected of a hearing. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SCHEDULE, hearing_id)
    return Standing(
        shape.card_view(session, hearing),
        shape.policy_view(hearing.policy),
        hearing.scheduled_end,
        hearing.state in _OPEN and hearing.last_seq == 0,
    )


def correct(
    session: Session, actor: UserView, hearing_id: str, change: Correction, now: datetime
) -> HearingCard:
    """Change a hearing that is not on air; the gate decides anew.

    Raises NotFound, Forbidden, Conflict when it has begun or is over, InvalidInput naming every
    fault.
    """
    hearing = hearing_for(session, actor, Action.SCHEDULE, hearing_id)
    if hearing.state not in _OPEN or hearing.last_seq > 0:
        raise Conflict("庭审已开始或已结束，不能更改 / it has begun or is over")
    if change.start is not None and change.end is None:
        length = hearing.scheduled_end - hearing.scheduled_start
        change = _with_end(change, change.start + length)
    faults = list(_faults(session, hearing, change))
    if faults:
        text = "; ".join(f"{f.column}: {f.zh} / {f.en}" for f in faults)
        raise InvalidInput(text, faults=[f.column for f in faults])
    _apply(session, hearing, change)
    session.flush()
    audit.append(session, actor.id, "correct", hearing.id, {"fields": list(change.named)}, now)
    gatekeeping.decide(session, hearing, now)
    return shape.card_view(session, hearing)


def _with_end(change: Correction, end: datetime) -> Correction:
    values = {f.name: getattr(change, f.name) for f in fields(change)}
    return Correction(**{**values, "end": end})


def _faults(session: Session, hearing: Hearing, change: Correction) -> Iterator[Fault]:
    start = change.start or hearing.scheduled_start
    end = change.end or hearing.scheduled_end
    hours = (end - start).total_seconds() / 3600
    if not 0 < hours <= _LONGEST_HOURS:
        yield Fault("end", "结束时间须在开始之后且不超过14小时", "end after start, at most 14 h")
    room = session.get(Courtroom, change.courtroom_id or hearing.courtroom_id)
    if room is None or room.court_id != hearing.court_id:
        yield Fault("courtroom", "本院没有该法庭", "this court has no such courtroom")
    elif _taken(session, hearing, room.id, start, end):
        yield Fault("start", "该法庭此时段已有庭审", "the courtroom is taken at that time")
    if change.judge_ids is not None and not _bench(session, hearing, change.judge_ids):
        yield Fault("judges", "本院没有该法官", "a judge is not of this court")
    if change.delay is not None and not SHORTEST_DELAY <= change.delay <= 120.0:
        yield Fault("delay", "延时须在6至120秒之间", "the delay is 6 to 120 seconds")
    if change.replay_release not in {None, "person", "automatic"}:
        yield Fault("replay_release", "只能是 person 或 automatic", "person or automatic")
    if change.begin not in {None, "auto", "clerk"}:
        yield Fault("begin", "只能是 auto 或 clerk", "auto or clerk")


def _taken(
    session: Session, hearing: Hearing, room_id: str, start: datetime, end: datetime
) -> bool:
    query = (
        select(Hearing.id)
        .where(Hearing.courtroom_id == room_id, Hearing.id != hearing.id)
        .where(Hearing.state.not_in((HearingState.CANCELLED, HearingState.ENDED)))
        .where(Hearing.scheduled_start < end, Hearing.scheduled_end > start)
    )
    return session.scalars(query.limit(1)).first() is not None


def _bench(session: Session, hearing: Hearing, ids: tuple[str, ...]) -> list[Judge]:
    """The judges in their order; empty when one is unknown, of another court, or named twice."""
    query = select(Judge).where(Judge.court_id == hearing.court_id, Judge.id.in_(ids))
    known = {judge.id: judge for judge in session.scalars(query)}
    complete = len(set(ids)) == len(ids) and all(i in known for i in ids)
    return [known[i] for i in ids] if complete else []


def _apply(session: Session, hearing: Hearing, change: Correction) -> None:
    for name, column in (("title", "title"), ("start", "scheduled_start"), ("public", "public"),
                         ("end", "scheduled_end")):  # fmt: skip
        if getattr(change, name) is not None:
            setattr(hearing, column, getattr(change, name))
    if change.courtroom_id is not None:
        hearing.courtroom = session.get_one(Courtroom, change.courtroom_id)
    if change.judge_ids is not None:
        bench = _bench(session, hearing, change.judge_ids)
        for seat in hearing.bench:
            session.delete(seat)
        session.flush()
        session.expire(hearing, ["bench"])
        hearing.bench = [HearingJudge(judge=j, position=n) for n, j in enumerate(bench)]
        hearing.sole_judge = len(bench) == 1
    _apply_policy(hearing, change)


def _apply_policy(hearing: Hearing, change: Correction) -> None:
    policy = hearing.policy = hearing.policy or PolicyRow()
    if change.delay is not None:
        policy.delay = change.delay
    if change.replay_release is not None:
        policy.replay_release = change.replay_release
    if change.begin is not None:
        policy.start = change.begin
