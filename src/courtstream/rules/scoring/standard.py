"""Standards of a well-run hearing: versioned items with weights, and profiles a procedure uses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from courtstream.domain.errors import CourtstreamError, NotFound
from courtstream.domain.scoring import Channel
from courtstream.domain.trial import Procedure

LATEST = "2026.1"


class StandardInvalid(CourtstreamError):
    """A standard cannot be used."""

    code = "standard_invalid"
    zh = "庭审规范标准文件有误"
    remedy = "按提示的文件与条目修改 / correct the file at the item named"


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the standard. `weight` and `deduction` are raw points, before a profile's 100."""

    id: str
    category: str
    zh: str
    en: str
    channel: Channel
    method: str
    weight: float
    deduction: float
    basis: str
    steps: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    critical: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """The items a kind of hearing is judged by."""

    id: str
    zh: str
    en: str
    procedures: frozenset[Procedure]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """A frozen edition. `thresholds` are numbers or lists of numbers by name."""

    name: str
    version: str
    zh: str
    en: str
    effective_from: str
    items: tuple[Item, ...]
    profiles: tuple[Profile, ...]
    thresholds: Mapping[str, Any]

    def profile_for(self, procedure: Procedure) -> Profile:
        """The profile of a procedure. Raises NotFound when the edition has none."""
        for profile in self.profiles:
            if procedure in profile.procedures:
                return profile
        raise NotFound(f"{self.name} {self.version}: {procedure.value}")

    def limit(self, name: str) -> float:
        """One threshold as a number."""
        return float(self.thresholds[name])

    def limits(self, name: str) -> tuple[float, ...]:
        """A threshold that is a list of numbers."""
        return tuple(float(value) for value in self.thresholds[name])


def released_standards() -> tuple[str, ...]:
    """Versions that come with the platform, oldest first."""
    folder = files(__package__) / "standards"
    return tuple(sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if "toml" in p.name))


def load_standard(source: str | Path = LATEST) -> Standard:
    """A released edition by version, or a court's own edition by path.

    Raises NotFound when there is none, StandardInvalid (naming file and item) when it is wrong.
    """
    if isinstance(source, str) and source in released_standards():
        return _released(source)
    path = Path(source)
    if not path.is_file():
        raise NotFound(f"standard {path.name}")
    return parse_standard(path.read_text(encoding="utf-8"), path.name)


@lru_cache(maxsize=8)
def _released(version: str) -> Standard:
    path = files(__package__) / "standards" / f"{version}.toml"
    return parse_standard(path.read_text(encoding="utf-8"), path.name)


def parse_standard(text: str, name: str) -> Standard:
    """A standard from its text; `name` is the file named in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StandardInvalid(f"{name}: {error}") from error
    items = tuple(_item(row, name) for row in data.get("item", ()))
    known = {item.id for item in items}
    if len(known) != len(items):
        raise StandardInvalid(f"{name}: an item id is used twice")
    try:
        return Standard(
            name=data["name"],
            version=data["version"],
            zh=data["zh"],
            en=data["en"],
            effective_from=data["effective_from"],
            items=items,
            profiles=tuple(_profile(row, items, name) for row in data["profile"]),
            thresholds=data["thresholds"],
        )
    except KeyError as error:
        raise StandardInvalid(f"{name}: {error} is missing") from error


def _item(row: Mapping[str, Any], name: str) -> Item:
    try:
        return Item(
            id=row["id"],
            category=row["category"],
            zh=row["zh"],
            en=row["en"],
            channel=Channel(row["channel"]),
            method=row["method"],
            weight=float(row["weight"]),
            deduction=float(row["deduction"]),
            basis=row["basis"],
            steps=tuple(row.get("steps", ())),
            rules=tuple(row.get("rules", ())),
            critical=bool(row.get("critical", False)),
            mark=row.get("mark", ""),
        )
    except (KeyError, ValueError) as error:
        raise StandardInvalid(f"{name}: item {row.get('id', '?')}: {error}") from error


def _profile(row: Mapping[str, Any], items: tuple[Item, ...], name: str) -> Profile:
    leave_out = set(row.get("leave_out", ()))
    weights, deductions = row.get("weights", {}), row.get("deductions", {})
    unknown = (leave_out | set(weights) | set(deductions)) - {item.id for item in items}
    if unknown:
        raise StandardInvalid(f"{name}: profile {row['id']} names unknown items {sorted(unknown)}")
    kept = [
        replace(
            item,
            weight=float(weights.get(item.id, item.weight)),
            deduction=float(deductions.get(item.id, item.deduction)),
        )
        for item in items
        if item.id not in leave_out
    ]
    return Profile(
        row["id"],
        row["zh"],
        row["en"],
        frozenset(Procedure(value) for value in row["procedures"]),
        tuple(kept),
    )
