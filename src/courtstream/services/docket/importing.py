"""Hearings from a file: CSV or JSON, all or nothing, every fault by row and column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import CourtstreamError, Forbidden
from courtstream.services.docket import schedule
from courtstream.services.docket.schedule import NewHearing
from courtstream.services.docket.sheet import Row, read_sheet, to_hearing
from courtstream.services.people import audit
from courtstream.services.people.scope import court_for
from courtstream.services.views import ImportReport, RowError, UserView


class ImportRefused(CourtstreamError):
    """The file has faults; nothing was imported."""

    code = "import_refused"
    zh = "文件有误，未导入任何庭审"
    remedy = "按所列行与列修改后重新导入 / correct the rows and columns named and import again"
    status = 422

    def __init__(self, report: ImportReport) -> None:
        super().__init__(f"({len(report.errors)})")
        self.report = report


MOST_FAULTS = 200
"""Faults named in one answer: nobody reads more, and a hostile file has millions."""


def import_hearings(
    session: Session, actor: UserView | None, data: bytes, now: datetime
) -> ImportReport:
    """Schedule every hearing of the file, or none. `actor` None: the operator.

    Raises ImportRefused carrying the report, so that the transaction is rolled back.
    """
    rows, errors = read_sheet(data)
    ids: list[str] = []
    if not errors:
        ids, errors = _take(session, actor, rows, now)
    if errors:
        raise ImportRefused(ImportReport((), _bounded(errors)))
    by = actor.id if actor else "operator"
    audit.append(session, by, "import_hearings", "hearings", {"count": len(ids)}, now)
    return ImportReport(tuple(ids), ())


def _take(
    session: Session, actor: UserView | None, rows: Sequence[Row], now: datetime
) -> tuple[list[str], list[RowError]]:
    ids: list[str] = []
    errors: list[RowError] = []
    seen: dict[tuple[str, str, datetime], int] = {}
    for row in rows:
        new, faults = to_hearing(row)
        if new is None:
            errors.extend(faults)
            continue
        key = (new.court, new.case_number, new.start)
        if key in seen:
            errors.append(_twice(row.number, seen[key]))
            continue
        seen[key] = row.number
        made, faults = _create(session, actor, row.number, new, now)
        ids.extend(made)
        errors.extend(faults)
    return ids, errors


def _twice(row: int, first: int) -> RowError:
    return RowError(
        row, "case_number", f"与第 {first} 行重复", f"the same case and time as in row {first}"
    )


def _create(
    session: Session, actor: UserView | None, row: int, new: NewHearing, now: datetime
) -> tuple[list[str], list[RowError]]:
    place, faults = schedule.check(session, new)
    errors = [RowError(row, f.column, f.zh, f.en) for f in faults]
    if place is None or errors:
        return [], errors
    try:
        if actor is not None:
            court_for(session, actor, Action.SCHEDULE, place.court.id)
    except Forbidden:
        return [], [RowError(row, "court", "无权为该法院排期", "you may not schedule there")]
    hearing = schedule.create(session, new, place, actor.id if actor else "operator", now)
    return [hearing.id], []


def _bounded(errors: list[RowError]) -> tuple[RowError, ...]:
    """The first faults, and how many more there are."""
    more = len(errors) - MOST_FAULTS
    if more <= 0:
        return tuple(errors)
    rest = RowError(0, "", f"另有 {more} 处错误未列出", f"{more} more faults are not listed")
    return (*errors[:MOST_FAULTS], rest)
