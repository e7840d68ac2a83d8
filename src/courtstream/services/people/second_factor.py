"""动态口令: setting it up, checking it at sign-in, recovery codes, taking it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth import boxes, factors
from courtstream.auth.policy import Action, Target, require
from courtstream.auth.tokens import site_secret
from courtstream.domain.errors import Conflict, NotFound, SecondFactorFailed
from courtstream.services.people import audit
from courtstream.services.people.scope import court_path
from courtstream.services.people.sessions import factor_needed
from courtstream.services.views import FactorView, UserView
from courtstream.settings import Settings
from courtstream.store.tables import SecondFactor, User

_PURPOSE = "totp"


def state(session: Session, actor: UserView, settings: Settings) -> FactorView:
    """Whether a factor is set up, needed, and how many recovery codes are left."""
    row = session.get(SecondFactor, actor.id)
    on = row is not None and row.confirmed_at is not None
    return FactorView(on, factor_needed(actor, settings), len(row.recovery) if row and on else 0)


def prepare(session: Session, actor: UserView, settings: Settings, now: datetime) -> str:
    """The secret to scan; the same one until it is confirmed. Raises Conflict when set up."""
    row = session.get(SecondFactor, actor.id)
    if row is not None and row.confirmed_at is not None:
        raise Conflict("动态口令已启用 / the second factor is set up")
    opened = _opened(row, settings) if row else None
    if opened is not None:
        return opened
    secret = factors.new_secret()
    sealed = boxes.seal(site_secret(settings.secret_key), _PURPOSE, secret)
    if row is None:
        session.add(SecondFactor(user_id=actor.id, secret=sealed, created_at=now))
    else:
        row.secret = sealed
    session.flush()
    return secret


def confirm(
    session: Session, actor: UserView, code: str, settings: Settings, now: datetime
) -> tuple[str, ...]:
    """The first right code sets it up; the recovery codes, shown this once.

    Raises SecondFactorFailed, Conflict.
    """
    row = session.get(SecondFactor, actor.id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("请重新开始设置 / begin the set-up again")
    row.last_step = _step(row, code, settings, now)
    row.confirmed_at = now
    audit.append(session, actor.id, "second_factor_set", actor.id, at=now)
    return _fresh_codes(row)


def check(session: Session, user_id: str, code: str, settings: Settings, now: datetime) -> str:
    """Take a code or a recovery code; `totp` or `recovery`. Raises SecondFactorFailed."""
    row = session.get(SecondFactor, user_id)
    if row is None or row.confirmed_at is None:
        raise SecondFactorFailed
    spelled = factors.recovery_digest(code)
    if spelled in row.recovery:
        row.recovery = [kept for kept in row.recovery if kept != spelled]
        left = {"left": len(row.recovery)}
        audit.append(session, user_id, "recovery_used", user_id, left, now)
        return "recovery"
    row.last_step = _step(row, code, settings, now)
    return "totp"


def renew_recovery(
    session: Session, actor: UserView, code: str, settings: Settings, now: datetime
) -> tuple[str, ...]:
    """New recovery codes in place of the old ones. Raises SecondFactorFailed."""
    check(session, actor.id, code, settings, now)
    audit.append(session, actor.id, "recovery_renewed", actor.id, at=now)
    return _fresh_codes(session.get_one(SecondFactor, actor.id))


def remove(session: Session, actor: UserView, code: str, settings: Settings, now: datetime) -> None:
    """Go without again. Raises SecondFactorFailed, Conflict where the role needs one."""
    if factor_needed(actor, settings):
        raise Conflict("该角色须启用动态口令 / this role needs a second factor")
    check(session, actor.id, code, settings, now)
    session.delete(session.get_one(SecondFactor, actor.id))
    audit.append(session, actor.id, "second_factor_removed", actor.id, at=now)


def reset(session: Session, actor: UserView | None, user_id: str, now: datetime) -> None:
    """Take another's factor away, who then sets up a new one. `actor` None: the operator.

    Raises NotFound, Forbidden.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    if actor is not None:
        path = court_path(session, user.court_id) if user.court_id else ()
        require(actor, Action.MANAGE_USERS, Target(path))
    row = session.get(SecondFactor, user_id)
    if row is not None:
        session.delete(row)
    by = actor.id if actor else "operator"
    audit.append(session, by, "second_factor_removed", user_id, at=now)


def _step(row: SecondFactor, code: str, settings: Settings, now: datetime) -> int:
    secret = _opened(row, settings)
    step = factors.matching_step(secret, code, now, row.last_step) if secret else None
    if step is None:
        raise SecondFactorFailed
    return step


def _opened(row: SecondFactor, settings: Settings) -> str | None:
    return boxes.unseal(site_secret(settings.secret_key), _PURPOSE, row.secret)


def _fresh_codes(row: SecondFactor) -> tuple[str, ...]:
    codes: Sequence[str] = factors.new_recovery_codes()
    row.recovery = [factors.recovery_digest(code) for code in codes]
    return tuple(codes)
