"""The off switch: a court need not have its hearings scored (法发〔2022〕33号: a help, no duty)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, may
from courtstream.services.people import audit
from courtstream.services.people.scope import court_for, court_path, courts_within
from courtstream.services.views import UserView
from courtstream.store.tables import Court


@dataclass(frozen=True, slots=True)
class CourtSwitch:
    """Whether a court's hearings are scored, and whether the actor may change that."""

    id: str
    name: str
    on: bool
    mine: bool


def courts(session: Session, actor: UserView) -> tuple[CourtSwitch, ...]:
    """Courts within the actor's reach, in the order of their codes."""
    query = (
        select(Court)
        .where(Court.id.in_(courts_within(session, actor.court_id)))
        .order_by(Court.code, Court.name)
    )
    return tuple(
        CourtSwitch(
            court.id,
            court.name,
            court.scoring,
            may(actor, Action.SWITCH_SCORING, Target(court_path(session, court.id))),
        )
        for court in session.scalars(query)
    )


def switch(session: Session, actor: UserView, court_id: str, on: bool, now: datetime) -> None:
    """From now on hearings of the court are scored, or are not; what is on file stays.

    Raises NotFound, Forbidden.
    """
    court = court_for(session, actor, Action.SWITCH_SCORING, court_id)
    court.scoring = on
    audit.append(session, actor.id, "scoring_switched", court_id, {"on": on}, now)
