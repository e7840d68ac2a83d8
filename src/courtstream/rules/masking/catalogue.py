"""The masking rules as data: `identifiers.toml`, read once and typed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that says which number follows; `least` digits make it count."""

    type: str
    words: tuple[str, ...]
    least: int
    basis: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rules in force. `tables` is the file as read; `version` names it in the record."""

    version: str
    cues: tuple[Cue, ...]
    tables: dict[str, Any]

    def words(self, table: str, key: str) -> tuple[str, ...]:
        """A list of words of a table."""
        return tuple(self.tables[table][key])

    def basis(self, table: str) -> str:
        """The legal basis named in a table."""
        return str(self.tables[table]["basis"])

    def basis_of(self, kind: str) -> str:
        """The legal basis of a cue's type."""
        return next((cue.basis for cue in self.cues if cue.type == kind), "")


@cache
def catalogue() -> Catalogue:
    """The rules packaged with the code."""
    text = resources.files(__package__).joinpath("identifiers.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    cues = tuple(
        Cue(row["type"], tuple(row["words"]), int(row["least"]), str(row["basis"]))
        for row in tables["cue"]
    )
    return Catalogue(str(tables["version"]), cues, tables)


def alternatives(words: tuple[str, ...] | list[str]) -> str:
    """A regular expression of `words`, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
