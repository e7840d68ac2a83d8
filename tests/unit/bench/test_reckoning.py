"""Loss is told apart from time nobody could record, and put down to the fault that cost it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bench.reckoning import Fault, reckon
from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND

ZERO = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def row(kind: RowKind, t: float, at: float = 0.0, **body: object) -> JournalRow:
    times = {k: round(v * SECOND) if isinstance(v, float) else v for k, v in body.items()}
    return JournalRow(
        hearing_id="h", seq=1, epoch=1, at=(ZERO + timedelta(seconds=at)).isoformat(),
        kind=kind, t=round(t * SECOND), body=times,
    )  # fmt: skip


def sealed(start: float, end: float) -> JournalRow:
    return row(RowKind.SEALED, start, record="MEDIA", start=start, end=end)


def segment(start: float, at: float) -> JournalRow:
    return row(RowKind.SEGMENT, start, at, start=start, end=start + 2, upto=start + 2)


def state(t: float, what: str) -> JournalRow:
    return row(RowKind.STATE, t, state=what)


def at(t: float) -> datetime:
    return ZERO + timedelta(seconds=t)


ROWS = [
    row(RowKind.STARTED, 0.0, wall_zero=ZERO.isoformat()),
    # a kill at 10.5: half a second had come and is nowhere; recorded again from 13 on
    *(sealed(float(n), float(n + 1)) for n in range(10)),
    *(sealed(float(n), float(n + 1)) for n in range(13, 60)),
    state(0.0, "LIVE"),
    state(10.0, "OFF"),
    state(13.0, "LIVE"),
    *(segment(float(n), n + 12.0) for n in range(0, 8, 2)),
    segment(8.0, 32.0),  # a dozen seconds late
    *(segment(float(n), n + 25.0) for n in range(14, 40, 2)),
]


def test_a_fault_costs_what_lies_between() -> None:
    (cost,) = reckon(ROWS, [Fault("worker", at(10.5), 2.5)]).costs
    assert cost.lost == pytest.approx(0.5)
    assert cost.away == pytest.approx(2.5)
    assert cost.missing == pytest.approx(4.0)
    assert cost.covered == pytest.approx(3.0)
    assert cost.stall == pytest.approx(12.0)


def test_each_is_put_down_to_its_own_fault() -> None:
    faults = [
        Fault("web", at(2.0), 1.0),
        Fault("worker", at(10.5), 2.5),
        Fault("node", at(50.0), 1.0),
    ]
    web, worker, node = reckon(ROWS, faults).costs
    assert worker.lost == pytest.approx(0.5)
    assert (web.lost, web.missing, node.lost, node.missing) == (0, 0, 0, 0)
    assert "| worker | 1 | 2.5 to 2.5 | 0.50 / 0.500 |" in "\n".join(reckon(ROWS, faults).table())


def test_without_a_gap_nothing_is_lost() -> None:
    whole = [ROWS[0], *(sealed(float(n), float(n + 1)) for n in range(60))]
    (cost,) = reckon(whole, [Fault("worker", at(10.5), 2.5)]).costs
    assert (cost.lost, cost.away) == (0, 0)
