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

LATEST = "2026.2"


class StandardInvalid(CourtstreamError):
    """A standard cannot be used."""

    code = "standard_invalid"
    zh = "庭审规范标准文件有误"
    status = 422
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

    def limit(self, name: str, default: float | None = None) -> float:
        """One threshold as a number; editions older than a threshold use `default`."""
        if default is not None and name not in self.thresholds:
            return default
        return float(self.thresholds[name])

    @property
    def cap(self) -> float:
        """The most a hearing can have when a critical item failed."""
        return self.limit("cap", 100.0)

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


def standard_text(version: str) -> str:
    """A released edition as it is written. Raises NotFound."""
    if version not in released_standards():
        raise NotFound(f"standard {version}")
    return (files(__package__) / "standards" / f"{version}.toml").read_text(encoding="utf-8")


def parse_standard(text: str, name: str) -> Standard:
    """A standard from its text; `name` is the file named in errors.

    Raises StandardInvalid naming file and line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StandardInvalid(f"{name}: {error}") from error
    source = _Source(text, name)
    items = tuple(_item(row, source) for row in data.get("item", ()))
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise source.fault(f"item id {item.id} is used twice", "id", item.id, last=True)
        seen.add(item.id)
    try:
        return Standard(
            name=data["name"],
            version=data["version"],
            zh=data["zh"],
            en=data["en"],
            effective_from=data["effective_from"],
            items=items,
            profiles=tuple(_profile(row, items, source) for row in data["profile"]),
            thresholds=data["thresholds"],
        )
    except KeyError as error:
        raise source.fault(f"{error} is missing") from error


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of an edition, to say where in it something is wrong."""

    text: str
    name: str

    def fault(
        self, what: str, key: str = "", value: str = "", *, last: bool = False
    ) -> StandardInvalid:
        """The error, at the line that says `key = "value"`; without a key, at the file."""
        lines = [
            number
            for number, line in enumerate(self.text.splitlines(), start=1)
            if key and line.split("#")[0].replace(" ", "").startswith(f'{key}="{value}"')
        ]
        place = f":{lines[-1 if last else 0]}" if lines else ""
        return StandardInvalid(f"{self.name}{place}: {what}")


def _item(row: Mapping[str, Any], source: _Source) -> Item:
    code = str(row.get("id", "?"))
    try:
        item = Item(
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
    except (KeyError, ValueError, TypeError) as error:
        raise source.fault(f"item {code}: {error}", "id", code) from error
    if not (0 < item.weight <= 100 and 0 <= item.deduction <= 100):
        raise source.fault(f"item {code}: weight 0..100, deduction 0..100", "id", code)
    return item


def _profile(row: Mapping[str, Any], items: tuple[Item, ...], source: _Source) -> Profile:
    leave_out = set(row.get("leave_out", ()))
    weights, deductions = row.get("weights", {}), row.get("deductions", {})
    code = str(row.get("id", "?"))
    unknown = (leave_out | set(weights) | set(deductions)) - {item.id for item in items}
    if unknown:
        raise source.fault(f"profile {code} names unknown items {sorted(unknown)}", "id", code)
    kept = [
        replace(
            item,
            weight=float(weights.get(item.id, item.weight)),
            deduction=float(deductions.get(item.id, item.deduction)),
        )
        for item in items
        if item.id not in leave_out
    ]
    try:
        procedures = frozenset(Procedure(value) for value in row["procedures"])
    except ValueError as error:
        raise source.fault(f"profile {code}: {error}", "id", code) from error
    return Profile(row["id"], row["zh"], row["en"], procedures, tuple(kept))
