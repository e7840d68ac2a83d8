"""Cues to choose among by sound: those that cannot begin at a place are passed over.

A window is compared with some five hundred cues at each of its characters by a dozen rules; nearly
all of them fall with their first two syllables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from courtstream.rules.masking.syllables import close

T = TypeVar("T")
Sounds = Sequence[str]

_OF_THREE, _OF_MORE = 0.84, 0.75
"""How alike the syllables of a longer cue must be on the mean; of one or two the same."""

_ROUNDING = 1e-9


def may_miss(size: int) -> float:
    """How much of a cue of so many syllables may be off, in syllables."""
    if size <= 2:
        return 0.0
    return size * (1 - (_OF_THREE if size == 3 else _OF_MORE)) + _ROUNDING


class Choices(tuple[T, ...], Generic[T]):
    """Cues, and what `sounds` says are their syllables.

    What has been looked up is kept: at most two rows for each syllable there is.
    """

    _parts: tuple[Sounds, ...]
    _first: dict[str, tuple[int, ...]]
    _second: dict[str, tuple[int, ...]]

    def __new__(cls, cues: Iterable[T], sounds: Callable[[T], Sounds]) -> Choices[T]:
        """Cues in the order in which they are to be tried."""
        made = super().__new__(cls, cues)
        made._parts = tuple(sounds(cue) for cue in made)
        made._first, made._second = {}, {}
        return made

    def near(self, heard: Sounds, at: int) -> Sequence[T]:
        """Those that may begin at `heard[at]`, in order: none is left out that sounds alike."""
        if not 0 <= at < len(heard):
            return ()
        places = self._like(heard[at])
        others = self._second_like(heard[at + 1]) if at + 1 < len(heard) else ()
        if others:
            return [self[n] for n in sorted({*places, *others})]
        return [self[n] for n in places]

    def _like(self, first: str) -> tuple[int, ...]:
        """With such a first syllable, but not quite another one."""
        if (found := self._first.get(first)) is None:
            off = self._off(0, first)
            found = self._first[first] = tuple(n for n, by, room in off if by <= room and by < 1)
        return found

    def _second_like(self, second: str) -> tuple[int, ...]:
        """With another first syllable, where the second is such that so much may be off."""
        if (found := self._second.get(second)) is None:
            off = self._off(1, second)
            found = self._second[second] = tuple(n for n, by, room in off if 1 + by <= room)
        return found

    def _off(self, place: int, sound: str) -> Iterator[tuple[int, float, float]]:
        """Of each cue: its number, how much it is off at a place, how much it may be in all."""
        for n, part in enumerate(self._parts):
            off = 1 - close(part[place], sound) if place < len(part) else 1.0
            yield n, off, may_miss(len(part))
