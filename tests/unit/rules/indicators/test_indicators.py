"""Indicators against figures worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind

NOVEMBER = ind.Period(date(2026, 11, 1), date(2026, 11, 30))
GOOD = {"broadcast": True, "on_air_minutes": 45.0, "good_share": 0.99}


def sitting(name: str, court: str = "A", judge: str = "j1", **facts: object) -> ind.Sitting:
    kind = facts.pop("kind", CaseKind.CIVIL)
    day = facts.pop("day", date(2026, 11, 10))
    return ind.Sitting(name, day, court, kind, judge, **facts)  # type: ignore[arg-type]


MONTH = [
    sitting("1", "A", "j1", leader=True, **GOOD, late_minutes=2.0, approved_before=True),
    sitting("2", "A", "j2", **GOOD, late_minutes=9.0, approved_before=False),
    sitting("3", "B", "j3", kind=CaseKind.CRIMINAL),
    sitting("4", "C", "j4", kind=CaseKind.CRIMINAL, may_broadcast=False),
    sitting("5", "A", "j1", broadcast=True, on_air_minutes=4.0),
    sitting("6", "B", "j3", held=False, **GOOD),
    sitting("7", "B", "j3", day=date(2026, 12, 1), **GOOD),
]


@pytest.mark.parametrize(
    ("function", "numerator", "denominator", "left_out", "missing"),
    [
        (ind.live_rate, 3, 4, 1, ()),
        (ind.valid_rate, 2, 3, 0, ()),
        (ind.court_coverage, 1, 2, 1, ("B",)),
        (ind.kind_coverage, 1, 2, 0, ("criminal",)),
        (ind.judge_coverage, 2, 3, 1, ("j3",)),
        (ind.leadership_share, 1, 3, 0, ()),
        (ind.punctuality, 1, 2, 0, ()),
        (ind.approval_rate, 1, 3, 0, ()),
    ],
)
def test_a_month_worked_out_by_hand(function, numerator, denominator, left_out, missing):
    value = function(MONTH, NOVEMBER)
    assert (value.numerator, value.denominator) == (numerator, denominator)
    assert value.left_out == left_out
    assert value.missing == missing
    assert value.value == pytest.approx(numerator / denominator)
    assert value.formula and value.source and value.period == NOVEMBER


def test_a_judge_who_only_hears_closed_cases_is_not_applicable_and_not_zero():
    closed = [sitting("1", judge="j9", may_broadcast=False)]
    assert ind.judge_coverage(closed, NOVEMBER).value is None
    assert ind.judge_coverage(closed, NOVEMBER).left_out == 1


@pytest.mark.parametrize(
    "fault",
    [{"on_air_minutes": 9.9}, {"good_share": 0.94}, {"leaks": 1}, {"opened": False}],
)
def test_a_short_faulty_or_leaking_broadcast_is_not_valid(fault):
    assert ind.is_valid(sitting("1", **GOOD))
    assert not ind.is_valid(sitting("1", **{**GOOD, **fault}))


@given(st.permutations(MONTH))
def test_the_order_of_rows_changes_nothing(rows):
    assert ind.all_indicators(rows, NOVEMBER) == ind.all_indicators(MONTH, NOVEMBER)


def test_a_period_may_not_end_before_it_starts():
    with pytest.raises(ValueError, match="period"):
        ind.Period(date(2026, 11, 2), date(2026, 11, 1))
