"""Text as sound: one private character a syllable, so that homophones compare equal.

A recogniser writes 金星评议 for 进行评议. Every character becomes one code point of its toneless
syllable, with the pairs a recogniser confuses folded (zh/z, ch/c, sh/s, ang/an, eng/en, ing/in).
Positions are kept: one code a character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

BOUNDARY = "\uf8ff"
"""Stands between two speakers; no cue matches across it."""

MASKED = "\uf8fe"
"""A hidden character: matches inside gaps only."""

_BASE = 0xE000
_INITIALS = ("", *"bpmfdtnlgkhjqxzcsryw")
# fmt: off
_FINALS = (
    "a", "o", "e", "i", "u", "v", "ai", "ei", "ao", "ou", "an", "en", "in", "on", "ia", "ie", "iao", "iu",
    "ian", "ion", "ua", "uo", "uai", "ui", "uan", "un", "ue", "ve", "van", "vn", "er", "n", "m", "ng", "io",
)
# fmt: on
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_MASKS = frozenset("＊*●█■×")
_DIGITS = dict(zip("0123456789０１２３４５６７８９", "零一二三四五六七八九" * 2, strict=True))
_SYLLABLE = re.compile(r"^([bpmfdtnlgkhjqxzcsryw]?)(.*)$")


@lru_cache(maxsize=4096)
def _code_of(syllable: str) -> str:
    """The private character of a toneless syllable."""
    for wide, narrow in _FOLDS:
        if syllable.startswith(wide):
            syllable = narrow + syllable[2:]
    if syllable.endswith("ng") and len(syllable) > 2:
        syllable = syllable[:-1]
    parts = _SYLLABLE.match(syllable)
    if parts is None or parts[2] not in _FINALS:
        return chr(_BASE + 2000)
    return chr(_BASE + _INITIALS.index(parts[1]) * 64 + _FINALS.index(parts[2]))


@lru_cache(maxsize=20000)
def encode_char(char: str) -> str | None:
    """The code of one character, or None for punctuation and spaces."""
    char = _DIGITS.get(char, char)
    if char in _MASKS:
        return MASKED
    if "\u4e00" <= char <= "\u9fff":
        return _code_of(lazy_pinyin(char)[0])
    return char.lower() if char.isalnum() else None


@lru_cache(maxsize=20000)
def readings(char: str) -> str:
    """All codes a written character of a cue may have been heard as."""
    char = _DIGITS.get(char, char)
    if not "\u4e00" <= char <= "\u9fff":
        return char.lower()
    heard = pinyin(char, style=Style.NORMAL, heteronym=True)[0]
    return "".join(sorted({_code_of(reading) for reading in heard} | {encode_char(char) or ""}))


SHORT = 2
"""Barriers up to this length are compared as written: 可以依法 sounds like 异议 within."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """Words that say a cue means something else: short ones as written, long ones by sound."""

    written: re.Pattern[str] | None
    heard: re.Pattern[str] | None

    def found(self, plain: str, code: str) -> bool:
        """Whether a barrier stands in the text, given as written and as encoded."""
        return bool(
            (self.written and self.written.search(plain)) or (self.heard and self.heard.search(code))
        )


def compile_barrier(words: Sequence[str]) -> Barrier | None:
    """A barrier of some words; `$` at a word's end anchors it. None when there are none."""
    if not words:
        return None
    short = [word for word in words if len(word.rstrip("$")) <= SHORT]
    long = [word for word in words if len(word.rstrip("$")) > SHORT]
    return Barrier(
        re.compile("|".join(short)) if short else None,
        compile_cue(f"({'|'.join(long)})") if long else None,
    )


@lru_cache(maxsize=8192)
def compile_cue(cue: str) -> re.Pattern[str]:
    """A cue of a pack as a pattern over encoded text.

    `…` is a gap of up to 12 characters, `‥` of up to 4, `(a|b|)` alternatives, `^` the start of
    an utterance, `$` the end of the text searched (for barriers before a cue). Raises ValueError when the cue is not well formed.
    """
    out = []
    for char in cue:
        if char in "()|":
            out.append({"(": "(?:", ")": ")", "|": "|"}[char])
        elif char == "…":
            out.append(f"[^{BOUNDARY}]{{0,12}}?")
        elif char == "‥":
            out.append(f"[^{BOUNDARY}]{{0,4}}?")
        elif char == "$":
            out.append("\\Z")
        elif char == "^":
            out.append(f"(?:(?<={BOUNDARY})|\\A)")
        elif encode_char(char) is None:
            raise ValueError(f"the cue {cue!r} may not contain {char!r}")
        else:
            out.append(f"[{readings(char)}]")
    try:
        return re.compile("".join(out))
    except re.error as error:
        raise ValueError(f"the cue {cue!r} is not well formed: {error}") from error
