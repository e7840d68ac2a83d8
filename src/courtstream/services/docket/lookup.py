"""Finding things by the names people type at the command line."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.services.people.accounts import user_view
from courtstream.services.views import UserView
from courtstream.store.tables import Court, Judge, User


def court_id(session: Session, name: str) -> str:
    """The court of this name. Raises InvalidInput."""
    found = session.scalars(select(Court.id).where(Court.name == name)).first()
    if found is None:
        raise InvalidInput(f"没有该法院 / no such court: {name}")
    return found


def judge_id(session: Session, court: str | None, name: str) -> str:
    """The judge of this name in the court. Raises InvalidInput."""
    query = select(Judge.id).where(Judge.court_id == court, Judge.name == name)
    found = session.scalars(query).first()
    if found is None:
        raise InvalidInput("本院没有该法官 / the court has no such judge")
    return found


def user(session: Session, login: str) -> UserView:
    """The account of this login. Raises NotFound."""
    found = session.scalars(select(User).where(User.login == login.strip().casefold())).first()
    if found is None or not found.active:
        raise NotFound
    return user_view(found)


def all_users(session: Session) -> tuple[UserView, ...]:
    """Every account, by login: for the operator only."""
    return tuple(user_view(u) for u in session.scalars(select(User).order_by(User.login)))
