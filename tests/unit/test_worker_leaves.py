"""Threads that hang in foreign code are got rid of by leaving: the agent starts a clean process."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from courtstream.control.protocol import RowKind
from media_workers.runtime.journal import MemoryRows
from media_workers.runtime.threads import EXIT_CODE
from media_workers.worker import MOST_LEFT_BEHIND, Worker


def _worker(left_behind: int) -> Any:
    worker: Any = Worker.__new__(Worker)
    ended: list[tuple[int, bool]] = []
    worker.graph = SimpleNamespace(
        threads_left_behind=left_behind,
        end=lambda at, final: ended.append((at, final)),
    )
    worker.journal, worker.now = MemoryRows(), lambda: 7
    worker.sessions = SimpleNamespace(stop=lambda: None)
    worker.desk = SimpleNamespace(ending=None)
    worker._stopping, worker._code, worker.ended = False, 0, ended
    return worker


@pytest.mark.parametrize("left_behind", [0, MOST_LEFT_BEHIND - 1])
def test_a_worker_stays_while_analysis_can_be_started_anew(left_behind: int) -> None:
    worker = _worker(left_behind)
    worker._leave_when_stuck()
    assert worker.ended == []


def test_it_leaves_with_a_failure_and_does_not_end_the_hearing() -> None:
    worker = _worker(MOST_LEFT_BEHIND)
    worker._leave_when_stuck()
    assert worker.ended == [(0, False)], "the playlist stays open for the next run"
    assert worker._code == EXIT_CODE
    assert worker._stopping, "so that no `ended` row is written"
    assert worker.journal.rows == [
        (RowKind.ERROR, 7, {"stage": "analysis", "code": "hung_threads"})
    ]
