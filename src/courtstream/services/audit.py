"""The audit chain: who did what to which thing, each entry sealed by the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.domain.clock import utc_now
from courtstream.domain.errors import AuditBroken
from courtstream.services.views import AuditView
from courtstream.store.tables import AuditEntry

FIRST = "0" * 64
"""What the first entry calls the hash before it."""


def append(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add one act. `actor` is a user id or `machine`; `detail` never holds personal data."""
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).first()
    entry = AuditEntry(
        id=last.id + 1 if last else 1,
        at=at or utc_now(),
        actor=actor,
        action=action,
        subject=subject,
        detail=detail or {},
        prev_hash=last.hash if last else FIRST,
    )
    entry.hash = _digest(entry)
    session.add(entry)
    session.flush()


def verify(session: Session) -> int:
    """Walk the whole chain and return its length. Raises AuditBroken with the first bad entry."""
    previous, count = FIRST, 0
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(500):
        sound = entry.id == count + 1 and entry.prev_hash == previous
        if not sound or entry.hash != _digest(entry):
            raise AuditBroken(entry=entry.id)
        previous, count = entry.hash, count + 1
    return count


def known(session: Session, action: str, subject: str) -> bool:
    """Whether the act was ever done to this subject."""
    query = select(AuditEntry.id).where(AuditEntry.action == action, AuditEntry.subject == subject)
    return session.scalars(query.limit(1)).first() is not None


def entries(session: Session, subject: str = "", limit: int = 100) -> Sequence[AuditView]:
    """The latest acts, newest first; only those on `subject` when given."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    return tuple(
        AuditView(e.id, e.at, e.actor, e.action, e.subject, dict(e.detail))
        for e in session.scalars(query)
    )


def _digest(entry: AuditEntry) -> str:
    fields = [
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.prev_hash,
    ]
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
