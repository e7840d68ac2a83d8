"""Looking into the audit chain: who may see which entries, filters, files to take away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action, Target, require
from courtstream.domain.clock import day_bounds
from courtstream.services.people import audit
from courtstream.services.people.scope import court_path, courts_within
from courtstream.services.views import AuditView, UserView
from courtstream.store.tables import AuditEntry, Court, Courtroom, Hearing, User

PAGE = 100
LARGEST_EXPORT = 200_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; empty means anything. `who` is a login, `machine` or a user's id."""

    first: date | None = None
    last: date | None = None
    who: str = ""
    action: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of entries, newest first. `names`: what to call the actors, by id."""

    entries: tuple[AuditView, ...]
    total: int
    page: int
    pages: int
    actions: tuple[str, ...]
    names: Mapping[str, str]


def look(session: Session, actor: UserView, asked: Asked, page: int = 1) -> Found:
    """A page of what the actor may see. Raises Forbidden."""
    query = _query(session, actor, asked)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    newest = query.order_by(AuditEntry.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    entries = tuple(audit.view_of(entry) for entry in session.scalars(newest))
    actions = session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action))
    return Found(entries, total, page, pages, tuple(actions), _names(session, entries))


def export(
    session: Session, actor: UserView, asked: Asked, kind: str, now: datetime
) -> tuple[str, ...]:
    """The entries asked for, oldest first, as lines of `jsonl` or `csv`; itself on record.

    The newest LARGEST_EXPORT entries at most. Raises Forbidden.
    """
    query = _query(session, actor, asked).order_by(AuditEntry.id.desc()).limit(LARGEST_EXPORT)
    rows = [audit.as_row(entry) for entry in session.scalars(query)]
    rows.reverse()
    audit.append(session, actor.id, "audit_exported", kind, {"entries": len(rows)}, now)
    return tuple(lines(rows, kind))


def lines(rows: Iterable[Mapping[str, Any]], kind: str) -> Iterator[str]:
    """Entries as text, each with its line end. A JSONL export of all verifies by itself."""
    if kind == "csv":
        yield _csv(audit.FIELDS)
    for row in rows:
        if kind == "csv":
            yield _csv([_cell(row[name]) for name in audit.FIELDS])
        else:
            yield json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"


def _query(session: Session, actor: UserView, asked: Asked) -> Select[AuditEntry]:
    path = court_path(session, actor.court_id) if actor.court_id else ()
    require(actor, Action.SEE_AUDIT, Target(path))
    query = select(AuditEntry)
    if actor.court_id is not None and session.get_one(Court, actor.court_id).parent_id:
        query = query.where(_within(courts_within(session, actor.court_id)))
    if asked.first:
        query = query.where(AuditEntry.at >= day_bounds(asked.first)[0])
    if asked.last:
        query = query.where(AuditEntry.at < day_bounds(asked.last)[1])
    if asked.who:
        who = select(User.id).where(User.login == asked.who.strip().casefold())
        query = query.where(or_(AuditEntry.actor == asked.who.strip(), AuditEntry.actor.in_(who)))
    for column, wanted in ((AuditEntry.action, asked.action), (AuditEntry.subject, asked.subject)):
        if wanted:
            query = query.where(column == wanted.strip())
    return query


def _within(courts: frozenset[str]) -> Any:
    """Entries by people of these courts, or on their hearings, courtrooms and people."""
    people = select(User.id).where(User.court_id.in_(courts))
    things = (
        people,
        select(Hearing.id).where(Hearing.court_id.in_(courts)),
        select(Courtroom.id).where(Courtroom.court_id.in_(courts)),
    )
    return or_(
        AuditEntry.actor.in_(people),
        AuditEntry.subject.in_(courts),
        *(AuditEntry.subject.in_(thing) for thing in things),
    )


def _names(session: Session, entries: Iterable[AuditView]) -> dict[str, str]:
    ids = {entry.actor for entry in entries} | {entry.subject for entry in entries}
    rows = session.scalars(select(User).where(User.id.in_(ids)))
    return {user.id: f"{user.name} ({user.login})" for user in rows}


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236)."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and not text.lstrip("-").isdigit() else text


def _csv(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
