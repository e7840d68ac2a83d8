"""Hearings the engine was not written from: all nine procedures, other people's words, faults."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from courtstream.domain.time import Span, seconds
from courtstream.domain.transcript import EventKind, HearingEvent, Transcript, Utterance
from courtstream.domain.trial import Procedure, Role
from courtstream.rules.procedure import load_pack
from courtstream.rules.procedure.candidates import candidates
from courtstream.rules.procedure.stream import Stream
from tests.support.hearing_scripts import noisy, read_script
from tests.support.steps_judged import judged

DATA = Path(__file__).parents[3] / "data" / "procedure"
SCRIPTS = [read_script(path) for path in sorted(DATA.glob("*/*.txt"))]
BARS = {
    "step_f1": 0.96,
    "missing_precision": 0.90,
    "missing_recall": 0.90,
    "rule_precision": 0.85,
    "rule_recall": 0.85,
}
SAID = tomllib.loads((DATA / "said.toml").read_text(encoding="utf-8"))
MET = 0.75


def test_the_scripts_cover_every_procedure_and_every_rule():
    assert {doc["procedure"] for doc in SCRIPTS} == {p.value for p in Procedure}
    broken = {r["code"] for doc in SCRIPTS for r in doc["truth"]["rules"] if r["violated"]}
    assert broken == {code for p in Procedure for code in load_pack(p).rules}


def test_steps_missing_steps_and_broken_rules_reach_the_bars():
    docs = [noisy(doc) if doc["asr_noise"] else doc for doc in SCRIPTS]
    figures = judged(docs)
    assert {name: figures[name] for name in BARS if figures[name] < BARS[name]} == {}


def test_a_recognisers_faults_in_every_hearing_still_reach_the_bars():
    figures = judged([noisy(doc) for doc in SCRIPTS])
    assert {name: figures[name] for name in BARS if figures[name] < BARS[name]} == {}


def test_without_labels_steps_are_still_found():
    docs = [
        doc | {"utterances": [u | {"role": "?", "speaker": ""} for u in doc["utterances"]]}
        for doc in SCRIPTS
    ]
    figures = judged(docs)
    assert figures["step_f1"] >= BARS["step_f1"]
    assert figures["missing_precision"] >= BARS["missing_precision"]
    assert figures["missing_recall"] >= BARS["missing_recall"]
    assert figures["rule_precision"] >= BARS["rule_precision"]


def heard(code: str, role: str, text: str) -> float:
    """How certain the words alone make the step."""
    pack = next(load_pack(p) for p in Procedure if load_pack(p).has(code))
    said = Utterance(Span(seconds(3), seconds(9)), text, Role(role), "", confidence=1.0)
    stroke = HearingEvent(seconds(1), EventKind.GAVEL)
    found = candidates(Stream(Transcript((said,), (stroke,)), ()), pack)[code]
    return max((candidate.weight for candidate in found), default=0.0)


@pytest.mark.parametrize("role", SAID)
def test_most_ways_to_say_a_step_are_known_by_their_words_alone(role):
    lost = [
        (code, text)
        for code, texts in SAID[role].items()
        for text in texts
        if heard(code, role, text) < MET
    ]
    total = sum(len(texts) for texts in SAID[role].values())
    assert len(lost) <= total // 50, lost
