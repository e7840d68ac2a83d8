"""Indicators of openness: pure functions over counts, each figure with its formula."""

from courtstream.rules.indicators.definitions import definitions, validity, version
from courtstream.rules.indicators.engine import Cell, figure, figures, grouped
from courtstream.rules.indicators.rows import (
    Definition,
    IndicatorValue,
    Period,
    Sitting,
    Validity,
    is_valid,
)
from courtstream.rules.indicators.tally import Tally, tally_of, total

__all__ = [
    "Cell",
    "Definition",
    "IndicatorValue",
    "Period",
    "Sitting",
    "Tally",
    "Validity",
    "definitions",
    "figure",
    "figures",
    "grouped",
    "is_valid",
    "tally_of",
    "total",
    "validity",
    "version",
]
