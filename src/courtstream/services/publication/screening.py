"""Texts that people write for the public pass the same masking rules as what was heard."""

from __future__ import annotations

from dataclasses import dataclass

from courtstream.domain.errors import InvalidInput
from courtstream.domain.trial import Role
from courtstream.rules.masking import mask_text, spot
from courtstream.store.tables import Hearing

LONGEST = 4000
_NAMED = frozenset({Role.JUDGE, Role.CLERK, Role.PROSECUTOR, Role.COUNSEL})


@dataclass(frozen=True, slots=True)
class Screened:
    """The text as it may be published, and the kinds of what was hidden in it."""

    text: str
    hidden: tuple[str, ...]


def protected_of(hearing: Hearing) -> tuple[str, ...]:
    """Names that must never be read (刑诉解释 arts. 256-257)."""
    return tuple(p.name for p in hearing.case.participants if p.protected)


def keep_of(hearing: Hearing) -> tuple[str, ...]:
    """What stays: bench, clerks, counsel, prosecution, court and case number (19号 art. 11)."""
    people = [p.name for p in hearing.case.participants if p.role in _NAMED and not p.protected]
    judges = [seat.judge.name for seat in hearing.bench]
    return (*judges, *people, hearing.court.name, hearing.case.number)


def screen(hearing: Hearing, text: str, longest: int = LONGEST) -> Screened:
    """Hide what is private in a text written for this hearing.

    Raises InvalidInput when it is empty or longer than `longest` characters.
    """
    plain = text.strip()
    if not plain or len(plain) > longest:
        raise InvalidInput(f"文字须为 1 至 {longest} 字 / the text has 1 to {longest} characters")
    spans = spot(plain, protected_of(hearing), keep_of(hearing))
    return Screened(mask_text(plain, spans), tuple(dict.fromkeys(s.type for s in spans)))
