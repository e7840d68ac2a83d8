"""A recorder's clock beside the hearing: data decides what fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from courtstream.rules.supervision.late_clock import clock_rule, off

START = datetime(2026, 11, 23, 1, 5, tzinfo=UTC)
SITTING = [(START, START + timedelta(hours=1))]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "clock",
    [
        START,
        START + timedelta(minutes=59),  # within
        START - timedelta(minutes=60),  # as early as is tolerated
        START + timedelta(minutes=120),  # the end, written down when the recorder stopped
        START + 8 * HOUR,  # the court's wall time written as if it were UTC
        None,
        datetime(1904, 1, 1, tzinfo=UTC),  # nobody had set it
        datetime(2000, 1, 2, 13, tzinfo=UTC),
    ],
)
def test_what_fits_or_says_nothing(clock: datetime | None) -> None:
    assert off(clock, SITTING, clock_rule()) is None


@pytest.mark.parametrize(
    ("clock", "distance"),
    [
        (START - timedelta(minutes=61), timedelta(minutes=-61)),
        (START - timedelta(days=400), timedelta(days=-400)),
        (START + timedelta(hours=2, minutes=1), timedelta(minutes=61)),
        (START + timedelta(days=3), timedelta(days=3) - 9 * HOUR),  # by the kinder reading
        (datetime(2000, 1, 9, tzinfo=UTC), None),
    ],
)
def test_how_far_it_lies_beside(clock: datetime, distance: timedelta | None) -> None:
    found = off(clock, SITTING, clock_rule())
    assert found is not None
    if distance is not None:
        assert found == distance


def test_a_sitting_held_at_another_time_than_planned_fits_either() -> None:
    held = (START + timedelta(days=1), START + timedelta(days=1, hours=2))
    assert off(held[0], [*SITTING, held], clock_rule()) is None


def test_the_tolerance_is_data() -> None:
    strict = replace(clock_rule(), tolerance=timedelta(minutes=1))
    assert off(START - timedelta(minutes=2), SITTING, strict) == timedelta(minutes=-2)
