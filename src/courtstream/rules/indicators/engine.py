"""Indicators of openness over sittings: shares and coverages with honest denominators."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from courtstream.rules.indicators.rows import IndicatorValue, Period, Sitting

PUNCTUAL_MINUTES = 5.0


def is_valid(sitting: Sitting) -> bool:
    """Whether a broadcast is a valid one (有效直播): opened, long enough, in order, no leak."""
    rule = _definitions()["valid"]
    good = sitting.good_share is None or sitting.good_share >= rule["least_share"]
    long_enough = sitting.on_air_minutes >= rule["least_minutes"]
    return sitting.broadcast and sitting.opened and long_enough and good and not sitting.leaks


def live_rate(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Broadcasts over sittings that were held and that the gate lets out."""
    held = _held(sittings, period)
    eligible = [s for s in held if s.may_broadcast]
    return _value(
        "LIVE_RATE", period, sum(s.broadcast for s in eligible), len(eligible), held, eligible
    )


def valid_rate(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Valid broadcasts over broadcasts."""
    shown = _shown(sittings, period)
    return _value("VALID_RATE", period, sum(map(is_valid, shown)), len(shown))


def court_coverage(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Courts with a valid broadcast over courts with anything to broadcast."""
    return _coverage("COV_COURT", sittings, period, lambda s: s.court)


def kind_coverage(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Case kinds with a valid broadcast over kinds with anything to broadcast."""
    return _coverage("COV_TYPE", sittings, period, lambda s: s.kind.value)


def judge_coverage(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Judges with a valid broadcast over judges with anything to broadcast."""
    return _coverage("COV_JUDGE", sittings, period, lambda s: s.judge)


def leadership_share(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Broadcasts of presidents and division heads over all broadcasts."""
    shown = _shown(sittings, period)
    return _value("LEAD_SHARE", period, sum(s.leader for s in shown), len(shown))


def punctuality(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Sittings that began within five minutes over those whose start was recorded."""
    timed = [s for s in _held(sittings, period) if s.late_minutes is not None]
    on_time = sum(s.late_minutes is not None and s.late_minutes <= PUNCTUAL_MINUTES for s in timed)
    return _value("ON_TIME", period, on_time, len(timed))


def approval_rate(sittings: Iterable[Sitting], period: Period) -> IndicatorValue:
    """Broadcasts approved before they began over all broadcasts; unknown is not approved."""
    shown = _shown(sittings, period)
    return _value("APPROVE_OK", period, sum(s.approved_before is True for s in shown), len(shown))


INDICATORS: Sequence[Callable[[Iterable[Sitting], Period], IndicatorValue]] = (
    live_rate,
    valid_rate,
    court_coverage,
    kind_coverage,
    judge_coverage,
    leadership_share,
    punctuality,
    approval_rate,
)


def all_indicators(sittings: Iterable[Sitting], period: Period) -> tuple[IndicatorValue, ...]:
    """Every indicator over the same sittings, in the order of the definitions."""
    rows = tuple(sittings)
    return tuple(indicator(rows, period) for indicator in INDICATORS)


def _held(sittings: Iterable[Sitting], period: Period) -> list[Sitting]:
    return [s for s in sittings if s.held and period.holds(s.day)]


def _shown(sittings: Iterable[Sitting], period: Period) -> list[Sitting]:
    return [s for s in _held(sittings, period) if s.broadcast]


def _coverage(
    code: str, sittings: Iterable[Sitting], period: Period, unit: Callable[[Sitting], str]
) -> IndicatorValue:
    """Units with a valid broadcast over units that could have had one."""
    held = _held(sittings, period)
    eligible = {unit(s) for s in held if s.may_broadcast}
    covered = {unit(s) for s in held if is_valid(s)} & eligible
    left_out = {unit(s) for s in held} - eligible
    return _make(
        code,
        period,
        len(covered),
        len(eligible),
        left_out=len(left_out),
        missing=tuple(sorted(eligible - covered)),
    )


def _value(
    code: str,
    period: Period,
    numerator: int,
    denominator: int,
    held: Sequence[Sitting] = (),
    eligible: Sequence[Sitting] = (),
) -> IndicatorValue:
    return _make(code, period, numerator, denominator, left_out=len(held) - len(eligible))


def _make(
    code: str,
    period: Period,
    numerator: int,
    denominator: int,
    *,
    left_out: int = 0,
    missing: tuple[str, ...] = (),
) -> IndicatorValue:
    row = _rows()[code]
    return IndicatorValue(
        code,
        row["zh"],
        row["en"],
        row["formula"],
        row["source"],
        period,
        numerator,
        denominator,
        left_out,
        missing,
    )


@lru_cache(maxsize=1)
def _definitions() -> Mapping[str, Any]:
    path = files(__package__) / "definitions.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Mapping[str, str]]:
    return {row["code"]: row for row in _definitions()["indicator"]}
