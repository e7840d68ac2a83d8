"""What a method says about one item, before points are brought to a hundred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courtstream.domain.scoring import (
    Evidence,
    HearingFacts,
    Outcome,
    RuleFinding,
    StepFinding,
)
from courtstream.rules.scoring.standard import Item, Standard


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a method may look at."""

    facts: HearingFacts
    steps: Sequence[StepFinding]
    rules: Sequence[RuleFinding]
    standard: Standard
    item: Item


@dataclass(frozen=True, slots=True)
class Verdict:
    """`loss` is the raw deduction suggested if the outcome holds; for unclear items at worst."""

    outcome: Outcome
    loss: float
    evidence: tuple[Evidence, ...]
    confidence: float = 1.0


def met(*evidence: Evidence, confidence: float = 1.0) -> Verdict:
    """Nothing to say against it."""
    return Verdict(Outcome.MET, 0.0, evidence, confidence)


def question(loss: float, *evidence: Evidence, confidence: float = 1.0) -> Verdict:
    """Not found, or a fault: a question to a person with a suggested deduction."""
    return Verdict(Outcome.NOT_FOUND, loss, evidence, confidence)


def unknown(worst: float, *evidence: Evidence, confidence: float = 0.0) -> Verdict:
    """Cannot be judged; `worst` is what it could cost."""
    return Verdict(Outcome.UNCLEAR, worst, evidence, confidence)


def row(name: str, value: object) -> Evidence:
    """A metadata row as evidence: `name=value`."""
    return Evidence(row=f"{name}={value}")
