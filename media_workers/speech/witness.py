"""When a witness is called in and sent out, by what the court says: 传证人到庭 … 请证人退庭."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from courtstream.domain.time import SECOND, MediaTime
from courtstream.domain.transcript import Word

_NAME = r"[一-鿿]{0,4}?"
_CALLED = re.compile(rf"传证人|(?:请|带|由){_NAME}证人{_NAME}(?:到庭|出庭|入庭|作证)")
_SENT_OUT = re.compile(rf"证人{_NAME}(?:退庭|退席|离席)")
_MARKS = re.compile(r"[^一-鿿]")
_TAIL = 16
_APART: MediaTime = 4 * SECOND
"""A longer pause inside a phrase makes it two."""


@dataclass(frozen=True, slots=True)
class WitnessCue:
    """At `t` a witness is called in (`comes`) or sent out."""

    t: MediaTime
    comes: bool


class WitnessCues:
    """Takes stable words in order; gives each cue once."""

    def __init__(self) -> None:
        self._tail: list[tuple[str, MediaTime]] = []

    def push(self, words: Iterable[Word]) -> list[WitnessCue]:
        """The cues that these words complete."""
        found: list[WitnessCue] = []
        for word in words:
            if self._tail and word.span.start - self._tail[-1][1] > _APART:
                self._tail = []
            self._tail += [(char, word.span.start) for char in _MARKS.sub("", word.text)]
            self._tail = self._tail[-_TAIL:]
            text = "".join(char for char, _ in self._tail)
            called, sent = _CALLED.search(text), _SENT_OUT.search(text)
            match = called or sent
            if match is not None:
                found.append(WitnessCue(self._tail[match.start()][1], called is not None))
                self._tail = []
        return found
