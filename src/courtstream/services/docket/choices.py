"""What the form of a hearing offers: a court of the person's reach, its courtrooms, its judges.

A bench sits in its own court, so one court's choices are enough; a province's are thousands.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from courtstream.auth.policy import Action
from courtstream.services.docket import court_tree
from courtstream.services.people.scope import court_for, courts_within
from courtstream.services.publication import shape
from courtstream.services.views import CourtView, JudgeView, UserView
from courtstream.store.tables import Courtroom, Judge


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A courtroom to choose."""

    id: str
    name: str
    court_name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen in one court, and the courts to choose it from."""

    court_id: str
    courts: tuple[CourtView, ...]
    courtrooms: tuple[RoomChoice, ...]
    judges: tuple[JudgeView, ...]


def choices(session: Session, actor: UserView, court_id: str = "") -> Choices:
    """The choices of a court; empty: the person's own, or the first that has a courtroom.

    Raises NotFound, Forbidden for a court out of reach.
    """
    within = courts_within(session, actor.court_id)
    courts = tuple(c for c in court_tree.courts(session) if c.id in within)
    if court_id:
        court_for(session, actor, Action.SCHEDULE, court_id)
    chosen = court_id or _first(session, actor, courts)
    return Choices(chosen, courts, _rooms(session, chosen), _judges(session, chosen))


def _first(session: Session, actor: UserView, courts: tuple[CourtView, ...]) -> str:
    with_rooms = set(session.scalars(select(Courtroom.court_id).distinct()))
    likely = [actor.court_id, *(c.id for c in courts)]
    return next((c for c in likely if c in with_rooms), "") or ""


def _rooms(session: Session, court_id: str) -> tuple[RoomChoice, ...]:
    query = (
        select(Courtroom)
        .where(Courtroom.court_id == court_id)
        .order_by(Courtroom.name)
        .options(joinedload(Courtroom.court))
    )
    return tuple(RoomChoice(r.id, r.name, r.court.name) for r in session.scalars(query))


def _judges(session: Session, court_id: str) -> tuple[JudgeView, ...]:
    query = (
        select(Judge)
        .where(Judge.court_id == court_id)
        .order_by(Judge.name, Judge.id)
        .options(joinedload(Judge.court))
    )
    return tuple(shape.judge_view(judge) for judge in session.scalars(query))
