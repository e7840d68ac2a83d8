"""The rules of court-rules 3.8."""

from __future__ import annotations

from courtstream.domain.scoring import RuleFinding
from courtstream.rules.procedure.reading import Reading


def rules_of(reading: Reading) -> list[RuleFinding]:
    """One finding a rule that can arise in this hearing."""
    return []
