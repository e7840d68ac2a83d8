"""From what the sign-on service says of a person to an account with a role and a court."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from courtstream.domain.errors import SignOnFailed
from courtstream.domain.ids import new_id
from courtstream.domain.staff import StaffRole
from courtstream.services.people import audit
from courtstream.services.people.accounts import user_view
from courtstream.services.views import UserView
from courtstream.settings import SignOnSettings
from courtstream.store.tables import Court, Identity, Judge, User, WebSession

BY = "sign_on"
_NO_PASSWORD = "!"
"""No password fits it: the account is opened by the service alone."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the service vouches for. `groups` in its own spelling."""

    issuer: str
    subject: str
    name: str
    login: str
    groups: tuple[str, ...]
    judge: str = ""


def said(claims: Mapping[str, object], issuer: str, settings: SignOnSettings) -> Said:
    """The claims we use of an identity token or of the userinfo answer."""
    login = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    return Said(
        issuer,
        str(claims["sub"])[:255],
        str(claims.get("name") or login)[:80],
        login.strip().casefold()[:64],
        _groups(claims.get(settings.groups_claim)),
        str(claims.get(settings.judge_claim, "")) if settings.judge_claim else "",
    )


def admitted(session: Session, person: Said, settings: SignOnSettings, now: datetime) -> UserView:
    """The account of this person, made at the first sign-in, kept in step at every later one.

    No group with a role, no court, or an account switched off here: SignOnFailed.
    """
    role, court_id = _role(person.groups, settings), _court(session, person.groups, settings)
    judge_id = _judge(session, role, court_id, person.judge)
    query = select(Identity).where(
        Identity.issuer == person.issuer, Identity.subject == person.subject
    )
    known = session.scalars(query).first()
    if known is None:
        return user_view(_new(session, person, role, court_id, judge_id, now))
    user = known.user
    if not user.active:
        raise SignOnFailed("账号已停用 / the account is switched off")
    if (user.role, user.court_id, user.judge_id) != (role, court_id, judge_id):
        user.role, user.court_id, user.judge_id = role, court_id, judge_id
        session.query(WebSession).filter_by(user_id=user.id).delete()
        detail = {"role": role.value, "court": court_id}
        audit.append(session, BY, "change_user", user.id, detail, now)
    session.flush()
    session.refresh(user)
    return user_view(user)


def _new(
    session: Session,
    person: Said,
    role: StaffRole,
    court_id: str | None,
    judge_id: str | None,
    now: datetime,
) -> User:
    """A local account of the same login is never taken over: the new one gets another login."""
    taken = session.scalars(select(User.id).where(User.login == person.login)).first()
    user = User(
        id=new_id("u"),
        login=person.login if taken is None else new_id("sso"),
        name=person.name,
        password_hash=_NO_PASSWORD,
        role=role,
        court_id=court_id,
        judge_id=judge_id,
        created_at=now,
    )
    session.add(user)
    session.flush()
    session.add(
        Identity(
            id=new_id("i"),
            user_id=user.id,
            issuer=person.issuer,
            subject=person.subject,
            created_at=now,
        )
    )
    session.flush()
    audit.append(session, BY, "add_user", user.id, {"role": role.value, "court": court_id}, now)
    return user


def _role(groups: Iterable[str], settings: SignOnSettings) -> StaffRole:
    having = set(groups)
    for group, role in settings.roles.items():
        if group in having:
            return role
    raise SignOnFailed("没有本平台的角色 / none of your groups has a role here")


def _court(session: Session, groups: Iterable[str], settings: SignOnSettings) -> str:
    having = set(groups)
    for group, court in settings.courts.items():
        if group not in having:
            continue
        query = select(Court.id).where(or_(Court.name == court, Court.code == court))
        found = session.scalars(query).first()
        if found is not None:
            return found
    raise SignOnFailed("没有对应的法院 / none of your groups has a court here")


def _judge(session: Session, role: StaffRole, court_id: str, name: str) -> str | None:
    if role not in {StaffRole.JUDGE, StaffRole.HEAD}:
        return None
    query = select(Judge).where(Judge.court_id == court_id, Judge.name == name)
    judge = session.scalars(query).first()
    if judge is None or (role is StaffRole.HEAD and judge.division_id is None):
        raise SignOnFailed("本院没有对应的法官 / the court has no judge of that name")
    return judge.id


def _groups(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
