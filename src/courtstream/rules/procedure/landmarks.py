"""Where a hearing stands by the steps whose words were heard well, and who sits where."""

from __future__ import annotations

from courtstream.domain.trial import Role
from courtstream.rules.procedure.reading import Reading

ENOUGH = 0.6
"""A step whose words were heard this well needs no help from the exchange."""

COURT = frozenset({Role.JUDGE, Role.CLERK})
PARTIES = frozenset({Role.PLAINTIFF, Role.DEFENDANT, Role.THIRD_PARTY, Role.ACCUSED})
PROSECUTION = frozenset({Role.PROSECUTOR})
DEFENCE = frozenset({Role.COUNSEL, Role.ACCUSED})


def line_of(reading: Reading, *codes: str) -> int | None:
    """The line of the first of these steps that was heard well."""
    for code in codes:
        placed = reading.placed.get(code)
        if placed is not None and placed.score >= ENOUGH:
            return placed.line
    return None


def opening(reading: Reading) -> int:
    """The line the hearing is opened with; the end of the first fifth where nobody did."""
    line = line_of(reading, "P05", "K06")
    return line if line is not None else len(reading.stream.lines) // 5


def taken(reading: Reading) -> frozenset[int]:
    """The lines of the steps that were heard well."""
    return frozenset(p.line for p in reading.placed.values() if p.score >= ENOUGH)
