"""Indicators against figures worked out by hand: one small month, every row of the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.errors import InvalidInput
from courtstream.domain.trial import CaseKind
from courtstream.rules import indicators as ind
from courtstream.rules.indicators.definitions import definition_of

GOOD: dict[str, Any] = {"broadcast": True, "on_air_minutes": 45.0, "good_share": 0.99}


def sitting(name: str, court: str = "A", judge: str = "j1", **facts: Any) -> ind.Sitting:
    kind = facts.pop("kind", CaseKind.CIVIL)
    day = facts.pop("day", date(2026, 11, 10))
    return ind.Sitting(name, day, court, kind, judge, **facts)


MONTH = [
    sitting(
        "1", leader=True, **GOOD, late_minutes=2.0, approved_before=True, recorded=True, score=90.0
    ),
    sitting("2", judge="j2", **GOOD, late_minutes=9.0, approved_before=False, record_passed=True),
    sitting("3", "B", "j3", kind=CaseKind.CRIMINAL, contested=4, overturned=1, leader=True),
    sitting("4", "C", "j4", kind=CaseKind.CRIMINAL, may_broadcast=False, reason="DIVORCE"),
    sitting("5", broadcast=True, on_air_minutes=30.0, leaks=1, record_passed=False, score=70.0),
    sitting("6", "B", "j3", held=False, **GOOD),
]
REPORTED = {
    f"{code}.{part}": value
    for code, pair in {
        "DOC_RATE": (80, 100),
        "DOC_PUBLISHED": (50, 50),
        "DOC_LISTED": (3, 4),
        "FLOW_RATE": (9, 10),
        "FLOW_MOBILE": (7, 10),
        "MASK_P": (95, 100),
        "MASK_R": (99, 100),
        "RECT_RATE": (1, 2),
        "VIEW": (1234, 0),
    }.items()
    for part, value in zip(("numerator", "denominator"), pair, strict=True)
}
BY_HAND = {
    "LIVE_RATE": (3, 4, 3 / 4),
    "LIVE_RATE_RAW": (3, 5, 3 / 5),
    "VALID_LIVE": (2, 0, 2.0),
    "VALID_RATE": (2, 3, 2 / 3),
    "REC_RATE": (1, 5, 1 / 5),
    "REC_PASS": (1, 2, 1 / 2),
    "COV_COURT": (1, 2, 1 / 2),
    "COV_TYPE": (1, 2, 1 / 2),
    "COV_JUDGE": (2, 3, 2 / 3),
    "LEAD_SHARE": (1, 3, 1 / 3),
    "LEAD_EACH": (1, 2, 1 / 2),
    # Broadcasts are all civil; of what could be broadcast 3 were civil and 1 criminal.
    "MIX": (3, 4, 1 - (1 / 4 + 1 / 4) / 2),
    "DOC_RATE": (80, 100, 0.8),
    "DOC_PUBLISHED": (50, 50, 1.0),
    "DOC_LISTED": (3, 4, 0.75),
    "FLOW_RATE": (9, 10, 0.9),
    "FLOW_MOBILE": (7, 10, 0.7),
    "APPROVE_OK": (1, 3, 1 / 3),
    "NOLIVE_REASON": (1, 2, 1 / 2),
    "ON_TIME": (1, 2, 1 / 2),
    "STD_SCORE": (16_000, 20_000, 0.8),
    "LEAK": (1, 7200, 0.5),  # two hours on air
    "MASK_P": (95, 100, 0.95),
    "MASK_R": (99, 100, 0.99),
    "AV_OK": (5346, 5400, 0.99),
    "RECT_RATE": (1, 2, 0.5),
    "APPEAL_RATE": (1, 4, 0.25),
    "VIEW": (1234, 0, 1234.0),
}


def cells(sittings: list[ind.Sitting]) -> list[ind.Cell]:
    rule = ind.validity()
    return [
        ind.Cell(s.court, s.kind.value, s.judge, s.leader, ind.tally_of(s, rule)) for s in sittings
    ]


@pytest.mark.parametrize("code", [d.code for d in ind.definitions()])
def test_every_indicator_has_an_example_worked_out_by_hand(code: str) -> None:
    found = ind.figure(code, cells(MONTH), REPORTED)
    numerator, denominator, value = BY_HAND[code]
    assert (found.numerator, found.denominator) == (numerator, denominator)
    assert found.value == pytest.approx(value)
    assert found.definition.formula
    assert found.definition.source


def test_what_the_law_closes_is_left_out_and_shown() -> None:
    assert ind.figure("LIVE_RATE", cells(MONTH)).left_out == 1
    assert ind.figure("COV_COURT", cells(MONTH)).left_out == 1
    assert ind.figure("COV_JUDGE", cells(MONTH)).missing == ("j3",)


def test_a_judge_who_only_hears_closed_cases_is_not_applicable_and_not_zero() -> None:
    closed = cells([sitting("1", judge="j9", may_broadcast=False)])
    assert ind.figure("COV_JUDGE", closed).value is None
    assert ind.figure("COV_JUDGE", closed).left_out == 1
    assert all(f.value is None for f in ind.figures(closed) if f.definition.kind == "coverage")


def test_nothing_at_all_gives_no_figure() -> None:
    assert all(f.value in (None, 0.0) for f in ind.figures([]))


@pytest.mark.parametrize(
    "fault", [{"on_air_minutes": 9.9}, {"good_share": 0.94}, {"leaks": 1}, {"opened": False}]
)
def test_a_short_faulty_or_leaking_broadcast_is_not_valid(fault: dict[str, Any]) -> None:
    assert ind.is_valid(sitting("1", **GOOD), ind.validity())
    assert not ind.is_valid(sitting("1", **{**GOOD, **fault}), ind.validity())


@given(st.permutations(MONTH))
def test_the_order_of_rows_changes_nothing(rows: list[ind.Sitting]) -> None:
    def plain(found: tuple[ind.IndicatorValue, ...]) -> list[tuple[object, ...]]:
        return [(f.code, f.numerator, f.denominator, f.missing) for f in found]

    assert plain(ind.figures(cells(rows))) == plain(ind.figures(cells(MONTH)))


@given(st.lists(st.sampled_from(MONTH), max_size=12))
def test_sums_by_kind_and_by_judge_give_the_same_figures(rows: list[ind.Sitting]) -> None:
    def merged(key: Callable[[ind.Cell], tuple[str, str, str, bool]]) -> list[ind.Cell]:
        sums: dict[tuple[str, str, str, bool], list[ind.Tally]] = {}
        for cell in cells(rows):
            sums.setdefault(key(cell), []).append(cell.tally)
        return [ind.Cell(*k, ind.total(tallies)) for k, tallies in sums.items()]

    by_kind = merged(lambda c: (c.court, c.kind, "", False))
    by_judge = merged(lambda c: (c.court, "", c.judge, c.leader))
    assert ind.figures(by_kind, REPORTED, by_judge) == ind.figures(cells(rows), REPORTED)


def test_tallies_add_and_take_away_exactly() -> None:
    tallies = [ind.tally_of(s, ind.validity()) for s in MONTH]
    assert ind.total(tallies) - tallies[2] + tallies[2] == ind.total(tallies)
    assert ind.total(tallies) - ind.total(tallies) == ind.Tally()


def test_a_target_is_met_missed_or_not_asked() -> None:
    leak = ind.figure("LEAK", cells(MONTH))
    assert leak.meets is False
    assert ind.figure("LIVE_RATE", cells(MONTH)).meets is True
    assert ind.figure("LEAD_SHARE", cells(MONTH)).meets is None


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "mean"},
        {"audience": "all"},
        {"denominator": "hearings"},
        {"kind": "coverage", "unit": "x"},
    ],
)
def test_a_faulty_definition_is_refused_with_its_code(fault: dict[str, Any]) -> None:
    row: dict[str, Any] = {
        "code": "X_RATE",
        "zh": "某率",
        "en": "x",
        "kind": "share",
        "numerator": "valid",
        "denominator": "held",
        "formula": "a ÷ b",
        "source": "s",
    }
    assert definition_of(row).code == "X_RATE"
    with pytest.raises(InvalidInput, match="X_RATE"):
        definition_of({**row, **fault})


def test_a_period_may_not_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="period"):
        ind.Period(date(2026, 11, 2), date(2026, 11, 1))
