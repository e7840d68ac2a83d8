"""Protected names in recognised speech: the whole name by its sound, a syllable more or less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.names import folded, given_name
from courtstream.rules.masking.spoken import sounds_of
from media_workers.speech.heard import DIGIT, Heard
from media_workers.speech.readings import Evidence, spoken


@dataclass(frozen=True, slots=True)
class SpokenName:
    """A name by its folded syllables; `given` without the surname, `plain` the same unfolded."""

    sounds: tuple[str, ...]
    given: tuple[str, ...]
    plain: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> SpokenName:
        """The sounds of a written name."""
        given = sounds_of(given_name(name))
        return cls(_fold(sounds_of(name)), _fold(given), given)


def _fold(sounds: Sequence[str]) -> tuple[str, ...]:
    return tuple(folded(sound) for sound in sounds)


def _alike(heard: Sequence[str], name: Sequence[str]) -> float:
    return float(Levenshtein.normalized_similarity("".join(heard), "".join(name)))


def _least(size: int) -> float:
    return 0.72 if size >= 4 else 0.8


def _score(part: tuple[str, ...], name: SpokenName) -> float:
    surname = len(name.sounds) - len(name.given)
    alike = _alike(part, name.sounds)
    if len(part) != len(name.sounds):
        return alike if alike >= 0.8 else 0.0
    head = _alike(part[:surname], name.sounds[:surname])
    tail = [_alike([a], [b]) for a, b in zip(part[surname:], name.given, strict=True)]
    if head < 0.6 or max(tail) < 0.66 or (surname == 1 and min(tail) < 0.4):
        return 0.0
    return alike if alike >= _least(len(part)) else 0.0


def mentions(
    heard: Heard, protected: Sequence[SpokenName], keep: Sequence[SpokenName]
) -> Iterator[Evidence]:
    """Every place where a protected name seems to be said, kept names excepted."""
    sounds = _fold(heard.sounds)
    for name in protected:
        size = len(name.sounds)
        for at in range(len(sounds)):
            part = sounds[at : at + size]
            if len(part) < size or all(s.kind == DIGIT for s in heard.signs[at : at + size]):
                continue
            score = _score(part, name)
            if score and score > max((_score(part, one) for one in keep), default=0.0):
                last = at + size - 1
                yield Evidence(spoken(heard, at, last), Reason.NAME, at, last, score)
        yield from _given(heard, name)


def _given(heard: Heard, name: SpokenName) -> Iterator[Evidence]:
    """The given name alone, only when it sounds exactly so and is not made of digits."""
    size = len(name.given)
    if size < 2:
        return
    for at in range(len(heard.signs) - size + 1):
        signs = heard.signs[at : at + size]
        if heard.sounds[at : at + size] == name.plain and not any(s.kind == DIGIT for s in signs):
            last = at + size - 1
            yield Evidence(spoken(heard, at, last), Reason.NAME, at, last, 0.6)
