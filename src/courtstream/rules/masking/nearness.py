"""How near two syllables, and two names, sound to a recogniser that has never heard the name.

A syllable is an initial and a final. Some are mixed up so often that they count as the same
(n/l, zh/z, an/ang …); a syllable that shares one half with the other is near. `spoken.toml`
holds the classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from courtstream.rules.masking.spoken import table

SAME, ALIKE, NEAR = 1.0, 0.9, 0.5

_LONG = 4
"""Syllables of a name with a compound surname."""

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")


def parts(sound: str) -> tuple[str, str]:
    """Initial (may be empty) and final of a toneless pinyin syllable."""
    initial = next((one for one in _INITIALS if sound.startswith(one)), "")
    return initial, sound[len(initial) :]


@cache
def _classes(name: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(row) for row in table("near")[name])


def _mixed_up(one: str, other: str, name: str) -> bool:
    return one == other or any(one in row and other in row for row in _classes(name))


@lru_cache(maxsize=65536)
def grade(one: str, other: str) -> float:
    """SAME, ALIKE (a recogniser mixes them up), NEAR (half of it is the same) or 0.0."""
    if one == other:
        return SAME
    (initial, final), (first, rest) = parts(one), parts(other)
    begins, ends = _mixed_up(initial, first, "initials"), _mixed_up(final, rest, "finals")
    if begins and ends:
        return ALIKE
    if (begins and initial and first) or ends:
        return NEAR
    distant = _mixed_up(initial, first, "far_initials") and _mixed_up(final, rest, "far_finals")
    return NEAR if distant else 0.0


def _enough(marks: Sequence[float], cued: bool) -> bool:
    """All but one syllable alike and the last near; one fewer after a cue, for short names none.

    Of four syllables and more, one may be any other after a cue: few words share half of them.
    """
    strange = sum(mark < NEAR for mark in marks)
    if not marks or strange > (1 if cued and len(marks) >= _LONG else 0):
        return False
    spare = (1 if len(marks) >= 3 else 0) + (1 if cued else 0)
    return sum(mark >= ALIKE for mark in marks) >= max(1, len(marks) - spare)


def name_score(heard: Sequence[str], name: Sequence[str], cued: bool = False) -> float:
    """0.0, or how alike (up to 1.0) `heard` is to a name of as many syllables or one fewer.

    `cued`: a word before it says that a name comes. A syllable too many inside the name is
    forgiven when all the others are alike.
    """
    if len(heard) == len(name):
        marks = [grade(one, other) for one, other in zip(heard, name, strict=True)]
        return sum(marks) / len(marks) if _enough(marks, cued) else 0.0
    if len(heard) == len(name) + 1 >= 4:
        return max((_without(heard, name, at) for at in range(1, len(name))), default=0.0)
    return 0.0


def _without(heard: Sequence[str], name: Sequence[str], at: int) -> float:
    rest = [*heard[:at], *heard[at + 1 :]]
    marks = [grade(one, other) for one, other in zip(rest, name, strict=True)]
    return 0.9 * sum(marks) / len(marks) if min(marks) >= ALIKE else 0.0
