"""The languages of every screen: one file each. Chinese is the default; English stands beside it.

Another language is a file more (`ko.json`); what it does not say yet is said in Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT = "zh-CN"
NAME = "site.language"
"""The key under which a language says its own name."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The words of one language by flat key. An unknown key raises KeyError: a fault of ours."""

    language: str
    messages: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of `key` with its `{places}` filled."""
        text = self.messages[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is a sentence of this key."""
        return key in self.messages

    def some(self, *prefixes: str) -> dict[str, str]:
        """The part of the catalog that a script on the page needs."""
        return {k: v for k, v in self.messages.items() if k.startswith(prefixes)}


def load_catalogs(folder: Path) -> dict[str, Catalog]:
    """All languages of a folder: `<language>.json`, and more files in the folder `<language>`.

    The default comes first.
    """
    others = sorted(path.stem for path in folder.glob("*.json") if path.stem != DEFAULT)
    complete = _messages(folder, DEFAULT)
    catalogs = {DEFAULT: Catalog(DEFAULT, complete)}
    for language in others:
        catalogs[language] = Catalog(language, {**complete, **_messages(folder, language)})
    return catalogs


def _messages(folder: Path, language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in (folder / f"{language}.json", *sorted((folder / language).glob("*.json"))):
        found |= json.loads(path.read_text(encoding="utf-8"))
    return found


def choose_language(
    asked: str | None, kept: str | None, accept: str, languages: Collection[str]
) -> str:
    """The page's language: asked for in the address, kept in the cookie, or the browser's wish.

    `accept` is an Accept-Language header; languages are taken in its order of preference, by their
    first part (RFC 4647, lookup).
    """
    for wish in (asked, kept):
        if wish in languages:
            return str(wish)
    first_parts = {name.partition("-")[0].lower(): name for name in reversed(list(languages))}
    for tag in _by_quality(accept):
        found = first_parts.get(tag.partition("-")[0])
        if found is not None:
            return found
    return DEFAULT


def _by_quality(accept: str) -> list[str]:
    wishes: list[tuple[float, str]] = []
    for piece in accept[:500].split(","):
        tag, _, quality = piece.strip().lower().partition(";q=")
        try:
            wishes.append((float(quality) if quality else 1.0, tag))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(wishes, key=lambda w: -w[0]) if weight > 0]
