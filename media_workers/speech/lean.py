"""Whisper with the words of one language only: the same text for two thirds of the time.

Whisper chooses each token among 51,865, nine tenths of which no Chinese sentence can hold, and in a
small model that choice is half of the decoder's work. Their rows are left out when the model is
loaded; nothing else of it changes. All 256 bytes stay, so whatever can be written can be written.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

WORTH_IT = 200_000_000
"""Bytes of `model.bin` up to which the choice of tokens weighs: Whisper tiny and base."""

_FORMAT = 6
_END = "<|endoftext|>"
_EMBEDDINGS = b"decoder/embeddings/"
_LETTERS = 2
_TOKEN_LISTS = ("lang_ids", "suppress_ids", "suppress_ids_begin")


@dataclass(frozen=True)
class Vocabulary:
    """The tokens a loaded model knows, as the tokenizer numbers them; its own number is the place.

    `pieces`: for a token that was left out, the tokens of its bytes.
    """

    kept: tuple[int, ...]
    pieces: dict[int, tuple[int, ...]]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {token: place for place, token in enumerate(self.kept)}

    def spelled(self, tokens: Iterable[int]) -> list[int]:
        """The tokenizer's tokens in the model's numbers; what was left out, byte by byte."""
        places, pieces = self._places, self.pieces
        return [places[t] for token in tokens for t in pieces.get(token, (token,))]

    def known(self, tokens: Iterable[int]) -> list[int]:
        """Those of the tokenizer's tokens that the model knows, in its numbers."""
        return [place for token in tokens if (place := self._places.get(token)) is not None]

    def read(self, places: Sequence[int]) -> list[int]:
        """The model's numbers as the tokenizer's."""
        return [self.kept[place] for place in places]


def whole(size: int) -> Vocabulary:
    """Of a model from which nothing was left out."""
    return Vocabulary(tuple(range(size)), {})


def lean(folder: Path) -> tuple[dict[str, Any], Vocabulary] | None:
    """A CTranslate2 Whisper folder's files, lean, and their tokens.

    None where it does not pay, and where the files are not laid out as those of CTranslate2's
    format 6. Files are bytes, `model.bin` something to read from.
    """
    model, names = folder / "model.bin", folder / "vocabulary.json"
    if model.stat().st_size > WORTH_IT or not names.is_file():
        return None
    try:
        return _lean(folder, model, names)
    except (ValueError, IndexError, KeyError, struct.error):
        return None  # whoever loads the folder as it is says what is wrong with it


def _lean(folder: Path, model: Path, names: Path) -> tuple[dict[str, Any], Vocabulary]:
    tokens: list[str] = json.loads(names.read_bytes())
    if not isinstance(tokens, list):
        raise ValueError("a vocabulary that is no list")
    vocabulary = _chosen(tokens)
    config = json.loads((folder / "config.json").read_bytes())
    config |= {name: vocabulary.known(config[name]) for name in _TOKEN_LISTS if name in config}
    files: dict[str, Any] = {
        "model.bin": BytesIO(_without_rows(model, len(tokens), vocabulary.kept)),
        "vocabulary.json": json.dumps([tokens[t] for t in vocabulary.kept]).encode(),
        "config.json": json.dumps(config).encode(),
    }
    return files, vocabulary


def _chosen(tokens: Sequence[str]) -> Vocabulary:
    text = _bytes_of(tokens[: tokens.index(_END)])
    single = {token[0]: n for n, token in enumerate(text) if len(token) == 1}
    kept = [n for n, token in enumerate(text) if _may_be_chinese(token)]
    pieces = {n: tuple(single[b] for b in text[n]) for n in {*range(len(text))}.difference(kept)}
    return Vocabulary((*kept, *range(len(text), len(tokens))), pieces)


def _bytes_of(tokens: Iterable[str]) -> list[bytes]:
    """Tokens are written with a letter for each byte, GPT-2's way: printable ones for themselves,
    the others for U+0100 and on, in order.
    """
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in set(plain)]
    of = {chr(b): b for b in plain} | {chr(256 + n): b for n, b in enumerate(others)}
    return [bytes(of[letter] for letter in token) for token in tokens]


def _may_be_chinese(token: bytes) -> bool:
    """Bytes, numbers, letters as on a plate, Chinese characters and marks, and parts of them."""
    if len(token) == 1:
        return True
    if token.isascii():
        text = token.decode().strip()
        return text.isdigit() or len(text) <= _LETTERS
    try:
        return all(map(_is_chinese, token.decode()))
    except UnicodeDecodeError:
        first = next(byte for byte in token if byte >= 0x80)
        inside = 0x80 <= first < 0xC0 or 0xE2 <= first < 0xF0
        return inside and all(map(_is_chinese, token.decode(errors="ignore")))


def _is_chinese(letter: str) -> bool:
    code = ord(letter)
    ideograph = 0x2E80 <= code <= 0x303F or 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF
    return ideograph or 0xFF00 <= code <= 0xFFEF or code >= 0x20000 or letter in " ·—‘’“”…"


def _without_rows(model: Path, tokens: int, kept: Sequence[int]) -> bytes:
    """The model file with those rows of the embeddings that are kept. ValueError without any.

    Laid out as: version, name of the model, revision, count | name, rank, sizes, type, bytes, data
    of each variable | aliases. Strings have their length in two bytes before them.
    """
    with model.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        (version,) = struct.unpack_from("<I", data, 0)
        at = _after_text(data, 4)
        _, count = struct.unpack_from("<II", data, at)
        if version != _FORMAT:
            raise ValueError("a model file of another format")
        parts, at = [data[: at + 8]], at + 8
        for _ in range(count):
            variable = _variable(data, at)
            parts += (
                variable.rows(data, kept)
                if variable.embeds(data, tokens)
                else [data[at : variable.end]]
            )
            at = variable.end
        if len(parts) == count + 1:
            raise ValueError("a model file without embeddings")
        return b"".join([*parts, data[at:]])


@dataclass(frozen=True, slots=True)
class _Variable:
    """Where the parts of a variable lie in the file; `form` is the type of its figures."""

    begin: int
    named: int
    sizes: tuple[int, ...]
    form: int
    first: int
    end: int

    def embeds(self, data: mmap.mmap, tokens: int) -> bool:
        """Whether it has one row a token."""
        name = data[self.begin + 2 : self.named]
        return name.startswith(_EMBEDDINGS) and self.sizes[:1] == (tokens,)

    def rows(self, data: mmap.mmap, kept: Sequence[int]) -> list[bytes]:
        """The same variable with some of its rows."""
        table = np.frombuffer(data[self.first : self.end], np.uint8).reshape(self.sizes[0], -1)
        left = table[list(kept)].tobytes()
        rank = len(self.sizes)
        head = struct.pack(f"<B{rank}IBI", rank, len(kept), *self.sizes[1:], self.form, len(left))
        return [data[self.begin : self.named], head, left]


def _variable(data: mmap.mmap, begin: int) -> _Variable:
    named = _after_text(data, begin)
    rank = data[named]
    *sizes, form, length = struct.unpack_from(f"<{rank}IBI", data, named + 1)
    first = named + 1 + struct.calcsize(f"<{rank}IBI")
    return _Variable(begin, named, tuple(sizes), form, first, first + length)


def _after_text(data: mmap.mmap, at: int) -> int:
    return at + 2 + int(struct.unpack_from("<H", data, at)[0])
