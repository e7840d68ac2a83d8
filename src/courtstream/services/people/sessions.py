"""Sign-ins kept by the server: begun, raised by a second factor, listed, ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, require
from courtstream.auth.tokens import digest, new_session_token
from courtstream.domain.errors import NotFound, SignInFailed
from courtstream.domain.ids import new_id
from courtstream.services.people import audit
from courtstream.services.people.accounts import user_view
from courtstream.services.people.scope import court_path
from courtstream.services.views import SessionView, SignIn, UserView
from courtstream.settings import Settings
from courtstream.store.tables import SecondFactor, User, WebSession

HALF_MINUTES = 10
"""How long a sign-in may wait for its second factor."""

NOTED_EVERY = timedelta(minutes=1)
"""The last use is written down at most this often."""

FULL, SECOND, ENROL = "full", "second", "enrol"


def begin(
    session: Session,
    user_id: str,
    how: str,
    device: str,
    settings: Settings,
    now: datetime,
    *,
    proven: bool = False,
    id_token: str = "",
) -> tuple[SignIn, str]:
    """A new sign-in of a checked account, and the token for its cookie.

    It opens nothing yet when a second factor is set up or required, unless `proven` says that
    one was given. Raises SignInFailed when the account is off.
    """
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise SignInFailed
    session.execute(delete(WebSession).where(WebSession.expires_at < now))
    stage = FULL if proven else _stage(session, user, settings)
    hours = settings.web.session_hours if stage == FULL else HALF_MINUTES / 60
    token = new_session_token()
    row = WebSession(
        id=new_id("s"),
        token_sha256=digest(token),
        user_id=user.id,
        csrf=new_session_token(),
        created_at=now,
        expires_at=now + timedelta(hours=hours),
        last_seen_at=now,
        idle_until=now + timedelta(minutes=settings.access.idle_minutes),
        stage=stage,
        how=how,
        device=device,
        id_token=id_token,
    )
    session.add(row)
    session.flush()
    if stage == FULL:
        user.last_login_at = now
        audit.append(session, user.id, "sign_in", user.id, {"how": how}, now)
    return _view(row, user_view(user), now), token


def signed_in(session: Session, token: str, now: datetime) -> SignIn | None:
    """Whose cookie this is, None when it is unknown, over, revoked or long unused.

    A sign-in that waits for its second factor is returned with its stage.
    """
    query = select(WebSession).where(WebSession.token_sha256 == digest(token))
    row = session.scalars(query).first()
    if row is None or row.revoked_at is not None or not row.user.active:
        return None
    if now >= min(row.expires_at, row.idle_until):
        return None
    return _view(row, user_view(row.user), now)


def full(session: Session, token: str, now: datetime) -> SignIn | None:
    """`signed_in`, but only one that opens doors."""
    found = signed_in(session, token, now)
    return found if found is not None and found.stage == FULL else None


def touch(session: Session, session_id: str, settings: Settings, now: datetime) -> None:
    """The sign-in is in use."""
    row = session.get(WebSession, session_id)
    if row is not None and now - row.last_seen_at >= NOTED_EVERY:
        row.last_seen_at = now
        row.idle_until = now + timedelta(minutes=settings.access.idle_minutes)


def end(session: Session, session_id: str, now: datetime) -> str:
    """End a sign-in; ending it twice is no error. The identity token it was begun with, if any."""
    row = session.get(WebSession, session_id)
    if row is None or row.revoked_at is not None:
        return ""
    row.revoked_at = now
    if row.stage == FULL:
        audit.append(session, row.user_id, "sign_out", row.user_id, at=now)
    return row.id_token


def own(session: Session, actor: UserView, now: datetime) -> tuple[SessionView, ...]:
    """One's own sign-ins in force, newest first."""
    query = select(WebSession).where(
        WebSession.user_id == actor.id,
        WebSession.revoked_at.is_(None),
        WebSession.stage == FULL,
        WebSession.expires_at > now,
        WebSession.idle_until > now,
    )
    rows = session.scalars(query.order_by(WebSession.created_at.desc()))
    return tuple(
        SessionView(r.id, r.device, r.how, r.created_at, r.last_seen_at, r.expires_at) for r in rows
    )


def revoke(session: Session, actor: UserView, session_id: str, now: datetime) -> None:
    """End one of one's own sign-ins. Raises NotFound."""
    row = session.get(WebSession, session_id)
    if row is None or row.user_id != actor.id:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = now
        audit.append(session, actor.id, "session_revoked", actor.id, {"session": row.id}, now)


def revoke_others(session: Session, actor: UserView, keep: str, now: datetime) -> None:
    """End all of one's own sign-ins but this one."""
    _end_all(session, actor.id, now, keep)
    audit.append(session, actor.id, "sessions_revoked", actor.id, at=now)


def revoke_all(session: Session, actor: UserView, user_id: str, now: datetime) -> None:
    """An administrator ends all sign-ins of an account. Raises NotFound, Forbidden."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    path = court_path(session, user.court_id) if user.court_id else ()
    require(actor, Action.MANAGE_USERS, Target(path))
    _end_all(session, user_id, now)
    audit.append(session, actor.id, "sessions_revoked", user_id, at=now)


def _end_all(session: Session, user_id: str, now: datetime, keep: str = "") -> None:
    session.execute(
        update(WebSession)
        .where(
            WebSession.user_id == user_id, WebSession.revoked_at.is_(None), WebSession.id != keep
        )
        .values(revoked_at=now)
    )


def factor_needed(user: User | UserView, settings: Settings) -> bool:
    """Whether the account's role may not be without a second factor."""
    exempt = settings.demo and user.demo
    return user.role in settings.access.second_factor_roles and not exempt


def _stage(session: Session, user: User, settings: Settings) -> str:
    factor = session.get(SecondFactor, user.id)
    if factor is not None and factor.confirmed_at is not None:
        return SECOND
    return ENROL if factor_needed(user, settings) else FULL


def _view(row: WebSession, user: UserView, now: datetime) -> SignIn:
    stale = now - row.last_seen_at >= NOTED_EVERY
    return SignIn(user, row.id, row.csrf, row.expires_at, row.stage, stale=stale)
