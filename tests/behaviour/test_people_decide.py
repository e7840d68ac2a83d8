"""The machine suggests, people decide: reviewers, the judge's word, appeals, an off switch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from courtstream.domain.errors import Conflict, Forbidden, InvalidInput
from courtstream.domain.scoring import Outcome, ScoreState
from courtstream.domain.staff import StaffRole
from courtstream.domain.trial import CaseKind, Procedure
from courtstream.rules.scoring import load_standard, score_hearing
from courtstream.rules.scoring.synthetic import synthetic_facts
from courtstream.services.publication import leaks
from courtstream.services.scoring import mistakes, review
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.scoring import switch as scoring_switch
from courtstream.store.tables import FalsePositive, Hearing, ScorecardRow
from tests.support.platform import BASIC, HIGH, NOW, World
from tests.support.scored import card_of, ended, weighed

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Any) -> World:
    return World.make(tmp_path / "w")


def second_office(world: World) -> None:
    world.work.write(world._user, "office2", StaffRole.OFFICE, HIGH)


def confirm_all(world: World, hearing_id: str, login: str = "office") -> None:
    for finding in card_of(world, hearing_id).findings:
        if finding.needs_person:
            world.work.write(review.confirm, world.users[login], finding.id, "", NOW)


def test_points_are_the_mean_of_the_reviewers(world: World) -> None:
    second_office(world)
    hearing_id = ended(world)
    asked = weighed(world, hearing_id, Outcome.NOT_FOUND)
    world.work.write(review.confirm, world.users["office"], asked.id, "", NOW)
    both = world.work.write(
        review.correct, world.users["office2"], asked.id, Outcome.MET, "第5分钟有", LATER
    )
    assert both.points == pytest.approx((asked.weight + asked.weight - asked.loss) / 2, abs=0.01)
    assert both.reviewers == 2
    assert both.suggested is Outcome.NOT_FOUND


def test_a_reviewer_who_changes_their_mind_counts_once(world: World) -> None:
    hearing_id = ended(world)
    asked = weighed(world, hearing_id, Outcome.NOT_FOUND)
    office = world.users["office"]
    world.work.write(review.correct, office, asked.id, Outcome.MET, "有", NOW)
    again = world.work.write(review.confirm, office, asked.id, "再看没有", LATER)
    assert again.points == pytest.approx(asked.weight - asked.loss, abs=0.01)
    assert again.reviewers == 1


def test_confirmed_then_final_when_the_judges_time_is_over(world: World) -> None:
    hearing_id = ended(world)
    confirm_all(world, hearing_id)
    card = card_of(world, hearing_id)
    assert card.state is ScoreState.CONFIRMED
    assert card.contest_until == NOW + timedelta(days=7)
    assert world.work.write(review.close_due, NOW + timedelta(days=6)) == 0
    assert world.work.write(review.close_due, NOW + timedelta(days=8)) == 1
    final = card_of(world, hearing_id)
    assert final.state is ScoreState.FINAL
    with pytest.raises(Conflict):
        world.work.write(
            review.contest, world.users["judge"], final.findings[0].id, "有异议", LATER
        )
    assert world.work.write(scoring.score, hearing_id, LATER) == ""


def test_the_time_to_contest_ends(world: World) -> None:
    hearing_id = ended(world)
    asked = weighed(world, hearing_id, Outcome.NOT_FOUND)
    confirm_all(world, hearing_id)
    with pytest.raises(Conflict):
        world.work.write(
            review.contest, world.users["judge"], asked.id, "有异议", NOW + timedelta(days=9)
        )


def test_an_upheld_appeal_changes_the_score_and_counts_as_the_systems_error(world: World) -> None:
    hearing_id = ended(world)
    asked = weighed(world, hearing_id, Outcome.NOT_FOUND)
    before = card_of(world, hearing_id)
    world.work.write(review.contest, world.users["judge"], asked.id, "第3分钟已宣布", NOW)
    assert card_of(world, hearing_id).state is ScoreState.CONTESTED
    found = world.work.write(
        review.decide, world.users["office"], asked.id, True, "录像可证", LATER
    )
    assert (found.outcome, found.points) == (Outcome.MET, pytest.approx(asked.weight))
    assert card_of(world, hearing_id).total == pytest.approx(before.total + asked.loss, abs=0.02)
    errors = world.work.read(mistakes.counted)
    assert (errors.contested, errors.upheld, errors.rate) == (1, 1, 1.0)
    kept = world.work.read(mistakes.replayable)
    assert [case["item"] for case in kept] == [asked.item]
    assert mistakes.FACTS.validate_python(kept[0]["facts"]).procedure is Procedure.CIV1_SUM
    assert "沈静怡" not in str(kept)
    assert "贺明远" not in str(kept)


def test_nobody_dismisses_the_appeal_against_their_own_word(world: World) -> None:
    second_office(world)
    hearing_id = ended(world)
    asked = weighed(world, hearing_id, Outcome.NOT_FOUND)
    world.work.write(review.confirm, world.users["office"], asked.id, "", NOW)
    world.work.write(review.contest, world.users["judge"], asked.id, "有", NOW)
    with pytest.raises(Conflict):
        world.work.write(review.decide, world.users["office"], asked.id, False, "没有", LATER)
    world.work.write(review.decide, world.users["office2"], asked.id, False, "没有", LATER)
    assert world.work.read(mistakes.counted).dismissed == 1
    assert not card_of(world, hearing_id).findings[0].contested
    with world.work.store.read() as session:
        assert session.query(FalsePositive).count() == 0


def test_explaining_contests_nothing_and_highlights_are_peoples(world: World) -> None:
    hearing_id = ended(world)
    card = card_of(world, hearing_id)
    asked = weighed(world, hearing_id, Outcome.NOT_FOUND)
    world.work.write(review.explain, world.users["judge"], asked.id, "设备故障", NOW)
    assert card_of(world, hearing_id).state is not ScoreState.CONTESTED
    merit = next(f for f in card.findings if f.category == "merit")
    with pytest.raises(Forbidden):
        world.work.write(review.highlight, world.users["judge"], merit.id, 5, "好", NOW)
    with pytest.raises(InvalidInput):
        world.work.write(review.highlight, world.users["office"], merit.id, 50, "好", NOW)
    with pytest.raises(InvalidInput):
        world.work.write(review.highlight, world.users["office"], asked.id, 1, "好", NOW)
    world.work.write(review.highlight, world.users["office"], merit.id, 3, "当庭调解", NOW)
    after = card_of(world, hearing_id)
    assert after.bonus == 3
    assert after.total == card.total


def test_the_judge_looks_first(world: World) -> None:
    hearing_id = ended(world)
    office, judge = world.users["office"], world.users["judge"]
    assert world.work.read(scoring.shown, judge, hearing_id, LATER).total >= 0
    with pytest.raises(Conflict):
        world.work.read(scoring.shown, office, hearing_id, LATER)
    assert world.work.read(scoring.shown, office, hearing_id, NOW + timedelta(hours=25))
    world.work.write(scoring.saw, judge, hearing_id, LATER)
    assert world.work.read(scoring.shown, office, hearing_id, LATER)


def test_a_court_may_switch_scoring_off(world: World) -> None:
    hearing_id = ended(world)
    with pytest.raises(Forbidden):
        world.work.write(scoring_switch.switch, world.users["judge"], BASIC, False, NOW)
    world.work.write(scoring_switch.switch, world.users["admin"], BASIC, False, NOW)
    assert world.work.write(scoring.score, hearing_id, LATER) == ""
    world.work.write(scoring_switch.switch, world.users["admin"], BASIC, True, NOW)
    assert world.work.write(scoring.score, hearing_id, LATER)


def test_a_leak_is_a_gate_and_no_average() -> None:
    facts = synthetic_facts(4, kind=CaseKind.CIVIL, procedure=Procedure.CIV1_ORD, judge_quality=1.0)
    clean = score_hearing(facts)
    leaky = score_hearing(replace(facts, leaks_confirmed=1))
    assert clean.barred == ()
    assert clean.total > 80
    assert leaky.barred == ("44a",)
    assert leaky.total <= load_standard().cap
    assert leaky.high <= load_standard().cap


def test_past_scores_keep_their_edition_and_their_numbers(world: World) -> None:
    hearing_id = ended(world)
    first = card_of(world, hearing_id)
    world.work.write(scoring.score, hearing_id, LATER)
    with world.work.store.read() as session:
        kept = session.get_one(ScorecardRow, first.id)
        assert (kept.total, kept.standard_version) == (first.total, first.standard_version)
        assert session.get_one(Hearing, hearing_id).court.scoring


def test_only_people_confirm_a_leak_and_the_card_says_so_at_once(world: World) -> None:
    hearing_id = ended(world)
    for login in ("judge", "clerk", "admin"):
        with pytest.raises(Forbidden):
            world.work.write(
                leaks.confirm, world.users[login], hearing_id, "face", 3.0, 4.0, "", NOW
            )
    office = world.users["office"]
    with pytest.raises(InvalidInput):
        world.work.write(leaks.confirm, office, hearing_id, "face", 4.0, 3.0, "", NOW)
    world.work.write(leaks.confirm, office, hearing_id, "face", 3.0, 4.0, "旁听席", NOW)
    card = card_of(world, hearing_id)
    assert card.barred == ("44a",)
    assert card.total <= card.cap
