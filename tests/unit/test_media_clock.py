"""A wall clock that is set an hour forward or back moves no minute of a running hearing."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND
from media_workers import media_clock

BOOT = time.CLOCK_BOOTTIME
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
    monkeypatch.setattr(media_clock, "datetime", clock)
    now = media_clock.media_clock(NOW - timedelta(seconds=30))
    before = now()
    clock.at = NOW + step
    assert 0 <= now() - before < 60 * SECOND
    assert before >= 30 * SECOND


def test_a_step_back_between_two_runs_does_not_turn_the_playlist_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = type("Wall", (Clock,), {"at": NOW - HOUR})
    monkeypatch.setattr(media_clock, "datetime", clock)
    aired = 90 * SECOND
    assert media_clock.media_clock(NOW, aired)() >= aired


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_step_between_two_runs_of_one_machine_is_not_seen(
    step: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = type("Wall", (Clock,), {})
    monkeypatch.setattr(media_clock, "datetime", clock)
    first = media_clock.media_clock(NOW - timedelta(seconds=30))
    started = row(boot=media_clock.boot_id(), boot_zero=time.clock_gettime_ns(BOOT) - first())
    clock.at = NOW + step
    again = media_clock.media_clock(NOW, 20 * SECOND, media_clock.boot_zero((started,)))
    assert abs(again() - first()) < SECOND


def test_after_a_restart_of_the_machine_the_wall_clock_counts() -> None:
    assert media_clock.boot_zero((row(boot="another", boot_zero=5),)) is None
    assert media_clock.boot_zero((row(),)) is None
    assert media_clock.boot_zero(()) is None


def row(**body: object) -> JournalRow:
    return JournalRow(
        hearing_id="h", seq=1, epoch=1, at="", kind=RowKind.STARTED, t=0, body=dict(body)
    )
