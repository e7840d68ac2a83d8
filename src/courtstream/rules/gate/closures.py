"""The closure table (`closures.toml`), typed and read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from courtstream.domain.publication import ClosureEffect
from courtstream.domain.trial import CaseKind

RANK: tuple[ClosureEffect, ...] = tuple(ClosureEffect)
"""Effects from the most to the least restrictive."""


class Trigger(StrEnum):
    """When a row closes a hearing."""

    ABSOLUTE = "ABSOLUTE"
    ON_APPLICATION = "ON_APPLICATION"
    DISCRETION = "DISCRETION"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Closure:
    """One row: a situation that closes or restricts a hearing.

    `standing` holds while the situation exists without an application granted (ON_APPLICATION)
    or after the person in charge decided otherwise (DISCRETION); None means no effect.
    `mark` is "mem" or "proposal" when the row is not read from a source.
    """

    code: str
    zh: str
    en: str
    basis: str
    trigger: Trigger
    effect: ClosureEffect
    standing: ClosureEffect | None
    kinds: frozenset[CaseKind]
    waivable: bool
    bars_verdict: bool
    effective_from: date
    effective_to: date | None
    mark: str

    def in_force(self, on: date) -> bool:
        """Whether the row applies on a day."""
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


@dataclass(frozen=True, slots=True)
class ImpliedBy:
    """Words of a cause that imply a closure code for some kinds of case."""

    words: tuple[str, ...]
    code: str
    kinds: frozenset[CaseKind]


@cache
def _tables() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("closures.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def version() -> str:
    """The rule pack's version, kept with every decision."""
    return f"gate-{_tables()['version']}"


def _closure(row: dict[str, Any]) -> Closure:
    return Closure(
        code=row["code"],
        zh=row["zh"],
        en=row["en"],
        basis=row["basis"],
        trigger=Trigger(row["trigger"]),
        effect=ClosureEffect(row["effect"]),
        standing=ClosureEffect(row["standing"]) if row["standing"] else None,
        kinds=frozenset(CaseKind(kind) for kind in row["kinds"]),
        waivable=row["waivable"],
        bars_verdict=row["bars_verdict"],
        effective_from=row["effective_from"],
        effective_to=row.get("effective_to"),
        mark=row["mark"],
    )


@cache
def closures() -> dict[str, Closure]:
    """All rows by code, in the order of the table."""
    return {row["code"]: _closure(row) for row in _tables()["closure"]}


@cache
def implied() -> tuple[ImpliedBy, ...]:
    """Causes that imply a closure code."""
    return tuple(
        ImpliedBy(tuple(row["words"]), row["code"], frozenset(map(CaseKind, row["kinds"])))
        for row in _tables()["cause"]
    )


def cause_known(kind: CaseKind, cause: str) -> bool:
    """Whether the cause is recognisably one of its kind."""
    return any(word in cause for word in _tables()["known"][kind.value])
