"""Invented hearings: the same seed the same facts, and good judges leave nothing out."""

from __future__ import annotations

import pytest

from courtstream.domain.scoring import Outcome
from courtstream.domain.trial import CaseKind, Procedure
from courtstream.rules.scoring import score_hearing
from courtstream.rules.scoring.synthetic import synthetic_facts

PLAYED = [
    Procedure.CIV1_ORD,
    Procedure.CIV1_SUM,
    Procedure.CRI1_ORD,
    Procedure.CRI1_SUM,
    Procedure.CRI1_FAST,
    Procedure.ADM1,
]


def made(seed: int, procedure: Procedure, quality: float):
    return synthetic_facts(seed, kind=CaseKind.CIVIL, procedure=procedure, judge_quality=quality)


@pytest.mark.parametrize("procedure", PLAYED)
def test_the_same_seed_gives_the_same_facts_and_another_seed_others(procedure):
    assert made(1, procedure, 0.5) == made(1, procedure, 0.5)
    assert made(1, procedure, 0.5) != made(2, procedure, 0.5)


@pytest.mark.parametrize("procedure", PLAYED)
def test_a_hearing_by_the_book_is_found_whole_by_the_engine(procedure):
    for seed in range(4):
        card = score_hearing(made(seed, procedure, 1.0))
        assert not [s.code for s in card.steps if s.outcome is Outcome.NOT_FOUND]
        assert not [r.code for r in card.rules if r.violated]
        assert card.total == 100


def test_quality_lies_between_nothing_and_one():
    with pytest.raises(ValueError, match="judge_quality"):
        made(1, Procedure.CIV1_ORD, 1.5)
