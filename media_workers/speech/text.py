"""Characters of recognised text: one script, one width, punctuation set aside."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import opencc

from courtstream.domain.time import Span, seconds
from courtstream.domain.transcript import Word


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of recognised text with its times in seconds and the recogniser's probability."""

    text: str
    start: float
    end: float
    probability: float


@functools.cache
def _converter() -> Any:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """`text` in Simplified characters and half width, always of the same length.

    Phrases are looked at first (乾 and 幹 need their neighbours); where that would change the
    length, each character is taken by itself.
    """
    narrow = "".join(_narrow(c) for c in text)
    whole = str(_converter().convert(narrow))
    if len(whole) == len(narrow):
        return whole
    return "".join(str(_converter().convert(c))[:1] or c for c in narrow)


def _narrow(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isalnum() else char


def is_latin(char: str) -> bool:
    """Whether `char` belongs to a run of Latin letters."""
    return char.isascii() and char.isalpha()


def characters(pieces: Iterable[Piece]) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """One `Word` a character (Latin runs whole), and the punctuation after each.

    A piece's time is shared evenly among its characters. Punctuation before the first character
    is dropped.
    """
    flat = [slot for piece in pieces for slot in _slots(piece)]
    text = simplified("".join(slot.text for slot in flat))
    words: list[Word] = []
    after: list[str] = []
    for char, slot in zip(text, flat, strict=True):
        if not char.isalnum():
            if after:
                after[-1] += char
        elif _continues(words, after, char):
            words[-1] = _joined(words[-1], char, slot)
        else:
            words.append(_word(char, slot))
            after.append("")
    return tuple(words), tuple(mark.strip() for mark in after)


def _slots(piece: Piece) -> list[Piece]:
    step = (piece.end - piece.start) / max(1, len(piece.text))
    return [
        Piece(char, piece.start + i * step, piece.start + (i + 1) * step, piece.probability)
        for i, char in enumerate(piece.text)
    ]


def _continues(words: list[Word], after: list[str], char: str) -> bool:
    return bool(words) and not after[-1] and is_latin(char) and is_latin(words[-1].text[-1])


def _joined(word: Word, char: str, slot: Piece) -> Word:
    span = Span(word.span.start, max(word.span.end, seconds(slot.end)))
    return Word(word.text + char, span, min(word.confidence, slot.probability))


def _word(char: str, slot: Piece) -> Word:
    return Word(char, Span(seconds(slot.start), seconds(slot.end)), slot.probability)
