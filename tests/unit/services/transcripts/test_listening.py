"""A second listening is asked for, its findings wait for people, nobody's text is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import Conflict
from courtstream.domain.time import SECOND
from courtstream.services.second_pass import errands as second_pass_errands
from courtstream.services.transcripts import corrections, listening
from courtstream.services.transcripts import editing as transcript_editing
from courtstream.services.transcripts import pages as transcript_pages
from tests.support.platform import NOW, Tape, World


def ended(tmp_path: Path) -> tuple[World, str, Tape]:
    world = World.make(tmp_path)
    hearing_id, tape = world.live(segments=5)
    done = tape.row(RowKind.SECOND_PASS, None, state="done", done=10.0, of=10.0)
    world.take([tape.words(0, 2, "请坐。"), tape.end(10), done])
    world.change(hearing_id, node="n1")
    return world, hearing_id, tape


def line(tape: Tape, start: int, text: str):  # type: ignore[no-untyped-def]
    begin, end = start * SECOND, (start + 1) * SECOND
    words = [[text, begin, end]]
    body = {"start": begin, "end": end, "text": text, "words": words, "confidence": 0.9}
    return tape.row(RowKind.SECOND_PASS, None, state="line", **body)


def page(world: World, hearing_id: str):  # type: ignore[no-untyped-def]
    return world.work.read(transcript_pages.text_page, world.users["clerk"], hearing_id, NOW)


def test_it_is_asked_for_once_and_carried_out_by_the_node(tmp_path: Path) -> None:
    world, hearing_id, tape = ended(tmp_path)
    assert not world.work.read(second_pass_errands.errands, world.settings, NOW)
    world.work.write(listening.ask, world.users["clerk"], hearing_id, NOW)
    with pytest.raises(Conflict):
        world.work.write(listening.ask, world.users["clerk"], hearing_id, NOW)
    (errand,) = world.work.read(second_pass_errands.errands, world.settings, NOW)
    assert errand.spec.listen and not errand.spec.sound
    found = [[4 * SECOND, 6 * SECOND, "PHONE"]]
    heard = tape.row(RowKind.SECOND_PASS, None, state="heard", found=found)
    world.take([line(tape, 0, "请坐下。"), line(tape, 3, "现在开庭。"), heard])
    view = page(world, hearing_id)
    assert (view.listening, view.found, view.revision.source) == ("done", 1, "archive")
    assert [t.text for t in view.turns] == ["请坐下。", "现在开庭。"]
    assert [(s.state, s.reason) for s in view.speech] == [("proposed", "PHONE")]
    assert not world.work.read(corrections.unmade, hearing_id), "only a person hides it"
    assert not world.work.read(second_pass_errands.errands, world.settings, NOW)


def test_text_that_people_work_on_is_left_alone(tmp_path: Path) -> None:
    world, hearing_id, tape = ended(tmp_path)
    turn = page(world, hearing_id).turns[0].id
    wanted = transcript_editing.Edit("请坐好。")
    world.work.write(
        lambda s: (
            transcript_editing.edit(s, world.users["clerk"], hearing_id, turn, wanted, NOW).turn_id
        )
    )
    world.take([line(tape, 0, "别的。")])
    assert [t.text for t in page(world, hearing_id).turns] == ["请坐好。"]


def test_a_listening_that_fails_can_be_asked_for_again(tmp_path: Path) -> None:
    world, hearing_id, tape = ended(tmp_path)
    world.work.write(listening.ask, world.users["clerk"], hearing_id, NOW)
    world.take([tape.row(RowKind.SECOND_PASS, None, state="deaf", code="model_missing")])
    assert page(world, hearing_id).listening == "failed"
    world.work.write(listening.ask, world.users["clerk"], hearing_id, NOW)
