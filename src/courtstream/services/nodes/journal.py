"""The hearing's journal becomes rows of the database: each row once, in order, never changed.

The journal in the hearing's folder is the truth; this is its index. A row that comes twice does
nothing, a row that comes too early is not taken: the caller asks for what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.trial import HearingState
from courtstream.services.nodes.journal_rows import HANDLERS, mark
from courtstream.store.tables import Hearing


@dataclass(slots=True)
class Applied:
    """What became of rows. `missing`: by hearing, the last number known before a gap.

    `ended`: hearings whose last row has come and which can be scored now.
    """

    rows: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    touched: dict[str, set[RowKind]] = field(default_factory=dict)


def apply_row(session: Session, row: JournalRow) -> int | None:
    """Take one row. None when it is in the database now (or was before); else the number after
    which rows are missing. Rows of unknown hearings are passed over, and so are those of an older
    epoch: another run has their numbers (`placing.take`).
    """
    hearing = session.get(Hearing, row.hearing_id)
    if hearing is None or row.seq <= hearing.last_seq or row.epoch < hearing.epoch:
        return None
    if row.seq > hearing.last_seq + 1:
        return hearing.last_seq
    hearing.epoch = row.epoch
    _take(session, hearing, row)
    hearing.last_seq = row.seq
    return None


def _known(session: Session, row: JournalRow) -> bool:
    """Whether the row came before, over the bus or with a page of the journal."""
    hearing = session.get(Hearing, row.hearing_id)
    return hearing is not None and row.seq <= hearing.last_seq


def apply_rows(session: Session, rows: Iterable[JournalRow], *, whole: bool = False) -> Applied:
    """Take many rows in one transaction.

    `whole`: they come from the journal itself, in order and from where the database ends, so that
    a number left out is a row that a failing disk has made unreadable: what follows is taken, and
    the loss is marked.
    """
    result = Applied()
    for row in sorted(rows, key=lambda r: (r.hearing_id, r.seq)):
        if _known(session, row):
            continue
        gap = apply_row(session, row)
        if gap is not None and whole:
            _pass_over(session, row, gap)
            gap = apply_row(session, row)
        if gap is not None:
            result.missing[row.hearing_id] = gap
            continue
        result.rows += 1
        result.touched.setdefault(row.hearing_id, set()).add(row.kind)
        if row.kind is RowKind.ENDED and _is_over(session, row.hearing_id):
            result.ended.append(row.hearing_id)
    return result


def _pass_over(session: Session, row: JournalRow, after: int) -> None:
    """The rows between `after` and `row` cannot be read any more: say so in their place."""
    hearing = session.get_one(Hearing, row.hearing_id)
    body = {"code": "rows_lost", "count": row.seq - after - 1}
    place = {"seq": row.seq - 1, "kind": RowKind.ERROR, "body": body}
    mark(session, hearing, row.model_copy(update=place))
    hearing.last_seq = row.seq - 1


def _is_over(session: Session, hearing_id: str) -> bool:
    """Whether there is something to score: not when it was cancelled before it began."""
    hearing = session.get(Hearing, hearing_id)
    return hearing is not None and hearing.state is HearingState.ENDED


def _take(session: Session, hearing: Hearing, row: JournalRow) -> None:
    """One row; a body that cannot be read becomes an error mark and holds nothing up."""
    try:
        HANDLERS[row.kind](session, hearing, row)
    except (KeyError, TypeError, ValueError) as error:
        body = {"code": "row_unreadable", "kind": row.kind.value, "fault": type(error).__name__}
        mark(session, hearing, row.model_copy(update={"kind": RowKind.ERROR, "body": body}))
