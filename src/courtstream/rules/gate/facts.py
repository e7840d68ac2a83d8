"""What the gate must know about a hearing. None means nobody has said: unknown, and so closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from courtstream.domain.trial import CaseKind, Procedure


class ObjectionBy(StrEnum):
    """Who may object to a broadcast (法发〔2010〕48号 art. 2)."""

    PROSECUTION = "PROSECUTION"
    PARTY = "PARTY"


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection. `upheld` is None until somebody has decided; until then it holds."""

    by: ObjectionBy
    reason: str = ""
    upheld: bool | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """The broadcast approval on file; `granted` False is the approval *not* to broadcast."""

    granted: bool
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class GateFacts:
    """The facts of one hearing.

    `flags`: closure codes of situations found to exist, None when nobody has checked.
    `applications`: code → granted, refused (False) or still waiting (None).
    `waived`: codes the person in charge, or the persons protected, decided not to apply.
    `public`: whether the sitting is public in court; `cause` is the 案由 in words.
    """

    kind: CaseKind | None
    procedure: Procedure | None
    cause: str | None
    flags: frozenset[str] | None
    public: bool | None = True
    approval: Approval | None = None
    objections: tuple[Objection, ...] = ()
    applications: Mapping[str, bool | None] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()
