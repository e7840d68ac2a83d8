"""Arts. 8 and 9: whose name is hidden in a judgment, and what stands in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courtstream.domain.trial import CaseKind, Role
from courtstream.rules.judgment.tables import NameRule, name_rules
from courtstream.rules.masking.catalogue import catalogue

MOU = "某"
_LATIN = re.compile(r"[A-Za-z][A-Za-z .'-]*")
_ALIASES = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the judgment names. Organisations are not persons: their names stay (art. 11)."""

    name: str
    role: Role
    protected: bool = False
    minor: bool = False
    organisation: bool = False


@dataclass(frozen=True, slots=True)
class HiddenName:
    """A name and what stands in its place everywhere, by which rule."""

    name: str
    token: str
    code: str
    basis: str


def hidden_names(people: Iterable[Person], kind: CaseKind, cause: str) -> list[HiddenName]:
    """The names to hide, in the order given, each with its own token (N-M5, N-M6)."""
    wanted = [(p, rule) for p in people if (rule := _rule(p, kind, cause)) is not None]
    tokens = masked_names([p.name for p, _ in wanted if not p.protected])
    found: list[HiddenName] = []
    guarded = 0
    for person, (code, basis) in wanted:
        token = tokens.get(person.name, "")
        if person.protected:
            letter = _ALIASES[guarded] if guarded < len(_ALIASES) else str(guarded + 1)
            token, guarded = f"受保护人{letter}", guarded + 1
        if person.name not in {h.name for h in found}:
            found.append(HiddenName(person.name, token, code, basis))
    return found


def _rule(person: Person, kind: CaseKind, cause: str) -> tuple[str, str] | None:
    """(code, basis) of what hides this person, None when the name stays."""
    if not person.name or person.organisation:
        return None
    if person.protected:
        return "N-PROT", "刑诉解释 (2021) arts. 256-257"
    if person.minor:
        return "N-MIN", "法释〔2016〕19号 art. 8(3); 未成年人保护法 (2024) art. 103"
    for rule in name_rules():
        if person.role in rule.roles and kind in rule.kinds and _fits(rule, cause):
            return rule.code, rule.basis
    return None


def _fits(rule: NameRule, cause: str) -> bool:
    return not rule.causes or any(word in cause for word in rule.causes)


def masked_names(names: Sequence[str]) -> dict[str, str]:
    """What stands for each name: 张三丰 → 张某, the second 张某 → 张某2 (art. 9).

    The same name always gets the same token; those that would look alike are numbered.
    """
    plain = {name: mask(name) for name in dict.fromkeys(names)}
    alike: dict[str, list[str]] = {}
    for name, token in plain.items():
        alike.setdefault(token, []).append(name)
    for token, group in alike.items():
        if len(group) > 1:
            for number, name in enumerate(group, start=1):
                plain[name] = f"{token}{number}"
    return plain


def mask(name: str) -> str:
    """One name by art. 9, not numbered.

    Han: the surname and 某 (N-M1); a long name or one with · is a minority or translated name: its
    first character and 某 (N-M2, N-M3); Latin letters: the first one (N-M4).
    """
    plain = name.strip()
    if _LATIN.fullmatch(plain):
        return plain[0].upper()
    compound = catalogue().words("name", "compound")
    if plain[:2] in compound and 2 < len(plain) <= 4:
        return plain[:2] + MOU
    return plain[:1] + MOU
