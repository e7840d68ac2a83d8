"""Staff accounts and their sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from courtstream.auth.passwords import hash_password, needs_rehash, password_fits
from courtstream.auth.policy import Action, Target, require
from courtstream.auth.tokens import digest, new_session_token
from courtstream.domain.errors import Conflict, InvalidInput, NotFound, SignInFailed
from courtstream.domain.ids import new_id
from courtstream.domain.staff import StaffRole
from courtstream.services import audit
from courtstream.services.scope import court_path, courts_within
from courtstream.services.views import SignIn, UserView
from courtstream.store.tables import Court, Judge, User, WebSession


def sign_in(
    session: Session, login: str, password: str, hours: float, now: datetime
) -> tuple[SignIn, str]:
    """Check the password and begin a sign-in at once. Raises SignInFailed."""
    return begin_sign_in(session, checked(session, login, password), password, hours, now)


def checked(session: Session, login: str, password: str) -> str:
    """The account whose password this is. Raises SignInFailed.

    Slow on purpose, so it is called where nobody waits for the database's one writer.
    """
    user = session.scalars(select(User).where(User.login == login.strip().casefold())).first()
    known = user if user is not None and user.active else None
    if not password_fits(known.password_hash if known else None, password) or known is None:
        raise SignInFailed
    return known.id


def begin_sign_in(
    session: Session, user_id: str, password: str, hours: float, now: datetime
) -> tuple[SignIn, str]:
    """A new sign-in of a checked account and the token for its cookie. Raises SignInFailed."""
    known = session.get(User, user_id)
    if known is None or not known.active:
        raise SignInFailed
    if needs_rehash(known.password_hash):
        known.password_hash = hash_password(password)
    known.last_login_at = now
    session.execute(delete(WebSession).where(WebSession.expires_at < now))
    token = new_session_token()
    row = WebSession(
        id=new_id("s"),
        token_sha256=digest(token),
        user_id=known.id,
        csrf=new_session_token(),
        created_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    session.add(row)
    audit.append(session, known.id, "sign_in", known.id, at=now)
    return SignIn(user_view(known), row.id, row.csrf, row.expires_at), token


def signed_in(session: Session, token: str, now: datetime) -> SignIn | None:
    """Who a cookie's token belongs to, or None when it is unknown, over or revoked."""
    query = select(WebSession).where(WebSession.token_sha256 == digest(token))
    row = session.scalars(query).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now or not row.user.active:
        return None
    return SignIn(user_view(row.user), row.id, row.csrf, row.expires_at)


def sign_out(session: Session, session_id: str, now: datetime) -> None:
    """End a sign-in; ending it twice is no error."""
    row = session.get(WebSession, session_id)
    if row is not None and row.revoked_at is None:
        row.revoked_at = now
        audit.append(session, row.user_id, "sign_out", row.user_id, at=now)


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
    """Give an account a new password and end its sign-ins. Raises NotFound, InvalidInput."""
    user = session.scalars(select(User).where(User.login == login.strip().casefold())).first()
    if user is None:
        raise NotFound
    user.password_hash = hash_password(password)
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))
    audit.append(session, "operator", "set_password", user.id, at=now)


def users(session: Session, actor: UserView) -> tuple[UserView, ...]:
    """Accounts within the actor's reach, by login. Raises Forbidden."""
    courts = courts_within(session, actor.court_id)
    require(actor, Action.MANAGE_USERS, Target((actor.court_id,) if actor.court_id else ()))
    rows = session.scalars(select(User).order_by(User.login))
    return tuple(user_view(u) for u in rows if actor.court_id is None or u.court_id in courts)


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


def _check_reach(session: Session, actor: UserView | None, court_id: str | None) -> None:
    if court_id is not None and session.get(Court, court_id) is None:
        raise InvalidInput("法院不存在 / no such court")
    if actor is not None:
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
