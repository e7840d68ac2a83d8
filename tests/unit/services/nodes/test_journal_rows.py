from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import Conflict
from courtstream.domain.trial import HearingState
from courtstream.services.docket import lifecycle
from courtstream.services.nodes import journal
from courtstream.services.public import transcript as public_transcript
from courtstream.services.public import watch
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.scoring.facts import facts_of
from courtstream.store.tables import (
    Asset,
    GuardClosure,
    Hearing,
    Mark,
    Measure,
    RedactionRow,
    Segment,
    UtteranceRow,
)
from tests.support.platform import NOW, SECOND, Tape, World


def count(world: World, table: Any) -> int:
    return world.work.read(lambda s: s.query(table).count())


def everything(tape: Tape) -> list[Any]:
    """One row of every kind."""
    return [
        *tape.begin(),
        tape.words(1, 2, "现在开庭", role="J", speaker="审判员"),
        tape.row(
            RowKind.REDACTION,
            SECOND,
            id="r1",
            kind="speech",
            reason="PHONE",
            start=SECOND,
            end=2 * SECOND,
            basis="cue",
        ),
        tape.row(
            RowKind.REDACTION,
            SECOND,
            id="r2",
            kind="face",
            reason="FACE",
            track=4,
            start=SECOND,
            end=2 * SECOND,
            by="machine",
        ),
        tape.row(
            RowKind.GUARD,
            2 * SECOND,
            closed=True,
            kind="speech",
            reason="ANALYSIS_LATE",
            start=2 * SECOND,
        ),
        tape.row(
            RowKind.GUARD,
            3 * SECOND,
            closed=False,
            kind="speech",
            reason="ANALYSIS_LATE",
            start=2 * SECOND,
            end=3 * SECOND,
        ),
        tape.row(RowKind.MEASURE, 0, start=0, end=SECOND, lufs=-23.5, silent=False, faces=3),
        tape.row(RowKind.MEASURE, SECOND, start=SECOND, end=2 * SECOND, lufs=None, silent=True),
        tape.row(RowKind.STATE, 0, state="LIVE", by="machine", why=""),
        tape.row(RowKind.STATE, 0, command="cut", by="u_1", why="x"),
        tape.row(RowKind.STILL, 0, uri="000000.jpg", t=0),
        tape.row(RowKind.CAPTION, 0, n=0, uri="cap-000000-1.vtt", start=0, end=2 * SECOND),
        tape.row(
            RowKind.SEALED, 0, part="p", index=0, start=0, end=2 * SECOND, bytes=5, sha256="ab"
        ),
        tape.row(RowKind.EVENT, 0, kind="gavel"),
        tape.row(RowKind.COUNTERS, 0, frames=50),
        tape.segment(0),
        tape.segment(1),
    ]


def test_rows_become_what_the_platform_knows(world: World) -> None:
    hearing_id = world.hearing()
    world.admit()
    rows = everything(Tape(hearing_id))
    applied = world.take(rows)
    assert applied.rows == len(rows)
    assert applied.missing == {}
    assert world.state(hearing_id) == HearingState.LIVE
    assert [count(world, t) for t in (Segment, UtteranceRow, RedactionRow)] == [2, 1, 2]
    assert [count(world, t) for t in (Measure, Asset, GuardClosure)] == [2, 3, 1]

    def closure(session: Any) -> tuple[int, int | None]:
        row = session.query(GuardClosure).one()
        return row.start, row.end

    assert world.work.read(lambda s: s.query(Mark).filter_by(kind="error").count()) == 0
    assert world.work.read(closure) == (2 * SECOND, 3 * SECOND)


def test_the_same_rows_twice_are_taken_once(world: World) -> None:
    hearing_id = world.hearing()
    world.admit()
    rows = everything(Tape(hearing_id))
    world.take(rows)
    before = [count(world, t) for t in (Segment, UtteranceRow, RedactionRow, Mark, Measure)]
    again = world.take(rows)
    assert (again.missing, again.rows, again.ended) == ({}, 0, [])  # not scored a second time
    after = [count(world, t) for t in (Segment, UtteranceRow, RedactionRow, Mark, Measure)]
    assert before == after


def test_rows_in_any_order_of_arrival_end_the_same(world: World) -> None:
    hearing_id = world.hearing()
    world.admit()
    rows = everything(Tape(hearing_id))
    mixed = rows[:]
    random.Random(5).shuffle(mixed)
    for row in mixed:  # one by one: most arrive too early and are asked for again
        world.take([row])
    world.take(rows)
    assert world.work.read(lambda s: s.get(Hearing, hearing_id).last_seq) == len(rows)
    assert count(world, Segment) == 2


def test_a_gap_is_named_and_nothing_behind_it_is_taken(world: World) -> None:
    hearing_id = world.hearing()
    world.admit()
    rows = everything(Tape(hearing_id))
    world.take(rows[:3])
    applied = world.take(rows[5:])
    assert applied.missing == {hearing_id: 3}
    assert applied.rows == 0
    assert count(world, Segment) == 0


def test_an_older_epoch_says_nothing(world: World) -> None:
    hearing_id, tape = world.live()
    tape.epoch = 3
    world.take([tape.words(0, 1, "新")])
    tape.epoch = 2
    world.take([tape.words(0, 1, "旧")])
    assert count(world, UtteranceRow) == 1
    # The number it took belongs to the run that has the hearing now.
    assert world.work.read(lambda s: s.get(Hearing, hearing_id).last_seq) == tape.seq - 1
    tape.epoch, tape.seq = 3, tape.seq - 1
    world.take([tape.words(1, 2, "新的")])
    assert count(world, UtteranceRow) == 2


def test_a_row_that_cannot_be_read_holds_nothing_up(world: World) -> None:
    hearing_id, tape = world.live()
    bad = tape.row(RowKind.SEGMENT, 0, uri="no number")
    applied = world.take([bad, tape.segment(9)])
    assert applied.missing == {}
    mark = world.work.read(
        lambda s: s.query(Mark).filter_by(hearing_id=hearing_id, kind="error").one().body
    )
    assert mark["code"] == "row_unreadable"
    assert count(world, Segment) == 4


def test_a_segment_told_of_twice_holds_nothing_up(world: World) -> None:
    hearing_id, tape = world.live(segments=2)
    world.take([tape.segment(1), tape.segment(2)])
    assert world.work.read(lambda s: s.get(Hearing, hearing_id).last_seq) == tape.seq
    assert count(world, Segment) == 3


def test_rows_of_unknown_hearings_are_passed_over(world: World) -> None:
    assert world.take(Tape("h_nobody").begin()).missing == {}


def test_signal_lost_and_back(world: World) -> None:
    hearing_id, tape = world.live()
    world.take([tape.row(RowKind.SOURCE, state="lost", code="eof")])
    assert world.state(hearing_id) == HearingState.INTERRUPTED
    assert not isinstance(world.admit(), Exception)  # the door is free at once
    world.take([tape.row(RowKind.SOURCE, state="returned")])
    assert world.state(hearing_id) == HearingState.LIVE


def test_the_end_makes_a_replay_by_the_policy(world: World) -> None:
    first, tape = world.live(replay_release="automatic")
    world.take([tape.end(6), tape.looked_twice()])
    view = world.work.read(watch.hearing_page, first, NOW + timedelta(hours=1))
    assert view.card.replay
    assert view.media.endswith("/live/master.m3u8")
    second, tape = world.live(case_number="（2026）江0102民初2号")
    world.take([tape.end(6)])
    view = world.work.read(watch.hearing_page, second, NOW + timedelta(hours=1))
    assert not view.card.replay
    assert view.media == ""


def test_an_ended_hearing_is_scored_from_its_rows(world: World) -> None:
    hearing_id = world.hearing()
    world.admit()
    tape = Tape(hearing_id)
    world.take(everything(tape))
    world.take([tape.words(3, 5, "宣布法庭纪律", role="K"), tape.end(6)])
    facts = world.work.read(lambda s: facts_of(s, s.get(Hearing, hearing_id)))
    assert [u.text for u in facts.transcript.utterances] == ["现在开庭", "宣布法庭纪律"]
    assert facts.media.sound_silent[0].start == SECOND
    assert facts.media.loudness_lufs == -23.5
    assert facts.private_spans[0].start == SECOND
    assert facts.guard_closed[0].end == 3 * SECOND
    assert facts.schedule.scheduled_start == pytest.approx(300)
    world.work.write(scoring.score, hearing_id, NOW)
    card = world.work.read(scoring.scorecard, world.users["judge"], hearing_id)
    assert card.low <= card.total <= card.high <= 100
    assert all(f.evidence for f in card.findings)
    assert abs(sum(c.weight for c in card.categories) - 100) < 0.1


def test_words_that_nobody_vouches_for_count_as_unsure(world: World) -> None:
    hearing_id, tape = world.live()
    world.take([tape.words(0, 2, "现在开庭"), tape.words(2, 4, "现在休庭", words=[])])
    lines = world.work.read(public_transcript.transcript, hearing_id, NOW)
    assert [line.confidence for line in lines] == [0.9, 0.0]


def test_the_words_never_run_ahead_of_the_picture(world: World) -> None:
    hearing_id, tape = world.live(segments=1)  # two seconds are out
    world.take([tape.words(0, 1.5, "已播出"), tape.words(3, 4, "未播出")])

    def lines() -> list[str]:
        return [
            line.text for line in world.work.read(public_transcript.transcript, hearing_id, NOW)
        ]

    assert lines() == ["已播出"]
    world.take([tape.segment(1)])
    assert lines() == ["已播出", "未播出"]


def test_words_that_nobody_could_hear_are_not_read_either(world: World) -> None:
    hearing_id, tape = world.live(segments=4)
    world.take(
        [
            tape.words(0, 2, "听得见"),
            tape.words(3, 4, "被切断"),
            tape.row(
                RowKind.REDACTION,
                0,
                id="x",
                kind="whole_sound",
                reason="CUT",
                start=2 * SECOND,
                end=5 * SECOND,
            ),
        ]
    )
    lines = world.work.read(public_transcript.transcript, hearing_id, NOW)
    assert [line.text for line in lines] == ["听得见"]


def test_no_hearing_goes_live_without_a_decision_of_the_gate(world: World) -> None:
    hearing_id = world.hearing(approval=None)

    def jump(session: Any) -> None:
        hearing = session.get(Hearing, hearing_id)
        lifecycle.move(session, hearing, HearingState.ADMITTED, "test", NOW)

    with pytest.raises(Conflict):
        world.work.write(jump)
    tape = Tape(hearing_id)
    world.take([*tape.begin(), tape.segment(0)])
    assert world.state(hearing_id) == HearingState.SCHEDULED


def test_apply_row_says_after_which_number_rows_are_missing(world: World) -> None:
    hearing_id = world.hearing()
    tape = Tape(hearing_id, seq=6)
    row = tape.segment(0)
    assert world.work.write(journal.apply_row, row) == 0
