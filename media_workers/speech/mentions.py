"""Protected names in recognised speech: by their sound, as a recogniser garbles unknown names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.names import given_name
from courtstream.rules.masking.nearness import ALIKE, grade, name_score
from courtstream.rules.masking.spoken import listed, sounds_of, table
from courtstream.rules.masking.syllables import folded
from media_workers.speech.extent import Evidence, spoken
from media_workers.speech.heard import DIGIT, Heard

_AFTER_CUE = 2
"""Signs that may stand between a cue and the name: 是, 的, 一个."""


@dataclass(frozen=True, slots=True)
class SpokenName:
    """A name by its folded syllables; `given` without the surname, `plain` and `whole` unfolded."""

    sounds: tuple[str, ...]
    given: tuple[str, ...]
    plain: tuple[str, ...]
    whole: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> SpokenName:
        """The sounds of a written name."""
        whole, given = sounds_of(name), sounds_of(given_name(name))
        return cls(_fold(whole), _fold(given), given, whole)


def _fold(sounds: Sequence[str]) -> tuple[str, ...]:
    return tuple(folded(sound) for sound in sounds)


def _alike(heard: Sequence[str], name: Sequence[str]) -> float:
    return float(Levenshtein.normalized_similarity("".join(heard), "".join(name)))


def _least(size: int) -> float:
    return 0.72 if size >= 4 else 0.8


def _spelt(part: tuple[str, ...], name: SpokenName) -> float:
    """How alike the folded syllables are as letters; 0.0 when not enough."""
    surname = len(name.sounds) - len(name.given)
    alike = _alike(part, name.sounds)
    if len(part) != len(name.sounds):
        return alike if alike >= 0.8 else 0.0
    head = _alike(part[:surname], name.sounds[:surname])
    tail = [_alike([a], [b]) for a, b in zip(part[surname:], name.given, strict=True)]
    if head < 0.6 or max(tail) < 0.66 or (surname == 1 and min(tail) < 0.4):
        return 0.0
    return alike if alike >= _least(len(part)) else 0.0


def _score(plain: tuple[str, ...], name: SpokenName, cued: bool) -> float:
    """How likely `plain` is the whole name, 0.0 when it is not."""
    near = name_score(plain, name.whole, cued)
    if len(name.whole) < 3 or len(plain) != len(name.whole):
        return near
    return max(near, _spelt(_fold(plain), name))


def mentions(
    heard: Heard, protected: Sequence[SpokenName], keep: Sequence[SpokenName]
) -> Iterator[Evidence]:
    """Every place where a protected name seems to be said, kept names excepted."""
    cues = _cued(heard) if protected else frozenset()
    for name in protected:
        for at in range(len(heard.signs)):
            yield from _whole(heard, at, name, keep, at in cues)
            yield from _given(heard, at, name, keep, at in cues)


def _cued(heard: Heard) -> frozenset[int]:
    """Signs at which a name may begin because a word before them announces one."""
    found: set[int] = set()
    for at in range(len(heard.signs)):
        for cue in listed("near", "cues"):
            if heard.sounds[at : at + len(cue)] == cue:
                end = at + len(cue)
                found.update(range(end, end + _AFTER_CUE + 1 if len(cue) > 1 else end + 1))
    return frozenset(found)


def _whole(
    heard: Heard, at: int, name: SpokenName, keep: Sequence[SpokenName], cued: bool
) -> Iterator[Evidence]:
    for size in (len(name.whole), len(name.whole) + 1):
        signs, part = heard.signs[at : at + size], heard.sounds[at : at + size]
        if len(signs) < size or all(sign.kind == DIGIT for sign in signs):
            continue
        score = _score(part, name, cued)
        unsure = score < ALIKE or len(name.whole) < 3
        if not score or (unsure and not cued and _ordinary(heard, at, size, score == 1.0)):
            continue
        if score > max((_score(part, one, cued) for one in keep), default=0.0):
            yield _evidence(heard, at, size, score)


def _given(
    heard: Heard, at: int, name: SpokenName, keep: Sequence[SpokenName], cued: bool
) -> Iterator[Evidence]:
    """The given name alone: both syllables alike, and no word that is said all the time."""
    size = len(name.plain)
    signs, part = heard.signs[at : at + size], heard.sounds[at : at + size]
    if size < 2 or len(signs) < size or any(sign.kind == DIGIT for sign in signs):
        return
    marks = [grade(one, other) for one, other in zip(part, name.plain, strict=True)]
    exact = part == name.plain
    if min(marks) < ALIKE or (not cued and _ordinary(heard, at, size, exact)):
        return
    if not any(_belongs(heard, at, one, exact) for one in keep):
        yield _evidence(heard, at, size, 0.6)


def _belongs(heard: Heard, at: int, kept: SpokenName, exact: bool) -> bool:
    """Whether the syllables at `at` are a kept person's given name.

    `exact`: they are the protected person's too; then the kept surname must stand before them.
    """
    end = at + len(kept.plain)
    if exact:
        first = end - len(kept.whole)
        return first >= 0 and heard.sounds[first:end] == kept.whole
    return heard.sounds[at:end] == kept.plain


def _ordinary(heard: Heard, at: int, size: int, exact: bool) -> bool:
    """Whether a very common word stands among the signs.

    `exact`: they sound just like the name, so that only whole words of the court excuse them.
    """
    text, rules = heard.text[max(0, at - 1) : at + size + 1], table("near")
    first = min(at, 1)
    for word in rules["words"]:
        place = text.find(word)
        if place >= 0 and place < first + size and place + len(word) > first:
            return True
    common = any(char in rules["common"] for char in text[first : first + size])
    return common and not exact


def _evidence(heard: Heard, at: int, size: int, score: float) -> Evidence:
    last = at + size - 1
    return Evidence(spoken(heard, at, last), Reason.NAME, at, last, score)
