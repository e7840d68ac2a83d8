"""Protected names by sound: any spelling of the name, or the given name alone, is the name.

Whether two names sound alike is decided by `nearness`, the same that listens to speech.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from courtstream.rules.masking.catalogue import catalogue
from courtstream.rules.masking.nearness import ALIKE, grade, name_score
from courtstream.rules.masking.numbers import digit_map
from courtstream.rules.masking.spans import TextSpan
from courtstream.rules.masking.spoken import listed, sounds_of, table
from courtstream.rules.masking.syllables import syllable

_AFTER_CUE = 3
"""A name may begin this many characters after a word that announces one (证人，是沈某)."""


@cache
def given_name(name: str) -> str:
    """The name without its surname (two characters for a compound surname)."""
    compound = catalogue().words("name", "compound")
    return name[2:] if name[:2] in compound and len(name) > 2 else name[1:]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text by its characters, and by their syllables; `cued`: a name may begin there."""

    chars: str
    sounds: tuple[str, ...]
    cued: frozenset[int]

    def wordlike(self, start: int, size: int) -> bool:
        """Whether all of `size` characters are letters and none of them a digit."""
        part = self.chars[start : start + size]
        return len(part) == size and part.isalpha() and not any(c in digit_map() for c in part)


def find_names(text: str, protected: Sequence[str]) -> list[TextSpan]:
    """Every mention of a protected name, however it was written down."""
    names = [name for name in protected if len(name) >= 2]
    if not names:
        return []
    sounds = tuple(syllable(char).lower() for char in text)
    read = _Text(text, sounds, _cued(sounds))
    return [span for name in names for span in _mentions(read, name)]


def _mentions(read: _Text, name: str) -> Iterator[TextSpan]:
    basis, given = catalogue().basis("name"), given_name(name)
    for start in range(len(read.chars)):
        for size in (len(name), len(name) + 1):
            score = _whole(read, start, size, name)
            if score:
                yield TextSpan(start, start + size, "NAME", basis, 0.9 + score / 20)
        score = _given(read, start, given) if len(given) >= 2 else 0.0
        if score:
            yield TextSpan(start, start + len(given), "NAME", basis, score)


def _whole(read: _Text, start: int, size: int, name: str) -> float:
    """How likely `size` characters from `start` are the whole name, 0.0 when they are not."""
    part = read.chars[start : start + size]
    if part == name:
        return 1.0
    if not read.wordlike(start, size):
        return 0.0
    cued = start in read.cued
    score = name_score(read.sounds[start : start + size], sounds_of(name), cued)
    if score >= ALIKE and len(name) >= 3:
        return score
    # A text shows which characters were meant: less than alike must be announced, or share one.
    shared = any(char in name for char in part)
    sure = cued and not _court_word(read, start, size)
    return score if score and (sure or (shared and not _ordinary(read, start, size))) else 0.0


def _given(read: _Text, start: int, given: str) -> float:
    part = read.chars[start : start + len(given)]
    if part == given:
        return 0.8
    if not read.wordlike(start, len(given)):
        return 0.0
    pairs = zip(read.sounds[start : start + len(given)], sounds_of(given), strict=True)
    if min(grade(one, other) for one, other in pairs) < ALIKE:
        return 0.0
    shared = any(a == b for a, b in zip(part, given, strict=True))
    return 0.63 if shared and not _ordinary(read, start, len(given)) else 0.0


def _cued(sounds: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for at in range(len(sounds)):
        for cue in listed("near", "cues"):
            if sounds[at : at + len(cue)] == cue:
                end = at + len(cue)
                found.update(range(end, end + _AFTER_CUE) if len(cue) > 1 else {end})
    return frozenset(found)


def _court_word(read: _Text, start: int, size: int) -> bool:
    """Whether a word that courts say all the time reaches into the characters."""
    first = min(start, 1)
    text = read.chars[start - first : start + size + 1]
    places = ((text.find(word), len(word)) for word in table("near")["words"])
    return any(at >= 0 and at < first + size and at + long > first for at, long in places)


def _ordinary(read: _Text, start: int, size: int) -> bool:
    common = table("near")["common"]
    part = read.chars[start : start + size]
    return _court_word(read, start, size) or any(char in common for char in part)


def kept_by(text: str, span: TextSpan, keep: Iterable[str]) -> bool:
    """Whether a name, number or address in the keep-list is what the span holds."""
    held = [char for char in text[span.start : span.end] if char.isalnum()]
    for item in keep:
        wanted = [char for char in item if char.isalnum()]
        if len(wanted) < 2 or len(wanted) < len(held):
            continue
        joined = " ".join(_sound(char) for char in wanted)
        if " ".join(_sound(char) for char in held) in joined:
            return True
    return False


def _sound(char: str) -> str:
    return digit_map().get(char, char if char.isdigit() else syllable(char))


class Aliases:
    """The same person always gets the same token (N-M6): 受保护人甲, 受保护人乙, …"""

    _ORDER = "甲乙丙丁戊己庚辛壬癸"

    def __init__(self, protected: Sequence[str], label: str = "受保护人") -> None:
        self._tokens = {
            name: label + (self._ORDER[i] if i < len(self._ORDER) else str(i + 1))
            for i, name in enumerate(dict.fromkeys(protected))
        }

    def token(self, heard: str) -> str:
        """The token of the person whose name or given name `heard` sounds like."""
        return self._tokens[max(self._tokens, key=lambda name: _alike(heard, name))]


def _alike(heard: str, name: str) -> float:
    """How near `heard` is to the name or to the given name alone; 2.0 when it is written so."""
    if heard in (name, given_name(name)):
        return 2.0
    sounds = sounds_of(heard)
    given = sounds_of(given_name(name))
    whole = name_score(sounds, sounds_of(name), cued=True)
    part = name_score(sounds, given, cued=True) if len(sounds) == len(given) else 0.0
    return max(whole, part)
