"""Ended hearings with a scorecard, and people who speak to it."""

from __future__ import annotations

from courtstream.domain.scoring import Outcome
from courtstream.domain.trial import CaseKind, Procedure
from courtstream.rules.scoring.synthetic import synthetic_facts
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.views import FindingView, ScorecardView
from tests.support.platform import NOW, World


def ended(world: World, number: int = 1, judge: str = "罗文清") -> str:
    """An ended, scored hearing; its id."""
    hearing_id, tape = world.live(
        case_number=f"（2026）江0102民初{number}号", judges=(judge,), replay_release="automatic"
    )
    world.take([tape.end(6)])
    facts = synthetic_facts(
        number, kind=CaseKind.CIVIL, procedure=Procedure.CIV1_SUM, judge_quality=0.5
    )
    world.work.write(scoring.score_facts, facts, hearing_id, NOW)
    return hearing_id


def card_of(world: World, hearing_id: str) -> ScorecardView:
    """The card as the office reads it."""
    return world.work.read(scoring.scorecard, world.users["office"], hearing_id)


def weighed(world: World, hearing_id: str, outcome: Outcome) -> FindingView:
    """The first weighed finding of that outcome."""
    card = card_of(world, hearing_id)
    return next(f for f in card.findings if f.outcome is outcome and f.weight > 0)
