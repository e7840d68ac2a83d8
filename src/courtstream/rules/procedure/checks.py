"""The rules of court-rules 3.8: which of them can arise in a hearing, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from courtstream.domain.scoring import RuleFinding
from courtstream.rules.procedure import rules_order, rules_private, rules_sides, rules_words
from courtstream.rules.procedure.reading import Reading

CHECKS: Mapping[str, Callable[[Reading], RuleFinding | None]] = {
    "X-GAVEL-OPEN": rules_order.gavel_open,
    "X-GAVEL-REC": rules_order.gavel_recess,
    "X-RECUSE-EACH": rules_sides.recusal,
    "X-PANEL-CONTRA": rules_words.panel,
    "X-ORDER": rules_order.order,
    "X-PII-SPOKEN": rules_private.private_spoken,
    "X-FINAL-BOTH": rules_sides.final_views,
    "X-LAST-EACH": rules_sides.last_words,
    "X-EVID-BOTH": rules_sides.evidence,
    "X-MEDIATION-STREAM": rules_words.mediation,
    "X-CLOSE-REASON": rules_words.close_reason,
    "X-APPEAL": rules_words.appeal,
    "X-MERGE-OK": rules_order.merge,
    "X-OFFICIAL": rules_words.official,
}


def rules_of(reading: Reading) -> list[RuleFinding]:
    """One finding a rule that can arise in this hearing, in the pack's order."""
    if not reading.stream.lines:
        return []
    return list(_findings(reading))


def _findings(reading: Reading) -> Iterator[RuleFinding]:
    witness = {finding.code: finding for finding in rules_words.witness(reading)}
    for code in reading.pack.rules:
        if code in witness:
            yield witness[code]
        elif code in CHECKS:
            finding = CHECKS[code](reading)
            if finding is not None:
                yield finding
