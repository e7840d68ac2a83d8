"""Two neighbouring versions in one cluster: reports may say more, orders may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

import courtstream.control.protocol as protocol
from courtstream.control.protocol import (
    Command,
    JournalPage,
    JournalRow,
    Message,
    NodeBeat,
    NodeCommand,
    NodeVerb,
    PolicySpec,
    Reply,
    RowKind,
    SourceSpec,
    Verb,
    WorkerSpec,
)
from courtstream.control.protocol.base import Report

ORDERS = {
    "Command", "FileRequest", "HideOrder", "KeysRevoked", "LateSpec", "ModelSpec", "NodeCommand",
    "NodeOrder", "PolicySpec", "PullOrder", "RtcRequest", "SeatChannel", "SecondPassSpec",
    "SoundOrder", "SourceSpec", "SpeechAnswer", "SpeechAsk", "SpokenParticipant", "TextOrder",
    "TurnText", "WorkerSpec",
}  # fmt: skip
"""A new one belongs here when a reader that passes a field over could show or keep too much."""


def newer(message: Message) -> bytes:
    return json.dumps({**json.loads(message.model_dump_json()), "of_next_year": 1}).encode()


def test_what_a_newer_node_says_is_understood_as_far_as_it_is_known() -> None:
    beat = NodeBeat(node="a", pid=1, version="9.9")
    assert NodeBeat.model_validate_json(newer(beat)) == beat
    row = JournalRow(hearing_id="h", seq=1, epoch=1, at="", kind=RowKind.STATE, body={"x": 1})
    page = json.dumps({"rows": [json.loads(newer(row))], "more": False, "of_next_year": 1})
    assert JournalPage.model_validate_json(page).rows == (row,)
    reply = Reply(ok=True)
    assert Reply.model_validate_json(newer(reply)) == reply


def test_an_order_with_a_field_that_an_older_node_does_not_know_is_refused_whole() -> None:
    spec = WorkerSpec(
        hearing_id="h", folder=Path("/x"), public=Path("/y"), master_key_file=Path("/z"),
        source=SourceSpec(kind="socket", path=Path("/s")),
    )  # fmt: skip
    for order in (
        spec,
        spec.policy,
        Command(verb=Verb.CUT, by="x"),
        NodeCommand(verb=NodeVerb.STOP),
    ):
        with pytest.raises(ValidationError):
            type(order).model_validate_json(newer(order))
    inside = json.loads(spec.model_dump_json())
    inside["policy"]["of_next_year"] = 1
    with pytest.raises(ValidationError):
        WorkerSpec.model_validate(inside)


def test_what_an_older_pages_order_lacks_has_a_default() -> None:
    assert PolicySpec.model_validate({}) == PolicySpec()
    required = {name for name, one in WorkerSpec.model_fields.items() if one.is_required()}
    assert required <= {"hearing_id", "folder", "public", "master_key_file", "source"}
    needed = {name for name, one in NodeBeat.model_fields.items() if one.is_required()}
    assert needed == {"node", "pid", "version"}


def test_every_message_is_one_or_the_other() -> None:
    kinds = [one for one in vars(protocol).values() if isinstance(one, type)]
    messages = {one for one in kinds if issubclass(one, Message)} - {Message, Report}
    orders = {one.__name__ for one in messages if not issubclass(one, Report)}
    assert orders == ORDERS
