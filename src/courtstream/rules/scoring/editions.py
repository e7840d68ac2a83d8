"""Editions of the standard side by side: what changed, and whether a new one can be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from courtstream.domain.trial import Procedure
from courtstream.rules.procedure.pack import load_pack
from courtstream.rules.scoring.engine import METHODS
from courtstream.rules.scoring.standard import Item, Profile, Standard, StandardInvalid


class ChangeKind(StrEnum):
    """What happened to one entry between two editions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `what`: item, threshold or profile; `field` empty for whole entries."""

    kind: ChangeKind
    what: str
    id: str
    title_zh: str = ""
    title_en: str = ""
    field: str = ""
    before: str = ""
    after: str = ""


def diff(old: Standard, new: Standard) -> tuple[Change, ...]:
    """Everything that differs, items first, then profiles, then thresholds."""
    return (
        *_items(old, new),
        *_profiles(old, new),
        *_thresholds(old.thresholds, new.thresholds),
    )


def check(standard: Standard) -> None:
    """What only the engine can know. Raises StandardInvalid at the first unusable item.

    Every method exists, every step and rule is known to some procedure, and every procedure has
    one profile.
    """
    packs = [load_pack(procedure) for procedure in Procedure]
    steps = {step.code for pack in packs for step in pack.steps}
    rules = {rule for pack in packs for rule in pack.rules}
    for item in standard.items:
        where = f"{standard.version}: item {item.id}"
        if item.method not in METHODS:
            raise StandardInvalid(f"{where}: no method {item.method}")
        unknown = [code for code in item.steps if code not in steps]
        unknown += [code for code in item.rules if code not in rules]
        if unknown:
            raise StandardInvalid(f"{where}: unknown {', '.join(unknown)}")
    for procedure in Procedure:
        count = sum(procedure in profile.procedures for profile in standard.profiles)
        if count != 1:
            raise StandardInvalid(f"{standard.version}: {procedure.value} has {count} profiles")


def _items(old: Standard, new: Standard) -> Iterator[Change]:
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    for code, item in after.items():
        if code not in before:
            yield Change(ChangeKind.ADDED, "item", code, item.zh, item.en)
        else:
            yield from _fields(before[code], item)
    for code, item in before.items():
        if code not in after:
            yield Change(ChangeKind.REMOVED, "item", code, item.zh, item.en)


def _fields(old: Item, new: Item) -> Iterator[Change]:
    for field in fields(Item):
        a, b = getattr(old, field.name), getattr(new, field.name)
        if a != b:
            yield Change(
                ChangeKind.CHANGED, "item", new.id, new.zh, new.en, field.name, _text(a), _text(b)
            )


def _profiles(old: Standard, new: Standard) -> Iterator[Change]:
    before = {p.id: p for p in old.profiles}
    for profile in new.profiles:
        known = before.pop(profile.id, None)
        if known is None:
            yield Change(ChangeKind.ADDED, "profile", profile.id, profile.zh, profile.en)
        elif _shares(known) != _shares(profile):
            yield Change(
                ChangeKind.CHANGED,
                "profile",
                profile.id,
                profile.zh,
                profile.en,
                "items",
                _text(_shares(known) - _shares(profile)),
                _text(_shares(profile) - _shares(known)),
            )
    for profile in before.values():
        yield Change(ChangeKind.REMOVED, "profile", profile.id, profile.zh, profile.en)


def _shares(profile: Profile) -> frozenset[tuple[str, float, float]]:
    return frozenset((i.id, i.weight, i.deduction) for i in profile.items)


def _thresholds(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted(set(old) | set(new)):
        if name not in old:
            yield Change(ChangeKind.ADDED, "threshold", name, after=_text(new[name]))
        elif name not in new:
            yield Change(ChangeKind.REMOVED, "threshold", name, before=_text(old[name]))
        elif old[name] != new[name]:
            yield Change(
                ChangeKind.CHANGED,
                "threshold",
                name,
                field="value",
                before=_text(old[name]),
                after=_text(new[name]),
            )


def _text(value: object) -> str:
    if isinstance(value, frozenset):
        return " ".join(f"{i}:{w:g}/{d:g}" for i, w, d in sorted(value))
    if isinstance(value, tuple | list):
        return " ".join(str(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
