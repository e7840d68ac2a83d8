"""A report as data: typed tables that every format is written from, so the numbers agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int | float | date | None


class Kind(StrEnum):
    """How a column's values are written. A share is 0..1, shown as per cent."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a key for machines, a heading for people."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


@dataclass(frozen=True, slots=True)
class TableData:
    """A named table. `note` says how its numbers are made; `chart` names a column to plot
    against the first one. None in a cell means not applicable, never zero."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    note: str = ""
    chart: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What is handed out: titled tables, made at an instant."""

    title: str
    subtitle: str
    made_at: datetime
    tables: Sequence[TableData]


NOT_APPLICABLE = "–"
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def written(value: Value, kind: Kind) -> str:
    """A value for paper and screens."""
    if value is None:
        return NOT_APPLICABLE
    if kind is Kind.SHARE and isinstance(value, (int, float)):
        return f"{100 * value:.1f}%"
    if kind is Kind.NUMBER and isinstance(value, (int, float)):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def harmless(text: str) -> str:
    """Text no spreadsheet takes for a formula (OWASP, CSV injection): a quote goes before it."""
    return f"'{text}" if text.startswith(_RISKY) else text
