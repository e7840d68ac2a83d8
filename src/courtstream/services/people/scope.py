"""Targets for the role policy: the courts a thing belongs to, from its own one upwards."""

from __future__ import annotations

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, require
from courtstream.domain.errors import NotFound
from courtstream.services.views import UserView
from courtstream.store.tables import Court, Courtroom, Hearing, Judge


def court_path(session: Session, court_id: str) -> tuple[str, ...]:
    """The court and those above it, nearest first."""
    path: list[str] = []
    current = session.get(Court, court_id)
    while current is not None and current.id not in path:
        path.append(current.id)
        current = session.get(Court, current.parent_id) if current.parent_id else None
    return tuple(path)


def hearing_for(session: Session, actor: UserView, action: Action, hearing_id: str) -> Hearing:
    """The hearing, when the actor may act on it. Raises NotFound or Forbidden."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        raise NotFound
    require(actor, action, target_of(session, hearing))
    return hearing


def target_of(session: Session, hearing: Hearing) -> Target:
    """The hearing for the policy: its courts, its bench and the bench's divisions."""
    return Target(
        court_path(session, hearing.court_id),
        frozenset(seat.judge_id for seat in hearing.bench),
        frozenset(seat.judge.division_id for seat in hearing.bench if seat.judge.division_id),
    )


def courtroom_for(
    session: Session, actor: UserView, action: Action, courtroom_id: str
) -> Courtroom:
    """The courtroom, when the actor may act on it. Raises NotFound or Forbidden."""
    courtroom = session.get(Courtroom, courtroom_id)
    if courtroom is None:
        raise NotFound
    require(actor, action, Target(court_path(session, courtroom.court_id)))
    return courtroom


def judge_for(session: Session, actor: UserView, action: Action, judge_id: str) -> Judge:
    """The judge, when the actor may look at their page. Raises NotFound or Forbidden."""
    judge = session.get(Judge, judge_id)
    if judge is None:
        raise NotFound
    divisions = frozenset({judge.division_id}) if judge.division_id else frozenset[str]()
    require(
        actor, action, Target(court_path(session, judge.court_id), frozenset({judge.id}), divisions)
    )
    return judge


def court_for(session: Session, actor: UserView, action: Action, court_id: str) -> Court:
    """The court, when the actor may act on it. Raises NotFound or Forbidden."""
    court = session.get(Court, court_id)
    if court is None:
        raise NotFound
    require(actor, action, Target(court_path(session, court_id)))
    return court


def courts_within(session: Session, court_id: str | None) -> frozenset[str]:
    """The court and all below it; every court for None."""
    parents = {court.id: court.parent_id for court in session.query(Court)}
    if court_id is None:
        return frozenset(parents)
    found = {court_id}
    while more := {c for c, p in parents.items() if p in found and c not in found}:
        found |= more
    return frozenset(found)
