"""接口令牌: made and shown once, good for some actions and some time, revoked at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, actions_of
from courtstream.auth.tokens import TOKEN_MARK, digest, new_api_token
from courtstream.domain.errors import InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.services.people import audit
from courtstream.services.people.accounts import user_view
from courtstream.services.people.sessions import NOTED_EVERY
from courtstream.services.views import SignIn, TokenView, UserView
from courtstream.settings import Settings
from courtstream.store.tables import ApiToken

MOST = 20


def make(
    session: Session,
    actor: UserView,
    name: str,
    scopes: Iterable[str],
    days: int,
    settings: Settings,
    now: datetime,
) -> tuple[TokenView, str]:
    """A token for a program that acts as this person; the secret is shown this once.

    Raises InvalidInput: no name, no action or one the role has not, too long a life, too many.
    """
    wanted = frozenset(scopes)
    if not 0 < len(name.strip()) <= 80 or not name.isprintable():
        raise InvalidInput("请填写用途（80 字以内）/ say what it is for, up to 80 characters")
    if not wanted or not wanted <= {action.value for action in grantable(actor)}:
        raise InvalidInput("请选择本角色可用的操作 / choose actions that your role has")
    if not 1 <= days <= settings.access.token_days:
        longest = settings.access.token_days
        raise InvalidInput(f"有效期须为 1–{longest} 天 / 1 to {longest} days")
    if sum(token.active for token in own(session, actor, now)) >= MOST:
        raise InvalidInput(f"至多 {MOST} 个有效令牌 / at most {MOST} tokens in force")
    secret = new_api_token()
    row = ApiToken(
        id=new_id("at"),
        user_id=actor.id,
        name=name.strip(),
        sha256=digest(secret),
        last4=secret[-4:],
        scopes=sorted(wanted),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    detail = {"token": row.id, "scopes": row.scopes}
    audit.append(session, actor.id, "token_made", actor.id, detail, now)
    return _view(row, now), secret


def grantable(actor: UserView) -> tuple[Action, ...]:
    """Actions a token of this person may have: never to manage accounts."""
    return tuple(a for a in actions_of(actor.role) if a is not Action.MANAGE_USERS)


def own(session: Session, actor: UserView, now: datetime) -> tuple[TokenView, ...]:
    """One's own tokens, newest first."""
    query = select(ApiToken).where(ApiToken.user_id == actor.id)
    rows = session.scalars(query.order_by(ApiToken.created_at.desc()))
    return tuple(_view(row, now) for row in rows)


def revoke(session: Session, actor: UserView, token_id: str, now: datetime) -> None:
    """The token opens nothing from now on. Raises NotFound."""
    row = session.get(ApiToken, token_id)
    if row is None or row.user_id != actor.id:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = now
        audit.append(session, actor.id, "token_revoked", actor.id, {"token": row.id}, now)


def resolve(session: Session, secret: str, now: datetime) -> SignIn | None:
    """Whose token this is and what it is good for; None when it opens nothing."""
    if not secret.startswith(TOKEN_MARK):
        return None
    row = session.scalars(select(ApiToken).where(ApiToken.sha256 == digest(secret))).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now or not row.user.active:
        return None
    stale = row.last_used_at is None or now - row.last_used_at >= NOTED_EVERY
    user = replace(user_view(row.user), scopes=frozenset(row.scopes))
    return SignIn(user, row.id, "", row.expires_at, stale=stale)


def used(session: Session, token_id: str, now: datetime) -> None:
    """Note the use."""
    row = session.get(ApiToken, token_id)
    if row is not None:
        row.last_used_at = now


def _view(row: ApiToken, now: datetime) -> TokenView:
    active = row.revoked_at is None and row.expires_at > now
    return TokenView(
        row.id,
        row.name,
        row.last4,
        tuple(row.scopes),
        row.created_at,
        row.expires_at,
        row.last_used_at,
        active,
    )
