"""Watches: one indicator of one court or judge against a bound. The machine only notices."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from courtstream.domain.errors import InvalidInput
from courtstream.rules.indicators import Cell, IndicatorValue, definitions, figure, total
from courtstream.rules.supervision.gaming import CHECKS


class Subject(StrEnum):
    """Whom a watch looks at."""

    COURT = "court"
    JUDGE = "judge"
    HEARING = "hearing"


@dataclass(frozen=True, slots=True)
class Watch:
    """A row of the table; one about a hearing names no indicator but one of the checks.

    Bounds are on the indicator's value; `least_sittings` eligible ones must stand behind it, so
    that one unlucky hearing does not become a notice.
    """

    code: str
    subject: Subject
    indicator: str
    low: float | None
    high: float | None
    least_sittings: int
    deadline_days: int
    zh: str
    en: str
    ask_zh: str
    ask_en: str
    basis: str
    mark: str = ""

    def breached(self, value: float) -> bool:
        """Whether a value lies outside the bounds."""
        below = self.low is not None and value < self.low
        return below or (self.high is not None and value > self.high)


@dataclass(frozen=True, slots=True)
class Noticed:
    """A watch that found something, with the figure it found."""

    watch: Watch
    figure: IndicatorValue


def noticed(
    subject: Subject, cells: Sequence[Cell], reported: Mapping[str, int] | None = None
) -> tuple[Noticed, ...]:
    """What the watches of a kind of subject find in the cells of one of them."""
    sittings = total(cell.tally for cell in cells)
    found = []
    for watch in watches():
        if watch.subject is not subject or sittings.held < watch.least_sittings:
            continue
        value = figure(watch.indicator, cells, reported)
        if value.value is not None and _enough(watch, value) and watch.breached(value.value):
            found.append(Noticed(watch, value))
    return tuple(found)


def _enough(watch: Watch, value: IndicatorValue) -> bool:
    """Coverages count units, not sittings, so their denominator says nothing of the sample."""
    if value.definition.kind in {"coverage", "rate"}:
        return True
    return value.denominator >= watch.least_sittings


@lru_cache(maxsize=1)
def watches() -> tuple[Watch, ...]:
    """Every watch. Raises InvalidInput for a row that names no indicator or has no bound."""
    text = (files(__package__) / "watches.toml").read_text(encoding="utf-8")
    return tuple(watch_of(row) for row in tomllib.loads(text)["watch"])


def watch_of(row: Mapping[str, Any]) -> Watch:
    """A checked row. Raises InvalidInput naming the watch and its fault."""
    code = row["code"]
    if Subject(row["subject"]) is Subject.HEARING:
        if code not in CHECKS:
            raise InvalidInput(f"监督项 {code} 没有相应的核查 / watch {code}: no such check")
    elif row["indicator"] not in {d.code for d in definitions()}:
        raise InvalidInput(f"监督项 {code} 的指标不存在 / watch {code}: unknown indicator")
    elif row.get("low") is None and row.get("high") is None:
        raise InvalidInput(f"监督项 {code} 没有界限 / watch {code}: no bound")
    return Watch(
        code=code,
        subject=Subject(row["subject"]),
        indicator=row.get("indicator", ""),
        low=row.get("low"),
        high=row.get("high"),
        least_sittings=row.get("least_sittings", 1),
        deadline_days=row["deadline_days"],
        zh=row["zh"],
        en=row["en"],
        ask_zh=row["ask_zh"],
        ask_en=row["ask_en"],
        basis=row["basis"],
        mark=row.get("mark", ""),
    )
