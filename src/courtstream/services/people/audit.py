"""The audit chain: who did what to which thing, each entry sealed by the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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

FIELDS = ("id", "at", "actor", "action", "subject", "detail", "prev_hash", "hash")
"""Names and order of an exported entry; the hash covers all but itself."""


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's length and its newest hash. Kept elsewhere, it shows that no end was cut off."""

    length: int
    hash: str


def append(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add one act. `actor` is a user id or `machine`; `detail` never holds personal data.

    Appends are one at a time in all processes: the store has one writer (`store.unit`).
    """
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
    entry.hash = digest(as_row(entry))
    session.add(entry)
    session.flush()


def verify(session: Session) -> int:
    """Walk the whole chain and return its length. Raises AuditBroken with the first bad entry."""
    return walk(rows(session)).length


def rows(session: Session) -> Iterator[Mapping[str, Any]]:
    """Every entry, oldest first, as it is exported."""
    query = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500)
    for entry in session.scalars(query):
        yield as_row(entry)


def walk(entries: Iterable[Mapping[str, Any]]) -> Head:
    """Check exported entries from the first on. Raises AuditBroken with the first bad number."""
    length, previous = 0, FIRST
    for row in entries:
        sound = row["id"] == length + 1 and row["prev_hash"] == previous
        if not sound or row["hash"] != digest(row):
            raise AuditBroken(f"第 {length + 1} 条 / entry: {length + 1}", entry=length + 1)
        length, previous = length + 1, row["hash"]
    return Head(length, previous)


def hash_of(session: Session, entry_id: int) -> str | None:
    """The hash of one entry, None where the chain is shorter."""
    return session.scalar(select(AuditEntry.hash).where(AuditEntry.id == entry_id))


def known(session: Session, action: str, subject: str) -> bool:
    """Whether the act was ever done to this subject."""
    query = select(AuditEntry.id).where(AuditEntry.action == action, AuditEntry.subject == subject)
    return session.scalars(query.limit(1)).first() is not None


def entries(session: Session, subject: str = "", limit: int = 100) -> Sequence[AuditView]:
    """The latest acts, newest first; only those on `subject` when given."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    return tuple(view_of(entry) for entry in session.scalars(query))


def view_of(entry: AuditEntry) -> AuditView:
    """An entry for people."""
    return AuditView(
        entry.id, entry.at, entry.actor, entry.action, entry.subject, dict(entry.detail)
    )


def as_row(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is exported: its instant as UTC text with microseconds."""
    row = {name: getattr(entry, name) for name in FIELDS}
    return {**row, "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds")}


def digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over the entry's fields but its own hash, as JSON with sorted keys, no blanks."""
    plain = json.dumps(
        [row[name] for name in FIELDS[:-1]],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(plain.encode()).hexdigest()
