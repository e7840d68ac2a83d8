"""A child's school and class, and states of health, in recognised speech."""

from __future__ import annotations

from collections.abc import Iterator

from courtstream.domain.redaction import Reason
from courtstream.rules.masking.catalogue import catalogue
from courtstream.rules.masking.sensitive import find_health, find_minors
from courtstream.rules.masking.spoken import said_at, sounds_of
from media_workers.speech.heard import DIGIT, Heard
from media_workers.speech.readings import Evidence, hidden

_BY_SOUND = 3
"""An illness of so many syllables is known by its sound; shorter ones must be written so."""


def sensitive(heard: Heard) -> Iterator[Evidence]:
    """Every school with a class, and every named illness."""
    for span in find_minors(_classes(heard)):
        yield _evidence(heard, Reason.MINOR, span.start, span.end)
    for span in find_health(heard.text):
        yield _evidence(heard, Reason.HEALTH, span.start, span.end)
    yield from _misspelt(heard)


def _classes(heard: Heard) -> str:
    """The text with 班 after a number wherever it sounds like it: 四年级一般."""
    return "".join(
        "班" if at and sign.sound == "ban" and heard.signs[at - 1].kind == DIGIT else sign.char
        for at, sign in enumerate(heard.signs)
    )


def _misspelt(heard: Heard) -> Iterator[Evidence]:
    words = [word for word in catalogue().tables["health"]["words"] if len(word) >= _BY_SOUND]
    names = tuple(sounds_of(word) for word in sorted(words, key=len, reverse=True))
    for at in range(len(heard.signs)):
        size = said_at(heard.sounds, at, names)
        if size:
            yield _evidence(heard, Reason.HEALTH, at, at + size)


def _evidence(heard: Heard, reason: Reason, first: int, end: int) -> Evidence:
    return Evidence(hidden(heard, first, end - 1), reason, first, end - 1, 0.7, True)
