"""Indicators of openness: pure functions over plain rows, each figure with its formula."""

from courtstream.rules.indicators.engine import (
    all_indicators,
    approval_rate,
    court_coverage,
    is_valid,
    judge_coverage,
    kind_coverage,
    leadership_share,
    live_rate,
    punctuality,
    valid_rate,
)
from courtstream.rules.indicators.rows import IndicatorValue, Period, Sitting

__all__ = [
    "IndicatorValue",
    "Period",
    "Sitting",
    "all_indicators",
    "approval_rate",
    "court_coverage",
    "is_valid",
    "judge_coverage",
    "kind_coverage",
    "leadership_share",
    "live_rate",
    "punctuality",
    "valid_rate",
]
