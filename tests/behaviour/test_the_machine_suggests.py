"""The machine suggests, people decide: what that means for every score.

Every point leads to a moment of the recording or to a metadata row; what was not found is a
question with an answer either way; what was badly heard never counts against anyone.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from courtstream.domain.scoring import HearingFacts, Outcome, ScoreState
from courtstream.domain.time import SECOND
from courtstream.domain.transcript import Transcript, Utterance
from courtstream.domain.trial import CaseKind, Procedure, Role
from courtstream.rules.procedure.transcripts import read_file, read_folder
from courtstream.rules.scoring import load_standard, score_hearing
from courtstream.rules.scoring.synthetic import synthetic_facts

DATA = Path(__file__).parents[1] / "data" / "procedure"
KINDS = {"CIV": CaseKind.CIVIL, "CRI": CaseKind.CRIMINAL, "ADM": CaseKind.ADMINISTRATIVE}


def facts_of(name: str) -> HearingFacts:
    hearing = read_file(DATA / f"{name}.json")
    return HearingFacts(
        hearing.id,
        KINDS[hearing.procedure.value[:3]],
        hearing.procedure,
        hearing.transcript,
        hearing.participants,
        hearing.sole_judge,
        hearing.public,
        hearing.states,
    )


def mumbled(facts: HearingFacts, confidence: float) -> HearingFacts:
    """The same hearing, recognised badly."""
    said = tuple(replace(u, confidence=confidence) for u in facts.transcript.utterances)
    return replace(facts, transcript=replace(facts.transcript, utterances=said))


HEARINGS = [hearing.id for hearing in read_folder(DATA)]


@pytest.mark.parametrize("name", HEARINGS)
def test_every_point_leads_to_a_moment_or_a_metadata_row(name):
    facts = facts_of(name)
    end = facts.transcript.utterances[-1].span.end
    for finding in score_hearing(facts).findings:
        assert finding.evidence, finding.item
        for evidence in finding.evidence:
            assert evidence.span is not None or "=" in evidence.row or "/" in evidence.row
            if evidence.span is not None:
                assert 0 <= evidence.span.start <= evidence.span.end <= end + 10 * SECOND


@pytest.mark.parametrize("name", HEARINGS)
def test_points_lost_are_lost_by_items_that_say_why(name):
    card = score_hearing(facts_of(name))
    lost = [f for f in card.findings if f.points < f.weight]
    assert sum(f.weight - f.points for f in lost) == pytest.approx(100 - card.total, abs=0.05)
    assert all(f.outcome is Outcome.NOT_FOUND for f in lost)
    assert all(f.basis and any(e.quote or e.row for e in f.evidence) for f in lost)


def test_a_missing_step_is_a_question_with_the_stretch_where_it_belongs():
    card = score_hearing(facts_of("dev_civ1_ord_02"))
    finding = next(f for f in card.findings if f.item == "08")
    assert finding.outcome is Outcome.NOT_FOUND
    assert finding.evidence[0].span is not None
    assert "人工核对" in finding.evidence[0].quote


def test_not_found_is_never_a_final_deduction():
    card = score_hearing(facts_of("dev_civ1_ord_02"))
    assert card.state is ScoreState.SUGGESTED
    assert card.total < card.high == 100, "a person who dismisses every question restores it all"


@pytest.mark.parametrize("name", HEARINGS)
@pytest.mark.parametrize("confidence", [0.0, 0.3, 0.59])
def test_low_confidence_never_counts_against_anyone(name, confidence):
    card = score_hearing(mumbled(facts_of(name), confidence))
    spoken = [f for f in card.findings if f.method in ("SP", "AU")]
    assert not any(f.outcome is Outcome.NOT_FOUND for f in spoken)
    assert all(f.points == f.weight for f in spoken)
    assert card.low <= card.total, "the doubt shows in the range instead"


def test_a_judge_who_paraphrases_is_not_punished_for_silence_of_the_recogniser():
    facts = facts_of("dev_civ1_ord_01")
    nothing = replace(facts, transcript=Transcript(()))
    card = score_hearing(nothing)
    assert card.total == 100
    assert card.low < 70, "what could not be heard is shown as doubt"


def test_the_same_facts_give_the_same_card():
    for seed in range(5):
        facts = synthetic_facts(
            seed, kind=CaseKind.CIVIL, procedure=Procedure.CIV1_SUM, judge_quality=0.4
        )
        assert score_hearing(facts) == score_hearing(facts)


def test_the_edition_of_the_standard_is_named_so_that_it_can_be_run_again():
    card = score_hearing(facts_of("dev_adm1_01"))
    standard = load_standard(card.standard_version)
    assert standard.name == card.standard
    assert score_hearing(facts_of("dev_adm1_01"), standard) == card


def test_invented_hearings_name_nobody():
    for procedure in Procedure:
        facts = synthetic_facts(3, kind=CaseKind.CIVIL, procedure=procedure, judge_quality=0.7)
        assert all(person.name == person.label for person in facts.participants)
        assert all(isinstance(u, Utterance) for u in facts.transcript.utterances)
        assert {p.role for p in facts.participants} & {Role.JUDGE}
