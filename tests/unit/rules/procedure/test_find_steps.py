"""Steps and rules on invented hearings: whole ones, faulty ones, without labels, with noise."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from courtstream.domain.scoring import Outcome
from courtstream.domain.time import to_seconds
from courtstream.domain.trial import Participant, Procedure, Role
from courtstream.rules.procedure import assess, load_pack
from courtstream.rules.procedure.transcripts import HearingFile, parse, read_folder
from tests.unit.rules.procedure.hearings import outcomes, violated, written

DATA = Path(__file__).parents[3] / "data" / "procedure"
FILES = sorted(DATA.glob("dev_*.json"))
STATUS = {
    "met": Outcome.MET,
    "missing": Outcome.NOT_FOUND,
    "unclear": Outcome.UNCLEAR,
    "not_applicable": Outcome.NOT_APPLICABLE,
}


def run(hearing: HearingFile):
    return assess(
        hearing.transcript,
        hearing.procedure,
        sole_judge=hearing.sole_judge,
        public=hearing.public,
        participants=hearing.participants,
        states=hearing.states,
    )


def judged(path: Path, *, labels: bool = True):
    """Predictions and truth of one file, by code."""
    data = json.loads(path.read_text(encoding="utf-8"))
    truth = data["truth"]
    if not labels:
        for row in data["utterances"]:
            row["role"], row["speaker"] = "?", ""
    steps, rules = run(parse(data))
    return {s.code: s for s in steps}, {r.code: r for r in rules}, truth


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_steps_of_the_invented_hearings_are_found_at_their_time(path):
    steps, _, truth = judged(path)
    wrong = []
    for row in truth["steps"]:
        found = steps[row["code"]]
        if found.outcome is not STATUS[row["status"]] and row["status"] != "unclear":
            wrong.append((row["code"], row["status"], found.outcome))
        elif row["status"] == "met" and found.span is not None:
            starts = [row["t0"], *row.get("alt_t0", [])]
            if min(abs(to_seconds(found.span.start) - t) for t in starts) > 20:
                wrong.append((row["code"], row["t0"], to_seconds(found.span.start)))
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_rules_broken_in_the_invented_hearings_are_raised_and_no_others(path):
    _, rules, truth = judged(path)
    expected = {row["code"] for row in truth["rules"] if row["violated"]}
    assert {code for code, rule in rules.items() if rule.violated} == expected


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_without_speaker_labels_nearly_every_step_is_still_found(path):
    steps, _, truth = judged(path, labels=False)
    met = [row["code"] for row in truth["steps"] if row["status"] == "met"]
    found = [code for code in met if steps[code].outcome is Outcome.MET]
    missing = [row["code"] for row in truth["steps"] if row["status"] == "missing"]
    assert len(found) >= 0.95 * len(met)
    assert all(steps[code].outcome is Outcome.NOT_FOUND for code in missing)


def cut_anywhere(rows: list[dict], rng: random.Random) -> list[dict]:
    """The same words without speakers or punctuation, cut where a recogniser might."""
    timed = []
    for row in rows:
        text, length = row["text"], row["t1"] - row["t0"]
        timed += [
            (char, row["t0"] + length * place / len(text))
            for place, char in enumerate(text)
            if char not in "，。？！：；、"
        ]
    out: list[dict] = []
    while timed:
        size = rng.randint(8, 40)
        part, timed = timed[:size], timed[size:]
        stop = timed[0][1] if timed else part[-1][1] + 1
        end = min(part[-1][1] + 0.15, stop)
        words = "".join(char for char, _ in part)
        out.append({"t0": part[0][1], "t1": end, "role": "?", "text": words})
    return out


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_words_cut_anywhere_without_speakers_still_tell_the_steps(path):
    data = json.loads(path.read_text(encoding="utf-8"))
    truth = data["truth"]["steps"]
    data["utterances"] = cut_anywhere(data["utterances"], random.Random(path.stem))
    steps = {s.code: s.outcome for s in run(parse(data))[0]}
    met = [row["code"] for row in truth if row["status"] == "met"]
    found = sum(steps[code] is Outcome.MET for code in met)
    wrongly = [
        row["code"]
        for row in truth
        if row["status"] == "missing" and steps[row["code"]] is Outcome.MET
    ]
    assert found >= 0.92 * len(met)
    assert wrongly == []


@pytest.mark.parametrize("procedure", list(Procedure))
def test_an_empty_transcript_gives_a_finding_for_every_step_and_nothing_met(procedure):
    steps, _ = assess(written(""), procedure)
    assert [s.code for s in steps] == [s.code for s in load_pack(procedure).steps]
    assert not any(s.outcome is Outcome.MET for s in steps)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_same_transcript_gives_the_same_findings(path):
    hearing = parse(json.loads(path.read_text(encoding="utf-8")))
    assert run(hearing) == run(hearing)


def test_every_found_step_carries_a_moment_a_quote_and_a_reason():
    for hearing in read_folder(DATA):
        for step in run(hearing)[0]:
            assert step.why
            if step.outcome in (Outcome.MET, Outcome.UNCLEAR):
                assert step.span is not None
                assert step.quote
                assert 0 < step.confidence <= 1


OPENING = """
K 核对到庭人员，原告代理人到庭，被告代理人到庭。
K 宣布法庭纪律，请关闭手机，不得录音录像。
K 全体起立，请审判长、审判员入庭。
K 报告审判长，庭前准备工作就绪。
J 现在开庭。
"""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("K 核对到庭人员，原告代理人到庭，被告代理人到庭。", "P01"),
        ("K 宣布法庭纪律，请关闭手机，不得录音录像。", "P02"),
        ("K 全体起立，请审判长、审判员入庭。", "P03"),
        ("K 报告审判长，庭前准备工作就绪。", "P04"),
        ("J 现在开庭。", "P05"),
    ],
)
def test_a_line_left_out_is_the_step_that_is_missing(line, code):
    whole = outcomes(OPENING, Procedure.CIV1_ORD)
    without = outcomes(OPENING.replace(line, ""), Procedure.CIV1_ORD)
    opening = ("P01", "P02", "P03", "P04", "P05")
    assert all(whole[c] is Outcome.MET for c in opening)
    assert without[code] is Outcome.NOT_FOUND
    assert all(without[c] is Outcome.MET for c in opening if c != code)


def test_homophones_of_a_recogniser_are_heard_as_the_words_they_are():
    text = "J 法庭调茶结束现在进形法庭边论\nP 原搞认为应当支持\nJ 法庭便论终洁"
    found = outcomes(OPENING + text, Procedure.CIV1_ORD)
    assert found["C12"] is Outcome.MET
    assert found["C13"] is Outcome.MET
    assert found["C14"] is Outcome.MET


def test_rights_told_are_not_a_question_about_recusal_nor_an_appeal_notice():
    text = "J 当事人享有申请回避、提供证据、请求调解、提起上诉的权利，听清了吗？\nP 听清了。"
    found = outcomes(OPENING + text, Procedure.CIV1_ORD)
    assert found["P09"] is Outcome.MET
    assert found["P10"] is Outcome.NOT_FOUND
    assert found["C16"] is Outcome.NOT_APPLICABLE


def test_masked_words_do_not_hide_a_step():
    found = outcomes("J 现在＊＊＊公开开庭审理＊＊诉＊＊买卖合同纠纷一案。", Procedure.CIV1_ORD)
    assert found["P06"] is Outcome.MET
    assert found["P07"] is Outcome.MET


def test_a_recess_announced_for_later_is_no_recess():
    found = outcomes(OPENING + "J 休庭后请双方核对笔录。", Procedure.CIV1_ORD)
    assert found["C17"] is not Outcome.MET


def test_an_absent_party_is_not_asked_for_its_defence():
    there = Participant(Role.PLAINTIFF, "甲", "原告", "P")
    gone = Participant(Role.DEFENDANT, "乙", "被告", "D", present=False)
    steps = {
        s.code: s
        for s in assess(written(OPENING), Procedure.CIV1_ORD, participants=(there, gone))[0]
    }
    assert steps["C05"].outcome is Outcome.NOT_APPLICABLE
    assert violated(
        OPENING + "J 原告是否申请回避？\nP/原告 不申请。",
        Procedure.CIV1_ORD,
        participants=(there, gone),
    ).isdisjoint({"X-RECUSE-EACH"})
