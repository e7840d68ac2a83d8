"""Facts of sittings counted as they change, and counted anew from the facts when asked.

A change takes away what the sitting added before and adds what it adds now, so the sums are
always those of a full recount; whole numbers keep them exactly equal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, event, func, insert, select
from sqlalchemy import inspect as look
from sqlalchemy.orm import Session

from courtstream.domain.clock import court_day
from courtstream.rules import indicators as ind
from courtstream.rules.indicators.tally import NAMES, Tally
from courtstream.services.supervision.sittings import sitting_of
from courtstream.store.tables import (
    FindingRow,
    Hearing,
    Judge,
    Review,
    ScorecardRow,
    SittingFact,
    TallyRow,
)

KEY = ("month", "court_id", "kind", "judge_id", "leader")
BY_KIND = ("court_id", "kind")
BY_JUDGE = ("court_id", "judge_id", "leader")
_BUSY = frozenset(
    {"node", "epoch", "last_seq", "duration", "worker_seen_at", "worker_gone"}
    | {"minute_state", "minute_by", "minute_why"}
)
"""What changes all the time while a hearing is on air, and adds nothing to any count."""

_OF_A_HEARING = frozenset({"publications", "gate_decisions", "scorecards", "approvals", "leaks"})
"""Tables whose rows, when they change, change what their hearing adds."""


@contextmanager
def watched(session: Session) -> Iterator[None]:
    """Count anew every sitting that is changed inside, before the transaction commits."""
    touched: dict[str, None] = {}

    def note(_: Session, __: object) -> None:
        for row in (*session.new, *session.dirty):
            hearing_id = _hearing_of(session, row)
            if hearing_id:
                touched[hearing_id] = None

    event.listen(session, "after_flush", note)
    yield
    session.flush()
    for hearing_id in touched:
        refresh(session, hearing_id)


def _hearing_of(session: Session, row: object) -> str:
    """The hearing whose counts a changed row may change, empty when none."""
    if isinstance(row, Hearing):
        columns = [a for a in look(row).attrs if a.key not in _BUSY]
        return row.id if any(a.history.has_changes() for a in columns) else ""
    if getattr(row, "__tablename__", "") in _OF_A_HEARING:
        return str(getattr(row, "hearing_id"))  # noqa: B009 - one of several row classes
    if isinstance(row, FindingRow):
        return _of_card(session, row.scorecard_id)
    if isinstance(row, Review):
        finding = session.get(FindingRow, row.finding_id)
        return _of_card(session, finding.scorecard_id) if finding else ""
    return ""


def _of_card(session: Session, card_id: str) -> str:
    card = session.get(ScorecardRow, card_id)
    return card.hearing_id if card is not None and card.current else ""


def refresh(session: Session, hearing_id: str) -> None:
    """Count one sitting as it is now; one that is gone is taken away."""
    hearing = session.get(Hearing, hearing_id)
    put(session, hearing_id, fact_of(session, hearing) if hearing is not None else None)


def fact_of(session: Session, hearing: Hearing) -> SittingFact:
    """The row of counts of a hearing, not added to the session."""
    sitting = sitting_of(session, hearing)
    return fact(sitting, ind.tally_of(sitting, ind.validity()))


def fact(sitting: ind.Sitting, tally: Tally) -> SittingFact:
    """A row of counts from a sitting and what it adds."""
    return SittingFact(
        hearing_id=sitting.id,
        day=sitting.day,
        month=month_of(sitting.day),
        court_id=sitting.court,
        kind=sitting.kind.value,
        judge_id=sitting.judge,
        leader=sitting.leader,
        reason=sitting.reason,
        **tally.counts(),
    )


def put(session: Session, hearing_id: str, new: SittingFact | None) -> None:
    """Replace what a sitting adds to the sums; None takes it away."""
    old = session.get(SittingFact, hearing_id)
    if old is not None:
        _add(session, old, -1)
        session.delete(old)
        session.flush()
    if new is not None:
        session.add(new)
        _add(session, new, 1)
    session.flush()


def _add(session: Session, row: SittingFact, sign: int) -> None:
    key = tuple(getattr(row, n) for n in KEY)
    cell = session.get(TallyRow, key)
    if cell is None:
        cell = TallyRow(**dict(zip(KEY, key, strict=True)), **dict.fromkeys(NAMES, 0))
        session.add(cell)
    for name in NAMES:
        setattr(cell, name, getattr(cell, name) + sign * getattr(row, name))


def recount(session: Session) -> int:
    """All sums from the facts, in the database itself; how many cells there are."""
    keys = [getattr(SittingFact, n) for n in KEY]
    sums = [func.sum(getattr(SittingFact, n)) for n in NAMES]
    session.execute(delete(TallyRow))
    names = [*KEY, *NAMES]
    session.execute(
        insert(TallyRow).from_select(names, select(*keys, *sums).group_by(*keys)),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()
    return session.scalar(select(func.count()).select_from(TallyRow)) or 0


def recompute(session: Session, hearing_ids: Iterable[str] | None = None) -> int:
    """Every fact from the hearings themselves, then all sums; how many sittings there are."""
    wanted = list(hearing_ids) if hearing_ids is not None else list(session.scalars(_all()))
    for hearing_id in wanted:
        hearing = session.get_one(Hearing, hearing_id)
        session.merge(fact_of(session, hearing))
    session.flush()
    recount(session)
    return len(wanted)


def _all() -> Any:
    return select(Hearing.id).order_by(Hearing.id)


def cells(
    session: Session,
    months: Collection[str],
    courts: Collection[str] | None = None,
    judges: Collection[str] | None = None,
    by: Sequence[str] = KEY[1:],
    counts: Sequence[str] = NAMES,
) -> list[ind.Cell]:
    """The sums of some months, by court, kind and judge or fewer of these. None: every court,
    every judge. `counts`: which of them are summed; the others stay 0.
    """
    keys = [getattr(TallyRow, n) for n in by]
    sums = [func.sum(getattr(TallyRow, n)) for n in counts]
    query = select(*keys, *sums).where(TallyRow.month.in_(list(months)))
    if courts is not None:
        query = query.where(TallyRow.court_id.in_(list(courts)))
    if judges is not None:
        query = query.where(TallyRow.judge_id.in_(list(judges)))
    rows = session.execute(query.group_by(*keys))
    return [_cell(dict(zip(by, row, strict=False)), row[len(by) :], counts) for row in rows]


def _cell(key: Mapping[str, Any], sums: Iterable[int], counts: Sequence[str]) -> ind.Cell:
    return ind.Cell(
        key.get("court_id", ""),
        key.get("kind", ""),
        key.get("judge_id", ""),
        key.get("leader", False),
        Tally(**dict(zip(counts, map(int, sums), strict=True))),
    )


def months_known(session: Session) -> tuple[str, ...]:
    """The months anything is known of, the latest first."""
    query = select(TallyRow.month).distinct().order_by(TallyRow.month.desc())
    return tuple(session.scalars(query))


def month_of(day: Any) -> str:
    """The month of a day as `2026-11`."""
    return f"{day.year:04}-{day.month:02}"


def month_now(now: datetime) -> str:
    """The court's own month."""
    return month_of(court_day(now))


def leaders(session: Session) -> frozenset[str]:
    """Judges who are presidents, vice-presidents or heads of a division."""
    return frozenset(session.scalars(select(Judge.id).where(Judge.leader.is_(True))))
