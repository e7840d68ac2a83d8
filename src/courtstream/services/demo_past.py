"""A month of invented hearings of the demonstration, scored by the engine itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.domain.clock import COURT_ZONE, court_day
from courtstream.domain.scoring import HearingFacts
from courtstream.domain.time import to_seconds
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import HearingState, Procedure, PublicationMode
from courtstream.rules.scoring.synthetic import synthetic_facts
from courtstream.services.docket import schedule
from courtstream.services.docket.schedule import NewHearing, Place
from courtstream.services.publication import publishing
from courtstream.services.scoring import scorecards as scoring
from courtstream.store.tables import (
    Court,
    Courtroom,
    Hearing,
    Judge,
    PublicationState,
    UtteranceRow,
)

DAYS = 30
A_DAY = 6
"""Hearings of a weekday in the whole province: 22 weekdays make about 130."""

_ALONE = frozenset({Procedure.CIV1_SUM, Procedure.CRI1_FAST})
_CLOSED = ("UNSUITABLE_OTHER",)
_TIMES = (time(9, 0), time(10, 30), time(14, 0), time(15, 30))


@dataclass(frozen=True, slots=True)
class _Slot:
    """When and where an invented hearing was."""

    court: Court
    row: dict[str, Any]
    room: Courtroom
    start: datetime
    seed: int


def seed_past(
    session: Session, world: dict[str, Any], courts: dict[str, Court], now: datetime
) -> int:
    """Make the past hearings unless there are some; how many there are."""
    query = select(func.count()).where(
        Hearing.demo.is_(True), Hearing.state == HearingState.ENDED, Hearing.last_seq == 0
    )
    known = session.scalar(query) or 0
    if known:
        return known
    rng = random.Random(20261)
    made = 0
    for slot in _slots(session, world, courts, now, rng):
        _hearing(session, world, slot, rng, made)
        made += 1
    return made


def _slots(
    session: Session,
    world: dict[str, Any],
    courts: dict[str, Court],
    now: datetime,
    rng: random.Random,
) -> Iterator[_Slot]:
    """Weekdays before today; the basic court sits most."""
    rows = {row["key"]: row for row in world["court"]}
    rooms = {
        key: list(session.scalars(select(Courtroom).where(Courtroom.court_id == court.id)))
        for key, court in courts.items()
    }
    for day in _weekdays(court_day(now)):
        free = [(key, room, at) for key in rooms for room in rooms[key] for at in _TIMES]
        weights = [4 if key == "basic" else 1 for key, _, _ in free]
        for key, room, at in _draw(rng, free, weights, A_DAY):
            start = datetime.combine(day, at, COURT_ZONE)
            yield _Slot(courts[key], rows[key], room, start, rng.randrange(1_000_000))


def _draw(
    rng: random.Random, free: list[tuple[str, Courtroom, time]], weights: list[int], count: int
) -> list[tuple[str, Courtroom, time]]:
    """`count` different places, likelier by weight, in order of time."""
    order = sorted(range(len(free)), key=lambda n: rng.random() ** (1.0 / weights[n]), reverse=True)
    return sorted((free[n] for n in order[:count]), key=lambda place: (place[2], place[1].name))


def _weekdays(today: date) -> Iterator[date]:
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        if day.weekday() < 5:
            yield day


def _hearing(
    session: Session, world: dict[str, Any], slot: _Slot, rng: random.Random, number: int
) -> None:
    procedure = Procedure(rng.choice(slot.row["procedures"]))
    bench = _bench(session, slot, procedure, rng)
    presiding = next(j for j in slot.row["judges"] if j["name"] == bench[0].name)
    facts = synthetic_facts(
        slot.seed,
        kind=schedule.kind_of(procedure),
        procedure=procedure,
        judge_quality=_quality(presiding["quality"], slot.start, rng),
    )
    new = _new(world, slot, procedure, bench, rng, number)
    hearing = schedule.create(session, new, Place(slot.court, slot.room, bench), "demo", slot.start)
    _took_place(session, hearing, facts)
    if _fate(slot) == "broadcast":
        _broadcast(session, hearing)
    scoring.score_facts(session, facts, hearing.id, hearing.actual_end or slot.start)


def _quality(base: float, start: datetime, rng: random.Random) -> float:
    """A judge's own level with the ups and downs of days."""
    weekly = 0.06 * ((start.toordinal() // 7) % 3 - 1)
    return min(1.0, max(0.0, base + weekly + rng.uniform(-0.08, 0.08)))


def _bench(
    session: Session, slot: _Slot, procedure: Procedure, rng: random.Random
) -> tuple[Judge, ...]:
    query = select(Judge).where(Judge.court_id == slot.court.id).order_by(Judge.name)
    judges = list(session.scalars(query))
    return tuple(rng.sample(judges, 1 if procedure in _ALONE else 3))


def _new(
    world: dict[str, Any],
    slot: _Slot,
    procedure: Procedure,
    bench: tuple[Judge, ...],
    rng: random.Random,
    number: int,
) -> NewHearing:
    mark = world["marks"][procedure.value[:4]]
    fate = _fate(slot)
    case_number = f"（{slot.start.year}）{slot.row['code']}{mark}{1000 + number}号"
    cause = rng.choice(world["causes"][procedure.value[:3]])
    return NewHearing(
        court=slot.court.name,
        courtroom=slot.room.name,
        case_number=case_number,
        cause=cause,
        procedure=procedure,
        start=slot.start,
        end=slot.start + timedelta(minutes=80),
        judges=tuple(judge.name for judge in bench),
        closure_codes=_CLOSED if fate == "closed" else (),
        approval=fate != "refused",
        demo=True,
    )


def _fate(slot: _Slot) -> str:
    """Most invented hearings were broadcast; some the law closed, some the approval refused."""
    draw = random.Random(slot.seed ^ 0x5EED).random()
    if draw < 0.08:
        return "closed"
    return "refused" if draw < 0.2 else "broadcast"


def _broadcast(session: Session, hearing: Hearing) -> None:
    publishing.put(
        session,
        hearing,
        PublicationMode.REPLAY,
        PublicationState.RELEASED,
        "demo",
        hearing.actual_end or hearing.scheduled_end,
    )


def _took_place(session: Session, hearing: Hearing, facts: HearingFacts) -> None:
    """What the rows of an ended hearing would say, from its facts."""
    said = facts.transcript.utterances
    late = -(facts.schedule.scheduled_start or 0.0)
    begin = hearing.scheduled_start + timedelta(seconds=late)
    hearing.duration = said[-1].span.end if said else 0
    hearing.wall_zero = hearing.actual_start = begin
    # The invented transcripts are brief; the sittings they stand for took their usual time.
    spoken = timedelta(seconds=to_seconds(hearing.duration))
    hearing.actual_end = begin + max(spoken, timedelta(minutes=25 + late % 50))
    if hearing.file is not None:
        hearing.file.decided_at = hearing.scheduled_start - timedelta(days=1)
    hearing.state = HearingState.ENDED
    session.add_all(
        UtteranceRow(
            hearing_id=hearing.id,
            seq=n,
            start=u.span.start,
            end=u.span.end,
            role=u.role,
            speaker=u.speaker,
            text=u.text,
            confidence=u.confidence,
            state=TranscriptState.DRAFT_ASR,
        )
        for n, u in enumerate(said, start=1)
    )
