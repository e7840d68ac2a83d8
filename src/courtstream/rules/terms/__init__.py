"""Terms of the court and names of the case in recognised text: put right by their sound.

A recogniser of everyday speech writes 长还 for 偿还 and 周健华 for 周建华. Telling it the words
beforehand made it worse (measured, design §8.2), so its text is corrected afterwards: where the
syllables are a term's, the characters become the term's. Never more or fewer characters: each
keeps its time.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pypinyin.phrases_dict import phrases_dict

from courtstream.rules.masking.nearness import ALIKE, NEAR, grade
from courtstream.rules.masking.syllables import syllable

_LONG = 4
"""From so many syllables on one of them may be near instead of the same."""

_VERY_LONG = 6

_SHORT = 2
"""Two syllables are said by chance: never put where a number is read (第一医院 is no 异议)."""

_DIGITS = frozenset("零〇一二两三四五六七八九幺十百千万亿0123456789")


@dataclass(frozen=True, slots=True)
class Term:
    """Characters and their syllables. `sure`: the sound alone decides, what stood there or not."""

    text: str
    sounds: tuple[str, ...]
    sure: bool

    @classmethod
    def of(cls, text: str, sure: bool) -> Term:
        """A term from its characters."""
        return cls(text, tuple(syllable(char) for char in text), sure)


@cache
def _lexicon() -> dict[str, Any]:
    data = files("courtstream.rules.terms").joinpath("lexicon.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)


@cache
def court_terms() -> tuple[Term, ...]:
    """What is said in every courtroom."""
    lexicon = _lexicon()
    phrases = [Term.of(text, sure=len(text) >= 3) for text in lexicon["phrases"]["words"]]
    return (*phrases, *(Term.of(text, sure=False) for text in lexicon["terms"]["words"]))


def names_of(names: Iterable[str]) -> tuple[Term, ...]:
    """The case's names: of three characters and more sure, shorter ones only where no word is."""
    whole = {name for name in names if len(name) >= 2 and all("一" <= c <= "鿿" for c in name)}
    return tuple(Term.of(name, sure=len(name) >= 3) for name in sorted(whole))


class Corrector:
    """Puts right the court's terms and the `names` of a case. Longer terms go before shorter.

    Of two as long, what is written as it stands goes first: 法庭记录 is not made 法庭纪律.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[Term]] = {}
        self._by_second: dict[str, list[Term]] = {}
        terms = {term.text: term for term in (*court_terms(), *names_of(names))}
        for term in sorted(terms.values(), key=lambda term: -len(term.text)):
            self._by_first.setdefault(term.sounds[0], []).append(term)
            if term.sure and len(term.text) >= _LONG:
                self._by_second.setdefault(term.sounds[1], []).append(term)

    def corrected(self, chars: Sequence[str]) -> list[str]:
        """`chars`, one character or Latin run each, with terms put right; of the same length."""
        sounds = [syllable(char[0]) if char else "" for char in chars]
        done = list(chars)
        at = 0
        while at < len(done):
            term = self._at(chars, sounds, at)
            if term is None:
                at += 1
                continue
            done[at : at + len(term.text)] = term.text
            at += len(term.text)
        return done

    def _at(self, chars: Sequence[str], sounds: Sequence[str], at: int) -> Term | None:
        found: Term | None = None
        for term in self._near(sounds, at):
            if found is not None and len(term.text) < len(found.text):
                break
            end = at + len(term.text)
            if list(chars[at:end]) == list(term.text):
                return term
            if found is None and self._is(term, sounds[at:end], chars, at):
                found = term
        return found

    def _near(self, sounds: Sequence[str], at: int) -> list[Term]:
        """Terms that begin so, longest first; long ones also when only the first sound differs."""
        first = self._by_first.get(sounds[at], [])
        second = self._by_second.get(sounds[at + 1], []) if at + 1 < len(sounds) else []
        others = [t for t in second if t.sounds[0] != sounds[at] and grade(sounds[at], t.sounds[0])]
        if not others:
            return first
        return sorted([*first, *others], key=lambda term: -len(term.text))

    @staticmethod
    def _is(term: Term, heard: Sequence[str], chars: Sequence[str], at: int) -> bool:
        written = "".join(chars[at : at + len(term.text)])
        if not len(heard) == len(written) == len(term.text):  # the end, or Latin letters
            return False
        if all(char in _DIGITS for char in written):
            return False
        if len(written) <= _SHORT and any(char in _DIGITS for char in written):
            return False
        if tuple(heard) == term.sounds:
            return term.sure or not _is_word(chars, at, len(term.text))
        return term.sure and _nearly(heard, term.sounds)


def _nearly(heard: Sequence[str], term: Sequence[str]) -> bool:
    """All syllables but one the same, that one like it; of six and more two may differ."""
    if len(term) < _LONG:
        return False
    marks = [grade(one, other) for one, other in zip(heard, term, strict=True)]
    apart = [mark for mark in marks if mark < 1.0]
    if len(term) < _VERY_LONG:
        return len(apart) == 1 and apart[0] >= ALIKE
    return len(apart) <= 2 and min(apart) >= NEAR and max(apart) >= ALIKE


def _is_word(chars: Sequence[str], at: int, size: int) -> bool:
    """Whether what is written there is a word, alone or with a neighbour on either side."""
    written = "".join(chars[at : at + size])
    before = "".join(chars[max(0, at - 1) : at + 1]) if at else ""
    after = "".join(chars[at + size - 1 : at + size + 1])
    return any(_known(word) for word in (written, before, after) if len(word) >= 2)


def _known(word: str) -> bool:
    return word in phrases_dict or word in _lexicon()["ordinary"]["words"]
