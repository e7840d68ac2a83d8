"""Loads the indicators' definitions; a fault names the row and what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from courtstream.domain.errors import InvalidInput
from courtstream.rules.indicators.rows import Definition, Validity
from courtstream.rules.indicators.tally import NAMES

KINDS = frozenset({"share", "coverage", "balance", "rate", "count"})
AUDIENCES = frozenset({"public", "office", "judge"})


@lru_cache(maxsize=1)
def definitions() -> tuple[Definition, ...]:
    """Every indicator, in the order of the pages. Raises InvalidInput for a faulty row."""
    return tuple(definition_of(row) for row in _data()["indicator"])


@lru_cache(maxsize=1)
def validity() -> Validity:
    """The definition of a valid broadcast in force."""
    row = _data()["valid"]
    return Validity(row["version"], row["least_minutes"], row["least_share"], row.get("mark", ""))


def version() -> str:
    """The version of the whole table."""
    return str(_data()["version"])


def definition_of(row: Mapping[str, Any]) -> Definition:
    """A checked row. Raises InvalidInput naming the indicator and its fault."""
    target = row.get("target", {})
    found = Definition(
        code=row["code"],
        zh=row["zh"],
        en=row["en"],
        kind=row["kind"],
        numerator=row.get("numerator", ""),
        denominator=row.get("denominator", ""),
        formula=row["formula"],
        source=row["source"],
        unit=row.get("unit", ""),
        per=row.get("per", 1),
        period=row.get("period", "month"),
        target=(target.get("low"), target.get("high")),
        audience=row.get("audience", "office"),
        reported=row.get("reported", False),
        mark=row.get("mark", ""),
        formula_en=row.get("formula_en", ""),
    )
    fault = _fault(found)
    if fault:
        raise InvalidInput(f"指标 {found.code}：{fault} / indicator {found.code}: {fault}")
    return found


def _fault(d: Definition) -> str:
    if d.kind not in KINDS:
        return f"kind = {d.kind!r}"
    if d.audience not in AUDIENCES:
        return f"audience = {d.audience!r}"
    if d.kind == "coverage" and d.unit not in {"court", "kind", "judge", "leader"}:
        return f"unit = {d.unit!r}"
    named = [d.numerator] if d.kind == "count" else [d.numerator, d.denominator]
    unknown = [] if d.reported else [n for n in named if n not in NAMES]
    return f"{unknown[0]!r}" if unknown else ""


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    path = files(__package__) / "definitions.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
