"""How long each kind of thing a hearing leaves is kept: data, not code (`rules.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources


class Kept(StrEnum):
    """What a hearing leaves behind."""

    SEALED = "sealed"
    RECORD = "record"
    LIVE = "live"
    PREVIEW = "preview"
    LOG = "log"


EVIDENCE = frozenset({Kept.SEALED, Kept.RECORD})
"""Never erased by this platform, whatever a table says."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """`days` 0 keeps for ever; `mark` is "mem" or "proposal" when no read text gives the term."""

    what: Kept
    zh: str
    en: str
    days: int
    basis: str
    mark: str

    def due(self, ended: datetime, now: datetime) -> bool:
        """Whether what a hearing left that ended then may be erased now."""
        if self.what in EVIDENCE or self.days <= 0:
            return False
        return now - ended >= timedelta(days=self.days)


@cache
def retention_rules() -> tuple[RetentionRule, ...]:
    """All rules. Raises ValueError when the table would erase evidence."""
    text = resources.files(__package__).joinpath("rules.toml").read_text(encoding="utf-8")
    rules = tuple(
        RetentionRule(Kept(r["what"]), r["zh"], r["en"], int(r["days"]), r["basis"], r["mark"])
        for r in tomllib.loads(text)["rule"]
    )
    if any(rule.days for rule in rules if rule.what in EVIDENCE):
        raise ValueError("evidence has no end of term here")
    return rules
