"""The sealed original as people check it: what was recorded, what not and why, the hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.time import to_seconds
from courtstream.domain.trial import HearingState, InterruptionReason
from courtstream.seal import SealReport, sealed_folders, verify
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.sealed import late_rows
from courtstream.services.views import UserView
from courtstream.settings import Settings
from courtstream.store.tables import Asset, Hearing, Mark

SEAL_CHECK = "seal_check"
"""Kind of the mark that a check leaves; scores and the log sheet read it."""

START_GRACE, END_GRACE = 300.0, 60.0
"""Seconds by which a recording may begin after, or end before, what the court says of itself."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Recorded or not; instants, seconds. `reason` None for what has no lawful reason."""

    start: datetime
    end: datetime
    seconds: float
    reason: InterruptionReason | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """One folder as a check found it. `hash` is what parties compare and confirm."""

    folder: str
    ok: bool
    fault: str
    hash: str
    records: int
    parts: int


@dataclass(frozen=True, slots=True)
class LogSheet:
    """庭审录音录像工作记录: begin, end, interruptions with their reasons, gaps, the hash.

    `brought`: it was recorded in the courtroom and brought after the hearing.
    """

    hearing_id: str
    court: str
    courtroom: str
    case_number: str
    cause: str
    judges: tuple[str, ...]
    clerk: str
    scheduled_start: datetime
    scheduled_end: datetime
    state: HearingState
    recorded: tuple[Stretch, ...]
    interruptions: tuple[Stretch, ...]
    late: float
    short: float
    checked: tuple[Checked, ...]
    complete: bool
    brought: bool = False


def folders(hearing_folder: Path) -> list[Path]:
    """The sealed folders of a hearing, in order of time."""
    return sealed_folders(hearing_folder)


def check_folders(hearing_folder: Path) -> list[tuple[str, SealReport]]:
    """Verify every sealed folder, chain only. Raises SealBroken when one has no key file."""
    return [(folder.name, verify(folder)) for folder in folders(hearing_folder)]


def checked(reports: Sequence[tuple[str, SealReport]]) -> tuple[Checked, ...]:
    """The reports in the words of the sheet."""
    return tuple(
        Checked(name, r.ok, r.first_broken or "", r.hash, r.records, len(r.parts))
        for name, r in reports
    )


def log_sheet(
    session: Session,
    actor: UserView,
    hearing_id: str,
    reports: Sequence[tuple[str, SealReport]],
) -> LogSheet:
    """The sheet of one hearing, for the case file. Raises NotFound, Forbidden."""
    hearing = hearing_for(session, actor, Action.SEE_COURTROOM, hearing_id)
    return sheet_of(session, hearing, reports)


def sheet_of(
    session: Session, hearing: Hearing, reports: Sequence[tuple[str, SealReport]]
) -> LogSheet:
    """The sheet from the journal's rows and the check of the folders."""
    recorded, interruptions = recorded_of(session, [hearing])[hearing.id]
    late, short = _against_the_schedule(hearing, recorded)
    results = checked(reports)
    return LogSheet(
        hearing_id=hearing.id,
        court=hearing.court.name,
        courtroom=hearing.courtroom.name,
        case_number=hearing.case.number,
        cause=hearing.case.cause,
        judges=tuple(seat.judge.name for seat in hearing.bench),
        clerk=hearing.created_by,
        scheduled_start=hearing.scheduled_start,
        scheduled_end=hearing.scheduled_end,
        state=hearing.state,
        recorded=recorded,
        interruptions=interruptions,
        late=late,
        short=short,
        checked=results,
        complete=bool(recorded)
        and all(c.ok for c in results)
        and all(i.reason is not None for i in interruptions)
        and late <= START_GRACE
        and short <= END_GRACE,
        brought=late_rows.taken(session, hearing.id),
    )


def recorded_of(
    session: Session, hearings: Sequence[Hearing]
) -> dict[str, tuple[tuple[Stretch, ...], tuple[Stretch, ...]]]:
    """What was recorded of each and what not, by hearing: two queries for all of them."""
    ids = [hearing.id for hearing in hearings]
    records, marks = _records(session, ids), _lawful(session, ids)
    found = {}
    for hearing in hearings:
        zero = hearing.wall_zero
        recorded, holes = _stretches(records[hearing.id], zero) if zero is not None else ((), ())
        explained = tuple(_explained(hole, marks[hearing.id], zero) for hole in holes)
        found[hearing.id] = (recorded, explained)
    return found


def note_check(
    session: Session, hearing_id: str, results: Sequence[Checked], by: str, now: datetime
) -> None:
    """Put a check on record: a mark that scores read, and an entry of the audit chain."""
    hearing = session.get(Hearing, hearing_id)
    if hearing is None:
        return
    ok = bool(results) and all(c.ok for c in results)
    facts = {"ok": ok, "hashes": [c.hash for c in results]}
    least = session.scalar(select(func.min(Mark.seq)).where(Mark.hearing_id == hearing_id))
    session.add(
        # Numbers below those of the journal: a check is no row of it.
        Mark(
            hearing_id=hearing_id,
            seq=min(0, least or 0) - 1,
            kind=SEAL_CHECK,
            at=now,
            t=0,
            body=facts,
        )
    )
    audit.append(session, by, "seal_checked", hearing_id, facts, now)


def hearing_folder(settings: Settings, hearing_id: str) -> Path:
    """The private folder of a hearing."""
    return settings.hearings / hearing_id


def _records(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    query = (
        select(Asset.hearing_id, Asset.start, Asset.end)
        .where(Asset.hearing_id.in_(ids), Asset.kind == "sealed")
        .order_by(Asset.start)
    )
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for hearing_id, start, end in session.execute(query):
        found[hearing_id].append((start, end))
    return found


Lawful = list[tuple[int, int, InterruptionReason]]


def _lawful(session: Session, ids: Sequence[str]) -> dict[str, Lawful]:
    query = select(Asset.hearing_id, Asset.start, Asset.end, Asset.uri).where(
        Asset.hearing_id.in_(ids), Asset.kind == "sealed_mark"
    )
    found: dict[str, Lawful] = defaultdict(list)
    for hearing_id, start, end, uri in session.execute(query):
        word = uri.rpartition(" ")[2]
        if word in InterruptionReason.__members__:
            found[hearing_id].append((start, end, InterruptionReason(word)))
    return found


GRAIN = 1_000_000_000
"""Nanoseconds between two records that are no gap."""


def _stretches(
    records: list[tuple[int, int]], zero: datetime
) -> tuple[tuple[Stretch, ...], tuple[tuple[int, int], ...]]:
    """What was recorded, as instants, and the holes between, in media time."""
    merged: list[list[int]] = []
    for start, end in records:
        if merged and start - merged[-1][1] <= GRAIN:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    holes = tuple((a[1], b[0]) for a, b in pairwise(merged))
    return tuple(_instants(start, end, zero) for start, end in merged), holes


def _instants(start: int, end: int, zero: datetime) -> Stretch:
    begin, close = (zero + timedelta(seconds=to_seconds(t)) for t in (start, end))
    return Stretch(begin, close, to_seconds(end - start))


def _explained(
    hole: tuple[int, int],
    marks: Lawful,
    zero: datetime | None,
) -> Stretch:
    assert zero is not None
    reason = next((why for s, e, why in marks if s < hole[1] and hole[0] < e), None)
    plain = _instants(*hole, zero)
    return Stretch(plain.start, plain.end, plain.seconds, reason)


def _against_the_schedule(hearing: Hearing, recorded: Sequence[Stretch]) -> tuple[float, float]:
    """Seconds that the recording began after the opening and ended before the closing."""
    if not recorded:
        return 0.0, 0.0
    opened = hearing.actual_start or hearing.scheduled_start
    closed = hearing.actual_end
    late = max(0.0, (recorded[0].start - opened).total_seconds())
    short = max(0.0, (closed - recorded[-1].end).total_seconds()) if closed else 0.0
    return round(late, 1), round(short, 1)
