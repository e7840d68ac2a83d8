"""Text as sound: one private character a syllable, so that homophones compare equal.

A recogniser writes 金星评议 for 进行评议. Every character becomes one code point of its toneless
syllable, with the pairs a recogniser confuses folded (zh/z, ch/c, sh/s, ang/an, eng/en, ing/in).
Positions are kept: one code a character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pypinyin import lazy_pinyin

BOUNDARY = "\uf8ff"
"""Stands between two speakers; no cue matches across it."""

MASKED = "\uf8fe"
"""A hidden character: matches inside gaps only."""

_BASE = 0xE000
_INITIALS = ("", *"bpmfdtnlgkhjqxzcsryw")
# fmt: off
_FINALS = (
    "a", "o", "e", "i", "u", "v", "ai", "ei", "ao", "ou", "an", "en", "in", "on", "ia", "ie",
    "iao", "iu", "ian", "ion", "ua", "uo", "uai", "ui", "uan", "un", "ue", "ve", "van", "vn", "er",
    "n", "m", "ng", "io",
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
def readings(text: str) -> tuple[str, ...]:
    """For every character of a cue the codes it may have been heard as.

    Its usual reading, and the one it has inside these words; rare readings would make words
    alike that nobody confuses (核实 and 开始).
    """
    han = all("\u4e00" <= char <= "\u9fff" for char in text)
    spoken = lazy_pinyin(text) if han else [lazy_pinyin(char)[0] for char in text]
    return tuple(
        "".join(sorted({encode_char(char) or "", *_spoken(char, heard)}))
        for char, heard in zip(text, spoken, strict=True)
    )


def _spoken(char: str, heard: str) -> set[str]:
    return {_code_of(heard)} if "\u4e00" <= char <= "\u9fff" else {char.lower()}


SHORT = 2
"""Barriers up to this length are compared as written: 可以依法 sounds like 异议 within."""


def compile_barrier(words: Sequence[str]) -> re.Pattern[str] | None:
    """Words that say a cue means something else: short ones as written, long ones by sound.

    `$` at a word's end anchors it to the end of the text searched, `~` compares a short word by
    sound all the same. None when there are no words.
    """
    if not words:
        return None
    parts = []
    for word in words:
        bare = word.rstrip("$~")
        body = _run(bare, exact=len(bare) <= SHORT and "~" not in word)
        parts.append(body + ("\\Z" if word.endswith("$") else ""))
    return re.compile("|".join(parts), re.DOTALL)


@lru_cache(maxsize=8192)
def compile_cue(cue: str, written: int = 1, *, halves: bool = False) -> re.Pattern[str]:
    """A cue of a pack as a pattern over a stream's paired text (code, character, code, …).

    `…` is a gap of up to 12 characters, `‥` of up to 4, `(a|b|)` alternatives, `^` the start of
    an utterance. Runs of up to `written` characters are compared as written, longer ones by
    sound; with `halves`, one character of every two-character word must stand as written (two
    short words that only sound alike are found anywhere). Raises ValueError when the cue is not
    well formed.
    """
    out = []
    for token in _TOKENS.findall(cue):
        if token in _MARKS:
            out.append(_MARKS[token])
        elif any(encode_char(char) is None for char in token):
            raise ValueError(f"the cue {cue!r} may not contain {token!r}")
        elif halves and len(token) == SHORT > written:
            out.append(_half(token))
        else:
            out.append(_run(token, exact=len(token) <= written))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error as error:
        raise ValueError(f"the cue {cue!r} is not well formed: {error}") from error


def _half(text: str) -> str:
    """A word of two characters, one of them as written."""
    first, second = readings(text)
    a, b = re.escape(text[0]), re.escape(text[1])
    return f"(?:[{first}]{a}[{second}].|[{first}].[{second}]{b})"


def _run(text: str, *, exact: bool) -> str:
    """Characters in a row: each as its codes and, when exact, the character itself."""
    heard = readings(text)
    return "".join(
        f"[{codes}]{re.escape(char) if exact else '.'}"
        for char, codes in zip(text, heard, strict=True)
    )


_TOKENS = re.compile(r"[()|…‥^]|[^()|…‥^]+")
_MARKS = {
    "(": "(?:",
    ")": ")",
    "|": "|",
    "…": f"(?:[^{BOUNDARY}].){{0,12}}?",
    "‥": f"(?:[^{BOUNDARY}].){{0,4}}?",
    "^": f"(?:(?<={BOUNDARY}{BOUNDARY})|\\A)",
}
