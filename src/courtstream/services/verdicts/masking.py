"""The people and names of a case as the rules for a published judgment see them."""

from __future__ import annotations

from collections.abc import Sequence

from courtstream.domain.trial import CaseKind, Role
from courtstream.rules.judgment import Keeps, Masked, Person, mask_judgment
from courtstream.services.publication import shape
from courtstream.store.tables import Hearing

_STAFF = frozenset({Role.JUDGE, Role.CLERK})


def _people_of(hearing: Hearing) -> tuple[Person, ...]:
    """Everybody of the case as the judgment's rules see them."""
    return tuple(
        Person(p.name, p.role, p.protected, organisation=shape.is_organisation(p.name))
        for p in hearing.case.participants
        if p.role not in _STAFF or p.protected
    )


def _keeps_of(hearing: Hearing) -> Keeps:
    """What art. 11 keeps in this case."""
    people = hearing.case.participants
    staff = [p.name for p in people if p.role in _STAFF and not p.protected]
    return Keeps(
        bench=(*(seat.judge.name for seat in hearing.bench), *staff),
        lawyers=tuple(p.name for p in people if p.role is Role.COUNSEL and not p.protected),
        organisations=tuple(p.name for p in people if shape.is_organisation(p.name)),
        case_number=hearing.case.number,
        court=hearing.court.name,
    )


def masked(hearing: Hearing, text: str, keep: Sequence[str], hide: Sequence[str]) -> Masked:
    """A text of the judgment by the rules and the editor's corrections."""
    case = hearing.case
    kind: CaseKind = case.kind
    return mask_judgment(
        text, _people_of(hearing), kind, case.cause, _keeps_of(hearing), keep=keep, hide=hide
    )
