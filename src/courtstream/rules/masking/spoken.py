"""The cues of private speech as data (`spoken.toml`), compared by sound."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from courtstream.rules.masking.choices import Choices, may_miss
from courtstream.rules.masking.syllables import close, syllable

_ALIKE = 0.9
"""Syllables that differ by what is often mixed up."""


Words: TypeAlias = Choices[tuple[str, ...]]
"""Words by their syllables, longest first."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A cue by its syllables. `least` digits must follow within `reach` other characters."""

    reason: str
    sounds: tuple[str, ...]
    least: int = 0
    reach: int = 0
    chars: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """Cues whose clause is private; all words by their syllables.

    At least `least` and at most `most` signs of it; up to `until`, or to `last` behind a digit.
    With `endings` or `codes` the clause must hold one of them, or so many digits and letters.
    """

    reason: str
    words: Words
    least: int
    most: int
    endings: Words
    until: Words
    unless: Words
    signs: tuple[str, ...]
    """Those of `words` and `unless` that are one sign: they count only when written so."""
    last: Words
    codes: int


@cache
def table(name: str) -> dict[str, Any]:
    """A table of `spoken.toml`."""
    text = resources.files(__package__).joinpath("spoken.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)[name])


@cache
def _rows(name: str) -> tuple[dict[str, Any], ...]:
    text = resources.files(__package__).joinpath("spoken.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)[name])


def sounds_of(words: str) -> tuple[str, ...]:
    """The syllables of a phrase; letters stand for themselves, in lower case."""
    return tuple(syllable(char).lower() for char in words)


@cache
def phrases(name: str) -> Choices[Phrase]:
    """The cues of an array of tables (`cue`, `fixed`), longest first."""
    found = [
        Phrase(
            row["reason"],
            sounds_of(word),
            int(row.get("least", 0)),
            int(row.get("reach", 0)),
            int(row.get("chars", 0)),
            float(row.get("seconds", 0.0)),
        )
        for row in _rows(name)
        for word in row["words"]
    ]
    return choices(sorted(found, key=lambda phrase: -len(phrase.sounds)))


def choices(found: Iterable[Phrase]) -> Choices[Phrase]:
    """Cues to look for, in this order."""
    return Choices(found, lambda phrase: phrase.sounds)


def by_length(words: Iterable[str]) -> Words:
    """Words by their syllables, longest first."""
    return Choices(sorted(map(sounds_of, words), key=len, reverse=True), lambda word: word)


@cache
def told() -> tuple[Told, ...]:
    """The rows of `told` in order."""
    return tuple(
        Told(
            reason=row["reason"],
            words=by_length(row["words"]),
            least=int(row.get("least", 2)),
            most=int(row.get("most", 12)),
            endings=by_length(row.get("endings", ())),
            until=by_length(row.get("until", ())),
            unless=by_length(row.get("unless", ())),
            signs=tuple(w for w in (*row["words"], *row.get("unless", ())) if len(w) == 1),
            last=by_length(row.get("last", ())),
            codes=int(row.get("codes", 0)),
        )
        for row in _rows("told")
    )


@cache
def listed(name: str, key: str) -> Words:
    """A list of words of a table by their syllables, longest first."""
    return by_length(table(name)[key])


def says(heard: Sequence[str], at: int, phrase: Sequence[str]) -> bool:
    """Whether `heard[at:]` begins with something that sounds like `phrase`.

    Phrases of one or two syllables must sound the same; longer ones may be a little off.
    """
    size = len(phrase)
    part = heard[at : at + size]
    if size <= 2 or len(part) < size:
        return tuple(part) == tuple(phrase)
    room = may_miss(size)
    for one, other in zip(part, phrase, strict=True):
        if one != other:
            room -= 1 - close(one, other)
            if room < 0:
                return False
    return True


def said_so(heard: Sequence[str], at: int, options: Words) -> int:
    """As `said_at`, but every syllable must be alike: for cues that need no other evidence.

    Of one or two syllables the same: 公司应 is no 死因.
    """
    for option in options.near(heard, at):
        part = heard[at : at + len(option)]
        if len(part) == len(option) and min(map(close, part, option)) >= (
            _ALIKE if len(option) > 2 else 1.0
        ):
            return len(option)
    return 0


def said_at(heard: Sequence[str], at: int, options: Words) -> int:
    """Length of the longest of `options` that begins at `heard[at]`, 0 when none does."""
    near = options.near(heard, at)
    return next((len(option) for option in near if says(heard, at, option)), 0)
