"""Protected names by sound: any spelling of the name, or the given name alone, is the name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import Levenshtein

from courtstream.rules.masking.catalogue import catalogue
from courtstream.rules.masking.numbers import digit_map
from courtstream.rules.masking.spans import TextSpan


@lru_cache(maxsize=8192)
def syllable(char: str) -> str:
    """The toneless pinyin of one character; other characters stand for themselves."""
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


def folded(sound: str) -> str:
    """The syllable with sounds that are often mixed up made equal."""
    for heard, as_ in catalogue().tables["name"]["fold"].items():
        sound = sound.replace(heard, as_)
    return sound


def close(one: str, other: str) -> float:
    """How alike two syllables sound, 0..1."""
    if one == other:
        return 1.0
    if folded(one) == folded(other):
        return 0.9
    distance = Levenshtein.distance(folded(one), folded(other))
    return 0.5 if distance == 1 and len(one) > 2 and len(other) > 2 else 0.0


@cache
def given_name(name: str) -> str:
    """The name without its surname (two characters for a compound surname)."""
    compound = catalogue().words("name", "compound")
    return name[2:] if name[:2] in compound and len(name) > 2 else name[1:]


def likeness(heard: str, name: str) -> float:
    """The mean likeness of two equally long strings, 0 when any syllable is foreign."""
    marks = [close(syllable(a), syllable(b)) for a, b in zip(heard, name, strict=True)]
    return sum(marks) / len(marks) if min(marks, default=0.0) > 0 else 0.0


def _is_name(heard: str, name: str) -> float:
    if heard == name:
        return 1.0
    if any(char in digit_map() for char in heard) or not heard.isalpha():
        return 0.0
    alike = likeness(heard, name)
    return alike if alike >= (0.8 if len(name) >= 3 else 0.95) else 0.0


def _is_given(heard: str, given: str) -> float:
    if heard == given:
        return 0.9
    shared = any(a == b for a, b in zip(heard, given, strict=True))
    return 0.7 if shared and likeness(heard, given) == 1.0 else 0.0


def find_names(text: str, protected: Sequence[str]) -> list[TextSpan]:
    """Every mention of a protected name, however it was written down."""
    basis, spans = catalogue().basis("name"), list[TextSpan]()
    for name in protected:
        given = given_name(name)
        for start in range(len(text)):
            whole = text[start : start + len(name)]
            score = _is_name(whole, name) if len(whole) == len(name) else 0.0
            if score:
                spans.append(TextSpan(start, start + len(name), "NAME", basis, 0.9 + score / 20))
            part = text[start : start + len(given)]
            if len(given) < 2 or len(part) < len(given):
                continue
            score = _is_given(part, given)
            if score:
                spans.append(TextSpan(start, start + len(given), "NAME", basis, score * 0.9))
    return spans


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
        return self._tokens[max(self._tokens, key=lambda name: self._alike(heard, name))]

    @staticmethod
    def _alike(heard: str, name: str) -> float:
        other = name if len(heard) == len(name) else given_name(name)
        return likeness(heard, other) if len(other) == len(heard) else 0.0
