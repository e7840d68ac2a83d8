"""Which hidden stretches a person may open, and when: `opening.toml`, read once and typed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from courtstream.domain.redaction import Reason
from courtstream.domain.time import MediaTime, seconds


@dataclass(frozen=True, slots=True)
class Opening:
    """The rule for one reason: before air by a clerk, afterwards by two persons."""

    live: bool = False
    later: bool = False
    basis: str = ""


@dataclass(frozen=True, slots=True)
class OpeningRules:
    """All rules; `near` is how close to a stretch that must stay hidden nothing is opened."""

    version: str
    near: MediaTime
    rows: dict[Reason, Opening]

    def of(self, reason: Reason) -> Opening:
        """The rule of a reason; one that is not listed is never opened."""
        return self.rows.get(reason, Opening())


@cache
def opening_rules() -> OpeningRules:
    """The rules packaged with the code."""
    text = resources.files(__package__).joinpath("opening.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    rows = {
        Reason(code): Opening(bool(row["live"]), bool(row["later"]), str(row["basis"]))
        for row in table["reason"]
        for code in row["codes"]
    }
    return OpeningRules(str(table["version"]), seconds(float(table["near"])), rows)
