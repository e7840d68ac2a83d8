"""推流密钥 of a courtroom: shown whole once, kept as a hash, revocable."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.auth.tokens import derived, digest, new_ingest_key
from courtstream.domain.errors import NotFound
from courtstream.domain.ids import new_id
from courtstream.services.people import audit
from courtstream.services.people.scope import courtroom_for
from courtstream.services.views import KeyView, UserView
from courtstream.store.tables import Courtroom, IngestKey

PUSH = "push"
"""A key for encoders; one that a fetched source knocks with has another purpose."""


def find(session: Session, key: str) -> IngestKey | None:
    """The key in force with this text, or None when unknown or revoked."""
    row = session.scalars(select(IngestKey).where(IngestKey.sha256 == digest(key))).first()
    return row if row is not None and row.revoked_at is None else None


def add(
    session: Session,
    courtroom_id: str,
    by: str,
    now: datetime,
    key: str = "",
    purpose: str = PUSH,
) -> tuple[KeyView, str]:
    """Make a key for a courtroom; the second value is the only time it is seen whole."""
    text = key or new_ingest_key()
    row = IngestKey(
        id=new_id("k"),
        courtroom_id=courtroom_id,
        sha256=digest(text),
        last4=text[-4:],
        created_at=now,
        created_by=by,
        purpose=purpose,
    )
    session.add(row)
    session.flush()
    audit.append(session, by, "add_key", courtroom_id, {"key": row.id}, now)
    return key_view(row), text


def rotate(
    session: Session, actor: UserView, courtroom_id: str, now: datetime
) -> tuple[KeyView, str]:
    """Revoke every key of the courtroom and make a new one. Raises NotFound, Forbidden."""
    courtroom = courtroom_for(session, actor, Action.CHANGE_KEY, courtroom_id)
    for row in courtroom.keys:
        if row.purpose == PUSH:
            _revoke(session, row, actor, now)
    made = add(session, courtroom_id, actor.id, now)
    session.expire(courtroom, ["keys"])
    return made


def revoke(
    session: Session, actor: UserView, courtroom_id: str, key_id: str, now: datetime
) -> KeyView:
    """Revoke one key; the doors then put out who publishes with it.

    Raises NotFound, Forbidden.
    """
    courtroom = courtroom_for(session, actor, Action.CHANGE_KEY, courtroom_id)
    row = session.get(IngestKey, key_id)
    if row is None or row.courtroom_id != courtroom.id:
        raise NotFound
    _revoke(session, row, actor, now)
    return key_view(row)


def passphrase(secret: bytes, sha256: str) -> str:
    """What SRT callers with this key encrypt with: 32 letters and digits, kept nowhere.

    It follows from the installation's secret and the key's digest, so a new key has a new one.
    """
    return derived(secret, f"srt:{sha256}")


def revoked_at(session: Session, courtroom_id: str, at: datetime) -> tuple[str, ...]:
    """SHA-256 digests of the courtroom's keys that were revoked at `at`, for the doors."""
    query = select(IngestKey.sha256).where(
        IngestKey.courtroom_id == courtroom_id, IngestKey.revoked_at == at
    )
    return tuple(session.scalars(query))


def in_force(courtroom: Courtroom) -> IngestKey | None:
    """The newest key that is not revoked."""
    pushing = (k for k in reversed(courtroom.keys) if k.purpose == PUSH)
    return next((k for k in pushing if k.revoked_at is None), None)


def key_view(row: IngestKey) -> KeyView:
    """A key as far as it may be shown."""
    return KeyView(
        row.id, row.last4, row.created_at, row.created_by, row.revoked_at, row.revoked_by
    )


def _revoke(session: Session, row: IngestKey, actor: UserView, now: datetime) -> None:
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, actor.id
        audit.append(session, actor.id, "revoke_key", row.courtroom_id, {"key": row.id}, now)
