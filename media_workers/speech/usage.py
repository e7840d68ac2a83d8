"""What follows a cue may make it a question or a mention, and no reading of a number or a place."""

from __future__ import annotations

from collections.abc import Sequence

from courtstream.rules.masking.spoken import Words, listed, said_at, table
from media_workers.speech.heard import Heard


def skip_copula(heard: Heard, at: int) -> int:
    """Past 是, 为, 号 and the like after a cue."""
    size = said_at(heard.sounds, at, listed("copula", "words"))
    while size:
        at += size
        size = said_at(heard.sounds, at, listed("copula", "words"))
    return at


def is_other_word(heard: Heard, at: int, size: int) -> bool:
    """Whether `size` signs from `at` on are written as a word that only sounds like a cue."""
    return heard.text[at : at + size] in tuple(table("unlike")["words"])


def is_question(heard: Heard, at: int) -> bool:
    """A question or a mention comes after the cue, not a reading."""
    return any(
        said_at(heard.sounds, place, listed("copula", "question")) or is_sign(heard, place)
        for place in range(at, at + 2)
    )


def is_sign(heard: Heard, at: int) -> bool:
    """Whether 和, 吗 or the like is written at `at`, and is no syllable of a place (和平区)."""
    if heard.text[at : at + 1] not in tuple(table("copula")["question_signs"]):
        return False
    places = tuple(table("copula")["places"])
    return not any(heard.text.startswith(places, begin) for begin in (max(0, at - 1), at))


def otherwise(heard: Heard, at: int, name: str, key: str) -> bool:
    """Whether one of a table's words, which make a cue something else, is said at `at`."""
    return says_else(heard, at, listed(name, key), table(name)[key])


def says_else(heard: Heard, at: int, words: Words, written: Sequence[str]) -> bool:
    """The same of any words: by their sound, those of one syllable only when written so.

    李 sounds like 里, 河 like 和, and a name or a place may begin with either.
    """
    size = said_at(heard.sounds, at, words)
    return size > 1 or heard.text[at : at + 1] in tuple(w for w in written if len(w) == 1)
