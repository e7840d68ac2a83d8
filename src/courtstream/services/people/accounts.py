"""Staff accounts: passwords, who may manage whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from courtstream.auth.passwords import hash_password, needs_rehash, password_fits
from courtstream.auth.policy import Action, Target, require
from courtstream.domain.errors import Conflict, InvalidInput, NotFound, SignInFailed
from courtstream.domain.ids import new_id
from courtstream.domain.staff import StaffRole
from courtstream.services.people import audit
from courtstream.services.people.scope import court_path, courts_within
from courtstream.services.views import AccountView, UserView
from courtstream.store.tables import Court, Judge, SecondFactor, User, WebSession

_CONFIRMED = SecondFactor.confirmed_at.is_not(None)


def checked(session: Session, login: str, password: str) -> str:
    """The account whose password this is. Raises SignInFailed.

    Slow on purpose, so it is called where nobody waits for the database's one writer.
    """
    known = _by_login(session, login)
    if known is not None and not known.active:
        known = None
    if not password_fits(known.password_hash if known else None, password) or known is None:
        raise SignInFailed
    return known.id


def outdated(session: Session, user_id: str) -> bool:
    """Whether the stored hash is weaker than today's parameters."""
    return needs_rehash(session.get_one(User, user_id).password_hash)


def rehash(session: Session, user_id: str, password: str) -> None:
    """Hash a checked password anew."""
    session.get_one(User, user_id).password_hash = hash_password(password)


def failed(session: Session, login: str, what: str, now: datetime) -> None:
    """A sign-in that failed goes on record; what was typed as an account's name does not."""
    known = _by_login(session, login)
    subject = known.id if known else "unknown"
    audit.append(session, subject, what, subject, at=now)


def add_user(
    session: Session,
    actor: UserView | None,
    *,
    login: str,
    name: str,
    password: str,
    role: StaffRole,
    court_id: str | None,
    judge_id: str | None,
    now: datetime,
    demo: bool = False,
) -> UserView:
    """Make an account. `actor` None: the operator at the command line.

    Raises InvalidInput, Conflict when the login is taken, Forbidden.
    """
    login = login.strip().casefold()
    if not login or not login.isprintable() or len(login) > 64:
        raise InvalidInput("账号为空或过长 / the login is empty or too long")
    _check_reach(session, actor, court_id)
    _check_judge(session, role, court_id, judge_id)
    if session.scalar(select(func.count()).where(User.login == login)):
        raise Conflict("账号已存在 / this login exists already")
    user = User(
        id=new_id("u"),
        login=login,
        name=name.strip() or login,
        password_hash=hash_password(password),
        role=role,
        court_id=court_id,
        judge_id=judge_id,
        demo=demo,
        created_at=now,
    )
    session.add(user)
    session.flush()
    detail = {"role": role.value}
    audit.append(session, actor.id if actor else "operator", "add_user", user.id, detail, now)
    return user_view(user)


def set_password(session: Session, login: str, password: str, now: datetime) -> None:
    """The operator gives an account a new password and ends its sign-ins.

    Raises NotFound, InvalidInput.
    """
    user = _by_login(session, login)
    if user is None:
        raise NotFound
    _new_password(session, user, password, "operator", now)


def change_own_password(
    session: Session, actor: UserView, old: str, new: str, now: datetime
) -> None:
    """Change one's own password, which ends all one's sign-ins. Raises SignInFailed."""
    user = session.get_one(User, actor.id)
    if not password_fits(user.password_hash, old):
        raise SignInFailed
    _new_password(session, user, new, actor.id, now)


def change_user(
    session: Session,
    actor: UserView,
    user_id: str,
    now: datetime,
    *,
    active: bool | None = None,
    password: str | None = None,
) -> UserView:
    """Switch an account on or off, or give it a new password; both end its sign-ins.

    Raises NotFound, Forbidden, InvalidInput, Conflict for one's own account.
    """
    user = managed(session, actor, user_id)
    if user.id == actor.id:
        raise Conflict("不能修改自己的账号 / not one's own account")
    if password is not None:
        _new_password(session, user, password, actor.id, now)
    if active is not None and active != user.active:
        user.active = active
        _end_sign_ins(session, user.id)
        audit.append(session, actor.id, "change_user", user.id, {"active": active}, now)
    return user_view(user)


def managed(session: Session, actor: UserView, user_id: str) -> User:
    """An account within the actor's reach. Raises NotFound, Forbidden."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    courts = court_path(session, user.court_id) if user.court_id else ()
    require(actor, Action.MANAGE_USERS, Target(courts))
    return user


def users(session: Session, actor: UserView) -> tuple[AccountView, ...]:
    """Accounts within the actor's reach, by login. Raises Forbidden."""
    courts = manageable(session, actor)
    rows = session.scalars(select(User).order_by(User.login))
    guarded = set(session.scalars(select(SecondFactor.user_id).where(_CONFIRMED)))
    return tuple(
        AccountView(user_view(user), user.last_login_at, user.id in guarded)
        for user in rows
        if actor.court_id is None or user.court_id in courts
    )


def manageable(session: Session, actor: UserView) -> dict[str, str]:
    """Names of the courts whose accounts the actor manages, by id. Raises Forbidden."""
    require(actor, Action.MANAGE_USERS, Target((actor.court_id,) if actor.court_id else ()))
    within = courts_within(session, actor.court_id)
    rows = session.scalars(select(Court).order_by(Court.code, Court.name))
    return {court.id: court.name for court in rows if court.id in within}


def has_password(session: Session, user_id: str) -> bool:
    """Whether the account is opened by a password of its own, not by the sign-on service alone."""
    return session.get_one(User, user_id).password_hash.startswith("$argon2")


def user_view(user: User) -> UserView:
    """The account without its password."""
    return UserView(
        id=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        court_id=user.court_id,
        court_name=user.court.name if user.court else "全省 / the province",
        judge_id=user.judge_id,
        active=user.active,
        demo=user.demo,
        division_id=user.judge.division_id if user.judge else None,
    )


def _by_login(session: Session, login: str) -> User | None:
    return session.scalars(select(User).where(User.login == login.strip().casefold())).first()


def _new_password(session: Session, user: User, password: str, by: str, now: datetime) -> None:
    user.password_hash = hash_password(password)
    _end_sign_ins(session, user.id)
    audit.append(session, by, "set_password", user.id, at=now)


def _end_sign_ins(session: Session, user_id: str) -> None:
    session.execute(delete(WebSession).where(WebSession.user_id == user_id))


def _check_reach(session: Session, actor: UserView | None, court_id: str | None) -> None:
    if court_id is not None and session.get(Court, court_id) is None:
        raise InvalidInput("法院不存在 / no such court")
    if actor is not None:  # an empty path: only who may manage the whole province
        courts = court_path(session, court_id) if court_id else ()
        require(actor, Action.MANAGE_USERS, Target(courts))


def _check_judge(
    session: Session, role: StaffRole, court_id: str | None, judge_id: str | None
) -> None:
    if role not in {StaffRole.JUDGE, StaffRole.HEAD}:
        return
    judge = session.get(Judge, judge_id) if judge_id else None
    if judge is None or judge.court_id != court_id:
        raise InvalidInput("法官账号须对应本院法官 / a judge's account needs a judge of the court")
    if role is StaffRole.HEAD and judge.division_id is None:
        raise InvalidInput("庭长账号须对应本院某庭的法官 / a head needs a judge of a division")
