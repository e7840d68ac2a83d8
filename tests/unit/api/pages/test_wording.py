"""Instants are shown on the courts' clock, lengths as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from courtstream.api.pages.wording import Wording, clock, hms, iso
from courtstream.services.views import CategoryScore

LATE = datetime(2026, 11, 23, 17, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "00:00"),
        (59.99, "00:59"),
        (61, "01:01"),
        (3600, "1:00:00"),
        (36061.5, "10:01:01"),
        (-3, "00:00"),
    ],
)
def test_lengths(value: float, text: str) -> None:
    assert hms(value) == text


def test_evening_in_utc_is_the_next_day_in_court() -> None:
    assert iso(LATE) == "2026-11-24T01:05:09+08:00"
    assert clock(LATE) == "01:05"
    assert Wording("zh-CN").day(LATE) == "2026年11月24日 星期二"
    assert Wording("en").day(LATE) == "Tuesday, 24 November 2026"


def test_dates_by_language() -> None:
    assert Wording("zh-CN").plain_date(date(2026, 9, 1)) == "2026年9月1日"
    assert Wording("en").minute(LATE) == "24 Nov 01:05"


def test_a_missing_title_falls_back_to_the_other_language() -> None:
    half = CategoryScore("A", "程序", "", 1.0, 1.0, 0)
    assert Wording("en").title(half) == "程序"
    assert Wording("zh-CN").title(half) == "程序"
