"""`judgment.toml`, typed and read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from courtstream.domain.trial import CaseKind, Procedure, Role


@dataclass(frozen=True, slots=True)
class NameRule:
    """Whose names are hidden. No causes: any cause of these kinds."""

    code: str
    zh: str
    kinds: frozenset[CaseKind]
    causes: tuple[str, ...]
    roles: frozenset[Role]
    basis: str


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A reason not to publish; `listed`: whether the case may be named with it."""

    code: str
    zh: str
    en: str
    basis: str
    listed: bool


@cache
def _tables() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("judgment.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def version() -> str:
    """The rule pack's version."""
    return f"judgment-{_tables()['version']}"


@cache
def name_rules() -> tuple[NameRule, ...]:
    """Art. 8, row by row."""
    return tuple(
        NameRule(
            row["code"],
            row["zh"],
            frozenset(map(CaseKind, row["kinds"])),
            tuple(row["causes"]),
            frozenset(map(Role, row["roles"])),
            row["basis"],
        )
        for row in _tables()["name"]
    )


@cache
def deletion(kind: str) -> tuple[str, str, str]:
    """(code, Chinese name, basis) of art. 10 for a kind of private text."""
    for row in _tables()["deletion"]:
        if row["type"] == kind:
            return row["code"], row["zh"], row["basis"]
    return "D-OTHER", "其他不宜公开的信息", "法释〔2016〕19号 art. 10(4)"


@cache
def unpublished() -> dict[str, Unpublished]:
    """Art. 4: reasons by code."""
    return {
        row["code"]: Unpublished(row["code"], row["zh"], row["en"], row["basis"], row["listed"])
        for row in _tables()["unpublished"]
    }


def appeal_notice(procedure: Procedure) -> str:
    """The sentence that tells of the right of appeal, empty when no row fits."""
    rows = _tables()["appeal"]
    return next((str(row["zh"]) for row in rows if procedure.value in row["procedures"]), "")
