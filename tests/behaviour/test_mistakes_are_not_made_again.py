"""What an appeal overturned stays overturned: every kept mistake is scored again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from courtstream.domain.scoring import Outcome
from courtstream.rules.scoring import load_standard, score_hearing
from courtstream.services.scoring.mistakes import FACTS, nameless

CASES = sorted((Path(__file__).parents[1] / "data" / "mistakes").glob("*.json"))


def test_there_are_mistakes_to_learn_from() -> None:
    assert CASES


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_a_mistake_is_not_made_again(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    card = score_hearing(FACTS.validate_python(case["facts"]), load_standard(case["standard"]))
    found = next(f for f in card.findings if f.item == case["item"])
    assert found.outcome.value == case["right"], [e.row for e in found.evidence]
    assert case["suggested"] != Outcome.MET.value


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_a_kept_mistake_names_nobody_and_is_the_same_when_read_back(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    facts = FACTS.validate_python(case["facts"])
    assert nameless(facts) == case["facts"]
    assert all(p.name == p.label for p in facts.participants)
