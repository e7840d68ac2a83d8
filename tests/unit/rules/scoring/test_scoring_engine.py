"""Points: where they come from, and what can never happen to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.errors import NotFound
from courtstream.domain.scoring import (
    Channel,
    HearingFacts,
    MediaMeasures,
    Outcome,
    RecordingFacts,
    RuleFinding,
    ScheduleFacts,
    ScoreState,
    StepFinding,
)
from courtstream.domain.time import Span
from courtstream.domain.transcript import Transcript
from courtstream.domain.trial import CaseKind, MinuteState, Procedure
from courtstream.rules.procedure import load_pack
from courtstream.rules.scoring import (
    StandardInvalid,
    load_standard,
    released_standards,
    score_findings,
    score_hearing,
)
from courtstream.rules.scoring.engine import METHODS
from courtstream.rules.scoring.standard import parse_standard
from courtstream.rules.scoring.synthetic import synthetic_facts

FROZEN = {
    "2026.1": "6bae65c56d930626dc8a5064e365890d5a84ad804e174a95d7870bec1314bd69",
    "2026.2": "0027c9e33c4e93d62f1c0e3c354f5885a9a31ec3af5529ccddd7d5391e1b8cb3",
}
"""SHA-256 of every released edition. A new rule is a new edition, never a new hash here."""

STANDARD = load_standard()
PROCEDURES = st.sampled_from(list(Procedure))
OUTCOMES = st.sampled_from(list(Outcome))


def facts(procedure: Procedure = Procedure.CIV1_ORD, **known: object) -> HearingFacts:
    made = synthetic_facts(7, kind=CaseKind.CIVIL, procedure=procedure, judge_quality=1.0)
    return replace(made, **known)  # type: ignore[arg-type]


def steps_of(procedure: Procedure, outcomes: list[Outcome]) -> list[StepFinding]:
    """A finding for every step of the procedure, outcomes in rotation."""
    pack = load_pack(procedure)
    out = []
    for number, step in enumerate(pack.steps):
        outcome = outcomes[number % len(outcomes)]
        span = Span(number * 10**9, number * 10**9 + 1) if outcome is Outcome.MET else None
        out.append(StepFinding(step.code, outcome, span, "词", 0.9, "因"))
    return out


def item(card, identifier):
    return next(f for f in card.findings if f.item == identifier)


def test_released_editions_are_frozen():
    folder = files("courtstream.rules.scoring") / "standards"
    hashes = {
        version: hashlib.sha256((folder / f"{version}.toml").read_bytes()).hexdigest()
        for version in released_standards()
    }
    assert hashes == FROZEN


@pytest.mark.parametrize("procedure", list(Procedure))
def test_every_procedure_has_a_profile_whose_items_have_methods(procedure):
    profile = STANDARD.profile_for(procedure)
    assert all(i.method in METHODS and i.basis and i.zh and i.en for i in profile.items)
    codes = {code for i in profile.items for code in i.steps}
    pack = load_pack(procedure)
    assert set(pack.mandatory) <= codes, "every mandatory step is judged by some item"


@settings(max_examples=20, deadline=None)
@given(PROCEDURES, st.lists(OUTCOMES, min_size=1, max_size=7))
def test_weights_make_a_hundred_and_points_make_the_total(procedure, outcomes):
    card = score_findings(facts(procedure), steps_of(procedure, outcomes), [], STANDARD)
    assert sum(f.weight for f in card.findings) == pytest.approx(100, abs=0.01)
    assert sum(f.points for f in card.findings) == pytest.approx(card.total, abs=0.02)
    assert 0 <= card.low <= card.total <= card.high <= 100


@settings(max_examples=25, deadline=None)
@given(PROCEDURES, st.lists(OUTCOMES, min_size=2, max_size=9), st.data())
def test_a_step_that_becomes_met_never_lowers_the_score(procedure, outcomes, data):
    before = steps_of(procedure, outcomes)
    number = data.draw(st.integers(0, len(before) - 1))
    after = list(before)
    after[number] = replace(before[number], outcome=Outcome.MET, span=Span(0, 1), confidence=0.9)
    low = score_findings(facts(procedure), before, [], STANDARD)
    high = score_findings(facts(procedure), after, [], STANDARD)
    assert high.total >= low.total - 0.01
    assert high.low >= low.low - 0.01


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 1), PROCEDURES)
def test_every_finding_of_any_hearing_has_evidence(seed, quality, procedure):
    made = synthetic_facts(seed, kind=CaseKind.CIVIL, procedure=procedure, judge_quality=quality)
    card = score_hearing(made, STANDARD)
    for finding in card.findings:
        assert finding.evidence
        assert all(e.span is not None or e.row for e in finding.evidence)
    assert card == score_hearing(made, STANDARD)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_order_facts_come_in_changes_nothing(seed, rng):
    made = synthetic_facts(
        seed, kind=CaseKind.CIVIL, procedure=Procedure.CIV1_ORD, judge_quality=0.2
    )
    media = made.media

    def mixed(rows):
        rows = list(rows)
        rng.shuffle(rows)
        return tuple(rows)

    shuffled = replace(
        made,
        participants=mixed(made.participants),
        private_spans=mixed(made.private_spans),
        guard_closed=mixed(made.guard_closed),
        states=mixed(made.states),
        media=replace(media, sound_silent=mixed(media.sound_silent), stalls=mixed(media.stalls)),
        recording=replace(made.recording, interruptions=mixed(made.recording.interruptions)),
    )
    one, other = score_hearing(made, STANDARD), score_hearing(shuffled, STANDARD)
    assert (one.total, one.low, one.high) == (other.total, other.low, other.high)


def test_a_good_hearing_has_all_points_and_a_poor_one_has_not():
    def mean(quality: float) -> float:
        cards = [
            score_hearing(
                synthetic_facts(
                    n, kind=CaseKind.CIVIL, procedure=Procedure.CIV1_ORD, judge_quality=quality
                )
            )
            for n in range(12)
        ]
        return sum(card.total for card in cards) / len(cards)

    assert mean(1.0) == pytest.approx(100)
    assert mean(1.0) > mean(0.6) > mean(0.0)


@pytest.mark.parametrize(
    ("late", "lost"), [(0, 0.0), (4, 0.0), (6, 1.0), (11, 3.0), (31, 5.0), (-10, 0.0)]
)
def test_the_later_the_start_the_more_it_costs(late, lost):
    times = ScheduleFacts(scheduled_start=-60.0 * late, actual_start=0.0)
    finding = item(score_hearing(facts(schedule=times)), "03")
    scale = finding.weight / 5.0
    assert finding.weight - finding.points == pytest.approx(lost * scale, abs=1e-3)


def test_unknown_metadata_is_unclear_and_costs_nothing():
    card = score_hearing(facts(schedule=ScheduleFacts(), recording=RecordingFacts()))
    for identifier in ("01", "02", "03", "05", "34", "35", "36", "37", "47"):
        finding = item(card, identifier)
        assert finding.outcome is Outcome.UNCLEAR
        assert finding.points == finding.weight
    assert card.total == pytest.approx(100)
    assert card.low < card.total


def test_people_only_items_are_listed_without_any_weight():
    card = score_hearing(facts())
    human = [f for f in card.findings if f.method == Channel.HUMAN.value]
    assert human
    assert all(f.outcome is Outcome.UNCLEAR and f.weight == f.points == 0 for f in human)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (None, Outcome.NOT_FOUND),
        ("LUNCH", Outcome.NOT_FOUND),
        ("RECESS", Outcome.MET),
        ("MEDIATION", Outcome.MET),
    ],
)
def test_only_the_three_lawful_reasons_explain_a_gap(reason, outcome):
    gap = Span.of_seconds(60, 90)
    made = RecordingFacts((Span.of_seconds(0, 900),), ((gap, reason),), True)
    finding = item(score_hearing(facts(recording=made)), "35")
    assert finding.outcome is outcome
    if outcome is Outcome.NOT_FOUND:
        assert finding.evidence[0].span == gap


def test_a_recording_that_begins_late_does_not_cover_the_opening():
    made = RecordingFacts((Span.of_seconds(120, 900),), (), True)
    finding = item(score_hearing(facts(recording=made)), "34")
    assert finding.outcome is Outcome.NOT_FOUND
    assert finding.evidence[0].span is not None


def test_darkness_in_a_recess_is_no_fault():
    dark = MediaMeasures(picture_black=(Span.of_seconds(100, 220),), loudness_lufs=-20.0)
    on_air = item(score_hearing(facts(media=dark)), "38")
    assert on_air.outcome is Outcome.NOT_FOUND
    recess = ((0, MinuteState.LIVE), (90 * 10**9, MinuteState.RECESS))
    quiet = item(score_hearing(facts(media=dark, states=recess)), "38")
    assert quiet.outcome is Outcome.MET


def test_a_confirmed_leak_costs_more_than_anything_else_and_never_more_than_its_weight():
    one = item(score_hearing(facts(leaks_confirmed=1)), "44a")
    many = item(score_hearing(facts(leaks_confirmed=9)), "44a")
    assert one.points == pytest.approx(one.weight / 2, abs=1e-3)
    assert many.points == 0


def test_over_masking_is_a_question_and_not_a_deduction():
    hidden = (Span.of_seconds(0, 100),)
    finding = item(score_hearing(facts(private_spans=hidden)), "44d")
    assert finding.outcome is Outcome.UNCLEAR
    assert finding.points == finding.weight


def test_a_broken_rule_costs_its_item():
    whole = score_findings(
        facts(),
        steps_of(Procedure.CIV1_ORD, [Outcome.MET]),
        [RuleFinding("X-EVID-BOTH", False)],
        STANDARD,
    )
    broken = score_findings(
        facts(),
        steps_of(Procedure.CIV1_ORD, [Outcome.MET]),
        [RuleFinding("X-EVID-BOTH", True, 5 * 10**9, "举证后对方没有质证")],
        STANDARD,
    )
    assert item(broken, "18").outcome is Outcome.NOT_FOUND
    assert item(broken, "18").evidence[-1].span is not None
    assert broken.total < whole.total


def test_a_new_card_is_a_suggestion_that_names_its_edition():
    card = score_hearing(facts())
    assert card.state is ScoreState.SUGGESTED
    assert (card.standard, card.standard_version) == (STANDARD.name, STANDARD.version)


def test_no_transcript_takes_no_points():
    card = score_hearing(facts(transcript=Transcript(())))
    assert not any(f.outcome is Outcome.NOT_FOUND and f.method == "SP" for f in card.findings)


TEXT = (files("courtstream.rules.scoring") / "standards" / "2026.1.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('id = "01"\n', 'id = "02"\n', "used twice"),
        ('channel = "ME"', 'channel = "XX"', "item 01"),
        ('leave_out = ["14", "22b"]', 'leave_out = ["99"]', "CIVIL_ORD"),
        ("weight = 3", "weight = = 3", "line"),
        ("[thresholds]", "[limits]", "thresholds"),
    ],
)
def test_a_wrong_standard_names_file_and_place(old, new, where):
    with pytest.raises(StandardInvalid, match=where) as raised:
        parse_standard(TEXT.replace(old, new, 1), "own.toml")
    assert "own.toml" in str(raised.value)


def test_a_court_may_bring_its_own_edition(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(TEXT.replace('version = "2026.1"', 'version = "2026.1-a"', 1), "utf-8")
    assert load_standard(path).version == "2026.1-a"
    with pytest.raises(NotFound):
        load_standard("1999.1")
