"""The sound of a character, and how alike two sounds are to someone who reads cues."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import Levenshtein

from courtstream.rules.masking.catalogue import catalogue


@lru_cache(maxsize=8192)
def syllable(char: str) -> str:
    """The toneless pinyin of one character; other characters stand for themselves."""
    return str(lazy_pinyin(char, style=Style.NORMAL)[0])


@lru_cache(maxsize=8192)
def folded(sound: str) -> str:
    """The syllable with sounds that are often mixed up made equal."""
    for heard, as_ in catalogue().tables["name"]["fold"].items():
        sound = sound.replace(heard, as_)
    return sound


@lru_cache(maxsize=65536)
def close(one: str, other: str) -> float:
    """How alike two syllables of a cue sound, 0..1. Names are compared by `nearness`."""
    if one == other:
        return 1.0
    if folded(one) == folded(other):
        return 0.9
    distance = Levenshtein.distance(folded(one), folded(other))
    return 0.5 if distance == 1 and len(one) > 2 and len(other) > 2 else 0.0
