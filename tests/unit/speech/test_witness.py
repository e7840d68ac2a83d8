"""A witness is protected from the call to the dismissal, by what the court says."""

from __future__ import annotations

import pytest

from courtstream.control.protocol import Command, PolicySpec, Verb
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import SECOND
from media_workers.desk import Desk
from media_workers.speech.witness import WitnessCue, WitnessCues
from tests.unit.speech.saying import words
from tests.unit.test_desk import Run


@pytest.mark.parametrize(
    "text", ["传证人王某到庭", "下面请证人到庭作证", "请法警带证人出庭", "由证人张三出庭作证"]
)
def test_the_call_is_heard(text: str) -> None:
    cues = WitnessCues().push(words(text, 5.0))
    assert [cue.comes for cue in cues][:1] == [True]


def test_the_dismissal_is_heard_over_pieces_and_each_cue_once() -> None:
    watch = WitnessCues()
    said = words("好的请证人", 3.0) + words("退庭。现在继续", 4.0)
    cues = [cue for word in said for cue in watch.push([word])]
    assert cues == [WitnessCue(round(3.6 * SECOND), comes=False)]


@pytest.mark.parametrize("text", ["证人证言的真实性", "该证人与原告是朋友", "证人没有到过现场"])
def test_talk_about_witnesses_is_no_call(text: str) -> None:
    assert WitnessCues().push(words(text)) == []


def _desk(mode: str) -> tuple[Run, Desk]:
    run = Run([])
    policy = PolicySpec.model_validate({"witness_voice": mode})
    return run, Desk(run.graph, run.rows, lambda: run.now, lambda: None, policy)


def test_the_policy_protects_the_witness_and_nobody_else() -> None:
    run, desk = _desk("change")
    desk.heard(words("传证人到庭", 100.0))
    assert run.graph.shields.current == "change"
    assert run.graph.shields.begun_by == MACHINE
    desk.heard(words("请证人退庭", 160.0))
    assert run.graph.shields.current is None


def test_without_such_a_policy_nothing_is_changed() -> None:
    run, desk = _desk("plain")
    desk.heard(words("传证人到庭", 100.0))
    assert run.graph.shields.current is None


def test_what_a_person_protects_is_not_ended_by_the_machine() -> None:
    run, desk = _desk("change")
    desk.handle(Command(verb=Verb.MUTE_VOICE, by="u1", reason="why"))
    desk.heard(words("传证人到庭", 100.0))
    desk.heard(words("请证人退庭", 160.0))
    assert run.graph.shields.current == "mute"
