"""Erasing by rule: only what the table lets go, never under a hold, each act on record."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.ids import new_id
from courtstream.domain.staff import MACHINE
from courtstream.domain.trial import HearingState
from courtstream.rules.retention import EVIDENCE, Kept, RetentionRule, retention_rules
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.views import UserView
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.tables import Hearing, LegalHold


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold as people see it."""

    id: str
    hearing_id: str
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """One thing of one hearing that may go, and under which rule."""

    hearing_id: str
    rule: RetentionRule


def place(
    session: Session, actor: UserView, hearing_id: str, reason: str, now: datetime
) -> HoldView:
    """Nothing of the hearing is erased until the hold is lifted.

    Raises NotFound, Forbidden, InvalidInput without a reason.
    """
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    if not reason.strip():
        raise InvalidInput("须写明理由 / a reason is needed")
    row = LegalHold(
        id=new_id("lh"),
        hearing_id=hearing.id,
        reason=reason.strip()[:200],
        placed_at=now,
        placed_by=actor.id,
    )
    session.add(row)
    session.flush()
    audit.append(session, actor.id, "hold_placed", hearing.id, {"hold": row.id}, now)
    return _view(row)


def lift(session: Session, actor: UserView, hearing_id: str, hold_id: str, now: datetime) -> None:
    """End a hold. Raises NotFound, Forbidden, Conflict when it was lifted before."""
    hearing = hearing_for(session, actor, Action.PUBLISH, hearing_id)
    row = session.get(LegalHold, hold_id)
    if row is None or row.hearing_id != hearing.id:
        raise NotFound
    if row.lifted_at is not None:
        raise Conflict("保全已解除 / the hold was lifted before")
    row.lifted_at, row.lifted_by = now, actor.id
    audit.append(session, actor.id, "hold_lifted", hearing.id, {"hold": row.id}, now)


def holds(session: Session, hearing_id: str) -> tuple[HoldView, ...]:
    """All holds of a hearing, those in force first."""
    rows = session.scalars(select(LegalHold).where(LegalHold.hearing_id == hearing_id))
    found = sorted(rows, key=lambda r: (r.lifted_at is not None, r.placed_at))
    return tuple(_view(row) for row in found)


def due(session: Session, now: datetime) -> tuple[Erasure, ...]:
    """What the rules let go now: of hearings that are over and under no hold."""
    held = select(LegalHold.hearing_id).where(LegalHold.lifted_at.is_(None))
    query = select(Hearing.id, Hearing.actual_end).where(
        Hearing.state == HearingState.ENDED,
        Hearing.actual_end.is_not(None),
        Hearing.id.not_in(held),
    )
    return tuple(
        Erasure(hearing_id, rule)
        for hearing_id, ended in session.execute(query)
        for rule in retention_rules()
        if ended is not None and rule.due(ended, now)
    )


def record(session: Session, one: Erasure, settings: Settings, now: datetime) -> tuple[Path, ...]:
    """Put an erasure on record, after one more look for a hold; gives what may go now.

    The act is durable before the first file goes: a crash in between leaves a record too much,
    never a file too few without one. Raises Conflict for evidence.
    """
    if one.rule.what in EVIDENCE:
        raise Conflict("证据不得删除 / evidence is not erased")
    if any(h.lifted_at is None for h in holds(session, one.hearing_id)):
        return ()
    paths = tuple(p for p in targets(one, settings) if p.exists())
    if paths:
        detail = {"what": one.rule.what.value, "days": one.rule.days, "files": len(paths)}
        audit.append(session, MACHINE, "erased", one.hearing_id, detail, now)
    return paths


def remove(paths: tuple[Path, ...]) -> None:
    """Erase what `record` gave; what cannot be erased stays for the next time."""
    for path in paths:
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def sweep(work: Work, settings: Settings, now: datetime) -> int:
    """Erase all that is due; gives how many files and folders went."""
    gone = 0
    for one in work.read(due, now):
        paths = work.write(record, one, settings, now)
        remove(paths)
        gone += len(paths)
    return gone


def targets(one: Erasure, settings: Settings) -> Iterator[Path]:
    """The files and folders a rule speaks of. Never a sealed folder, a key or a journal."""
    private, public = settings.hearings / one.hearing_id, settings.public / one.hearing_id
    if one.rule.what is Kept.PREVIEW:
        yield private / "preview"
    elif one.rule.what is Kept.LOG:
        yield from (private / "worker.log", private / "worker.log.1")
    elif one.rule.what is Kept.LIVE and (public / "recording.mp4").exists():
        yield public / "live"


def _view(row: LegalHold) -> HoldView:
    return HoldView(row.id, row.hearing_id, row.reason, row.placed_at, row.placed_by, row.lifted_at)
