"""Transcript files in, findings as JSON out."""

from __future__ import annotations

import json

import pytest

from courtstream.domain.errors import InvalidInput
from courtstream.domain.scoring import Outcome, RuleFinding, StepFinding
from courtstream.domain.time import Span, seconds
from courtstream.domain.trial import MinuteState, Procedure, Role
from courtstream.rules.procedure.transcripts import parse, prediction, read_file, read_folder

FILE = {
    "id": "h1",
    "procedure": "CIV1_SUM",
    "sole_judge": True,
    "public": False,
    "stream_state_timeline": [{"t": 0, "state": "LIVE"}, {"t": 9.5, "state": "PAUSED"}],
    "participants": [
        {"role": "D", "name": "乙", "side": "D1", "label": "被告一", "present": False}
    ],
    "utterances": [
        {"t0": 3.0, "t1": 4.0, "role": "P", "speaker": "原告", "text": "不申请。"},
        {"t0": 1.0, "t1": 2.5, "role": "J", "speaker": "审判员", "text": "是否申请回避？"},
    ],
    "events": [{"t": 0.5, "kind": "gavel"}],
}


def test_a_file_becomes_a_transcript_in_order_of_time():
    hearing = parse(FILE)
    assert hearing.procedure is Procedure.CIV1_SUM
    assert hearing.sole_judge and not hearing.public
    assert [u.role for u in hearing.transcript.utterances] == [Role.JUDGE, Role.PLAINTIFF]
    assert hearing.transcript.events[0].t == seconds(0.5)
    assert hearing.states[1] == (seconds(9.5), MinuteState.RECESS)
    assert not hearing.participants[0].present


@pytest.mark.parametrize(
    "change",
    [{"procedure": "XXX"}, {"utterances": [{"t0": 1}]}, {"events": [{"t": 1, "kind": "drum"}]}],
)
def test_a_wrong_file_is_named_and_its_words_are_not(tmp_path, change):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({**FILE, **change}, ensure_ascii=False), "utf-8")
    with pytest.raises(InvalidInput, match=r"bad\.json") as raised:
        read_file(path)
    assert "回避" not in str(raised.value)


def test_a_folder_is_read_by_name(tmp_path):
    for name in ("b", "a"):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**FILE, "id": name}, ensure_ascii=False), "utf-8")
    assert [hearing.id for hearing in read_folder(tmp_path)] == ["a", "b"]


def test_findings_are_written_in_seconds_and_not_found_is_called_missing():
    made = prediction(
        [
            StepFinding("P05", Outcome.MET, Span(seconds(2), seconds(3)), "现在开庭", 0.9),
            StepFinding("P02", Outcome.NOT_FOUND),
        ],
        [RuleFinding("X-ORDER", True, seconds(2), "因")],
    )
    assert made["steps"][0]["t0"] == 2.0
    assert made["steps"][1] == {
        "code": "P02",
        "status": "missing",
        "t0": None,
        "t1": None,
        "confidence": 0.0,
    }
    assert made["rules"] == [{"code": "X-ORDER", "violated": True, "t": 2.0, "why": "因"}]
