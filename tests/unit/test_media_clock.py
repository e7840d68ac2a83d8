"""A wall clock that is set an hour forward or back moves no minute of a running hearing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import media_workers.worker as worker
from courtstream.domain.time import SECOND

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Clock:
    """A wall clock that the test sets."""

    at = NOW

    @classmethod
    def now(cls, zone: object) -> datetime:
        return cls.at


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_step_while_it_runs_is_not_seen(step: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = type("Wall", (Clock,), {})
    monkeypatch.setattr(worker, "datetime", clock)
    now = worker.media_clock(NOW - timedelta(seconds=30))
    before = now()
    clock.at = NOW + step
    assert 0 <= now() - before < 60 * SECOND
    assert before >= 30 * SECOND


def test_a_step_back_between_two_runs_does_not_turn_the_playlist_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = type("Wall", (Clock,), {"at": NOW - HOUR})
    monkeypatch.setattr(worker, "datetime", clock)
    aired = 90 * SECOND
    assert worker.media_clock(NOW, aired)() >= aired
