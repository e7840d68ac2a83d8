"""draft_asr → checked → signed: stable turns, nothing private, nothing signed ever changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from courtstream.domain.time import SECOND, Span
from courtstream.domain.timed_text import MASK
from courtstream.domain.transcript import TranscriptState
from courtstream.domain.trial import Role
from courtstream.services.people import audit
from courtstream.services.public import hearings as public_hearings
from courtstream.services.public import transcript as public_transcript
from courtstream.services.publication import hidden_later, publishing
from courtstream.services.transcripts import correction_requests, corrections
from courtstream.services.transcripts import editing as transcript_editing
from courtstream.services.transcripts import pages as transcript_pages
from courtstream.services.transcripts import revisions as transcripts
from courtstream.services.transcripts import signing as transcript_signing
from courtstream.services.transcripts.corrections import Stretch
from courtstream.services.transcripts.editing import Edit
from courtstream.store.tables import EntryRow, EntryState, SpeechState
from tests.support.platform import NOW, World

LATER = NOW + timedelta(hours=1)
PHONE = "一三八四四三一零零零九"


@pytest.fixture
def heard(tmp_path: Path) -> tuple[World, str]:
    """An ended hearing of ten seconds with four utterances, the first two of one speaker."""
    world = World.make(tmp_path)
    hearing_id, tape = world.live(segments=5)
    world.take(
        [
            tape.words(0, 1, "请坐。", role="J", speaker="审判员"),
            tape.words(1.5, 3, "现在开庭。", role="J", speaker="审判员"),
            tape.words(3.5, 6, f"我的手机号是{MASK}。"),
            tape.words(6.5, 9, "借款是二十万元。", role="P", speaker="原告"),
            tape.end(10),
            tape.row(RowKind.SECOND_PASS, None, state="done", done=10.0, of=10.0),
        ]
    )
    world.work.write(lambda s: publishing.release_replay(s, world.users["office"], hearing_id, NOW))
    return world, hearing_id


def edit(world: World, hearing_id: str, turn: str, text: str, who: str = "clerk") -> str:
    wanted = Edit(text)
    return world.work.write(
        lambda s: transcript_editing.edit(s, world.users[who], hearing_id, turn, wanted, LATER).text
    )


def lines(world: World, hearing_id: str) -> list[str]:
    return [one.text for one in world.work.read(public_transcript.transcript, hearing_id, LATER)]


def turn_ids(world: World, hearing_id: str) -> list[str]:
    page = world.work.read(transcript_pages.text_page, world.users["clerk"], hearing_id, LATER)
    return [turn.id for turn in page.turns]


def test_one_speaker_s_words_are_one_turn_and_unknown_ones_stay_apart(
    heard: tuple[World, str],
) -> None:
    world, hearing_id = heard
    page = world.work.read(transcript_pages.text_page, world.users["clerk"], hearing_id, LATER)
    assert [(t.role, t.text) for t in page.turns] == [
        (Role.JUDGE, "请坐。现在开庭。"),
        (Role.UNKNOWN, f"我的手机号是{MASK}。"),
        (Role.PLAINTIFF, "借款是二十万元。"),
    ]


def test_an_edit_makes_a_new_revision_and_keeps_the_machine_s(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    ids = turn_ids(world, hearing_id)
    edit(world, hearing_id, ids[2], "借款是二十三万元。")
    edit(world, hearing_id, ids[0], "请坐下。现在开庭。")
    assert turn_ids(world, hearing_id) == ids
    found = world.work.read(transcript_pages.changes, world.users["clerk"], hearing_id, 1, 2)
    assert [(c.id, [p for p in c.pieces if p[0] != "same"]) for c in found] == [
        (ids[0], [("new", "下")]),
        (ids[2], [("new", "三")]),
    ]
    assert lines(world, hearing_id)[2] == "借款是二十三万元。"


def test_what_a_person_writes_is_masked_by_the_rules(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    ids = turn_ids(world, hearing_id)
    text = edit(world, hearing_id, ids[1], f"我的手机号是{PHONE}，方若竹也知道。")
    assert "一" not in text and "方若竹" not in text and text.startswith("我的手机号是×")


def test_checked_then_signed_and_then_never_changed(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    clerk, judge = world.users["clerk"], world.users["judge"]
    with pytest.raises(Conflict):
        world.work.write(transcript_signing.sign, judge, hearing_id, "审判员", LATER)
    world.work.write(transcript_signing.check, clerk, hearing_id, LATER)
    with pytest.raises(Conflict):
        world.work.write(transcript_signing.check, clerk, hearing_id, LATER)
    world.work.write(transcript_signing.sign, judge, hearing_id, "审判员", LATER)
    world.work.write(transcript_signing.sign, clerk, hearing_id, "书记员", LATER)
    with pytest.raises(Conflict):
        world.work.write(transcript_signing.sign, clerk, hearing_id, "书记员", LATER)
    with pytest.raises(Conflict):
        edit(world, hearing_id, turn_ids(world, hearing_id)[0], "改了。")
    page = world.work.read(transcript_pages.text_page, clerk, hearing_id, LATER)
    assert page.revision.state is TranscriptState.SIGNED
    assert [s.capacity for s in page.revision.signatures] == ["审判员", "书记员"]
    same = world.work.read(
        lambda s: transcript_signing.digest(
            transcripts.revision(s, hearing_id, page.revision.number)
        )
    )
    assert same == page.revision.sha256


def test_a_changed_signed_text_is_found_out(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    world.work.write(transcript_signing.check, world.users["clerk"], hearing_id, LATER)
    world.work.write(transcript_signing.sign, world.users["judge"], hearing_id, "审判员", LATER)

    def tamper(session) -> None:  # type: ignore[no-untyped-def]
        transcripts.current(session, hearing_id).turns[0].text = "别的话。"

    world.work.write(tamper)
    with pytest.raises(Conflict):
        world.work.write(transcript_signing.sign, world.users["clerk"], hearing_id, "书记员", LATER)


def test_a_party_s_request_corrects_a_signed_text_in_a_new_revision(
    heard: tuple[World, str],
) -> None:
    world, hearing_id = heard
    clerk, judge = world.users["clerk"], world.users["judge"]
    world.work.write(transcript_signing.check, clerk, hearing_id, LATER)
    world.work.write(transcript_signing.sign, judge, hearing_id, "审判员", LATER)
    turn = turn_ids(world, hearing_id)[2]

    def ask(wanted: str) -> str:
        return world.work.write(
            lambda s: (
                correction_requests.file_request(
                    s, clerk, hearing_id, turn, "原告", "数额听错", wanted, LATER
                ).id
            )
        )

    first, second = ask("借款是二十五万元。"), ask("")
    with pytest.raises(InvalidInput):
        world.work.write(correction_requests.decide_request, judge, second, False, " ", LATER)
    world.work.write(correction_requests.decide_request, judge, second, False, "与录音一致", LATER)
    world.work.write(correction_requests.decide_request, judge, first, True, "", LATER)
    with pytest.raises(Conflict):
        world.work.write(correction_requests.decide_request, judge, first, False, "x", LATER)
    page = world.work.read(transcript_pages.text_page, clerk, hearing_id, LATER)
    assert [(r.outcome, r.answer) for r in page.requests] == [
        ("accepted", ""),
        ("refused", "与录音一致"),
    ]
    assert page.revision.state is TranscriptState.DRAFT_ASR
    assert page.turns[2].text == "借款是二十五万元。"
    old = world.work.read(transcript_pages.staff_file, clerk, hearing_id, page.revision.number - 1)
    assert old.turns[2].text == "借款是二十万元。" and old.sha256


def test_what_is_hidden_later_leaves_every_revision_at_once(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    office = world.users["office"]
    world.work.write(transcript_signing.check, world.users["clerk"], hearing_id, LATER)
    world.work.write(transcript_signing.sign, world.users["judge"], hearing_id, "审判员", LATER)
    span = Stretch(Span(int(7.2 * SECOND), int(8.9 * SECOND)), note="金额涉密")
    world.work.write(corrections.hide, office, hearing_id, span, LATER)
    assert "二十万" not in "".join(lines(world, hearing_id))
    signed = world.work.read(transcript_pages.staff_file, office, hearing_id, None)
    assert MASK in signed.turns[2].text and "二十万" not in signed.turns[2].text
    assert world.work.read(audit.verify)


def test_opening_needs_the_rules_and_a_second_person(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    judge, office = world.users["judge"], world.users["office"]
    with pytest.raises(NotFound):
        stretch = Stretch(Span(0, SECOND))
        world.work.write(corrections.ask_to_open, judge, hearing_id, stretch, LATER)
    hidden = Stretch(Span(SECOND, 2 * SECOND), "ADDR")
    world.work.write(corrections.hide, judge, hearing_id, hidden, LATER)
    row = world.work.write(
        lambda s: corrections.ask_to_open(s, judge, hearing_id, hidden, LATER).id
    )
    with pytest.raises(Forbidden):
        world.work.write(corrections.decide, judge, row, True, LATER)
    with pytest.raises(Forbidden):
        world.work.write(corrections.decide, world.users["clerk"], row, True, LATER)
    then = LATER + timedelta(seconds=1)
    state = world.work.write(lambda s: corrections.decide(s, office, row, True, then).state)
    assert state is SpeechState.APPLIED
    left = world.work.read(corrections.hidden_at, hearing_id, hidden.span)
    assert left == []
    assert world.work.read(hidden_later.spans, hearing_id), "words wait for the sound"
    made = [order.id for order in world.work.read(corrections.orders, hearing_id)]
    world.work.write(corrections.made, hearing_id, made, LATER)
    assert world.work.read(hidden_later.spans, hearing_id) == []


def test_a_protected_name_is_never_opened(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    judge = world.users["judge"]
    hidden = Stretch(Span(SECOND, 2 * SECOND), "NAME")
    world.work.write(corrections.hide, judge, hearing_id, hidden, LATER)
    with pytest.raises(Forbidden):
        world.work.write(corrections.ask_to_open, judge, hearing_id, hidden, LATER)


def test_proposals_wait_for_a_person(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    found = [Stretch(Span(4 * SECOND, 5 * SECOND), "PHONE")]

    def propose(session) -> list[str]:  # type: ignore[no-untyped-def]
        hearing = public_hearings.public_hearing(session, hearing_id)
        return [row.id for row in corrections.propose(session, hearing, found, LATER)]

    (row,) = world.work.write(propose)
    assert world.work.write(propose) == [], "proposed once"
    assert not world.work.read(corrections.unmade, hearing_id)
    world.work.write(corrections.decide, world.users["clerk"], row, True, LATER)
    assert len(world.work.read(corrections.unmade, hearing_id)) == 1


def test_others_may_not(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    for who in ("far", "judge2"):
        with pytest.raises((Forbidden, NotFound)):
            edit(world, hearing_id, "t000001", "x", who)


def test_entries_taken_from_the_words_follow_too(heard: tuple[World, str]) -> None:
    world, hearing_id = heard
    made = [("借款是二十万元。", "e_1"), ("双方谈到了钱。", "e_2"), ("请坐。", "e_3")]

    def post(session) -> None:  # type: ignore[no-untyped-def]
        for number, (text, entry_id) in enumerate(made):
            start = 0 if number == 2 else int(6.5 * SECOND)
            session.add(
                EntryRow(
                    id=entry_id, hearing_id=hearing_id, at=NOW, text=text,
                    start=start, end=start + SECOND, state=EntryState.RELEASED,
                )
            )  # fmt: skip

    world.work.write(post)
    hidden = Stretch(Span(int(6.5 * SECOND), 9 * SECOND))
    world.work.write(corrections.hide, world.users["clerk"], hearing_id, hidden, LATER)
    texts = world.work.read(
        lambda s: [(s.get(EntryRow, i).text, s.get(EntryRow, i).revision) for _, i in made]
    )
    assert texts == [(MASK, 1), (MASK, 1), ("请坐。", 0)]
