"""What a clerk has decided holds, also for the run of the worker that comes after a kill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from courtstream.control.protocol import Command, JournalRow, Reply, RowKind, Verb
from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from media_workers.desk import Desk
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import NOT_YET, Pace
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.items import FacesAt, Picture, PrivateSpan, Released, Sound, SpeechPassed
from media_workers.runtime.journal import MemoryRows
from media_workers.sources.base import RawPacket


class NoFaces:
    def push(self, item: Picture) -> Iterator[FacesAt]:
        return iter(())

    def flush(self) -> Iterator[FacesAt]:
        return iter(())


class NoSpeech:
    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        return iter(())

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


class Nowhere:
    def push(self, group: Released) -> None: ...

    def drop(self) -> None: ...

    def finish(self, *, final: bool) -> None: ...


class Run:
    """One run of a worker's desk, without threads of a source; `ended` counts its endings."""

    def __init__(self, earlier: list[JournalRow]) -> None:
        self.rows, self.ended, self.now = MemoryRows(), 0, 100 * SECOND
        parts = GraphParts(NoFaces, NoSpeech, Nowhere, Diary(self.rows))
        self.graph = Graph(Pace(lambda: self.now, 10.0), parts)
        self.desk = Desk(self.graph, self.rows, lambda: self.now, self._end)
        self.desk.recall(earlier)

    def _end(self) -> None:
        self.ended += 1
        self.desk.ending = self.now

    def do(self, verb: Verb, value: float | None = None) -> bool:
        return self.desk.handle(Command(verb=verb, by="u1", reason="why", value=value)).ok

    def hide(self, start: float, end: float, verb: Verb) -> Reply:
        return self.desk.handle(Command(verb=verb, by="u1", reason="why", start=start, end=end))

    def killed(self) -> list[JournalRow]:
        """The journal as the next run reads it."""
        return [
            JournalRow(hearing_id="h", seq=n, epoch=1, at="", kind=kind, t=t, body=body)
            for n, (kind, t, body) in enumerate(self.rows.rows, start=1)
        ]

    def closed(self, second: int) -> Reason | None:
        over = self.graph.closures.over(Span(second * SECOND, (second + 1) * SECOND))
        return over.reason if over else None


@pytest.mark.parametrize(
    ("verb", "reason"),
    [
        (Verb.CUT, Reason.CUT),
        (Verb.CLOSE_SEGMENT, Reason.CLOSED),
        (Verb.RECESS, Reason.RECESS),
    ],
)
def test_what_was_closed_stays_closed_after_a_kill(verb: Verb, reason: Reason) -> None:
    run = Run([])
    assert run.do(verb)
    again = Run(run.killed())
    assert again.closed(150) is reason
    assert again.do(Verb.RELEASE)
    assert again.closed(150) is None


def test_what_was_opened_again_is_open_after_a_kill() -> None:
    run = Run([])
    run.do(Verb.CUT)
    run.now = 120 * SECOND
    run.do(Verb.RELEASE)
    again = Run(run.killed())
    assert again.closed(119) is Reason.CUT
    assert again.closed(120) is None


def test_the_delay_in_force_and_an_ending_are_taken_up() -> None:
    run = Run([])
    run.do(Verb.SET_DELAY, 20.0)
    assert Run(run.killed()).graph.release.delay == 20 * SECOND
    run.do(Verb.END)
    assert Run(run.killed()).ended == 1
    run.rows.write(RowKind.ENDED, run.now, end=run.now)
    assert Run(run.killed()).ended == 0


def test_the_last_seconds_can_still_be_cut_while_the_hearing_ends() -> None:
    run = Run([])
    run.do(Verb.END)
    assert not run.do(Verb.RECESS)
    assert run.do(Verb.CUT)
    assert run.closed(95) is Reason.CUT


def test_what_came_before_the_reopening_stays_closed_whatever_its_stamp() -> None:
    """After a backlog the stamps run ahead of the wall clock."""
    run = Run([])
    run.do(Verb.CLOSE_SEGMENT)
    run.graph.begin_session(110 * SECOND, None, None)
    run.graph.feed(RawPacket("audio", 0, 0, SECOND // 50, True, b""))
    run.do(Verb.RELEASE)
    assert run.closed(109) is Reason.CLOSED
    assert run.closed(110) is None


def test_a_person_hides_what_has_not_aired_and_it_holds_after_a_kill() -> None:
    run = Run([])
    run.graph.release.aired = 95 * SECOND
    assert run.hide(90.0, 98.0, Verb.HIDE).data == {"from": 95.0, "to": 98.35}
    again = Run(run.killed())
    (private,) = again.graph.ledger.private_near(Span(90 * SECOND, 99 * SECOND), 0)
    assert private.span == Span.of_seconds(95.0, 98.35) and private.by == "u1"


def test_what_has_aired_is_not_decided_about_any_more() -> None:
    run = Run([])
    run.graph.release.aired = 95 * SECOND
    assert run.hide(90.0, 94.0, Verb.HIDE).code == "conflict"
    assert run.hide(99.0, 98.0, Verb.HIDE).code == "invalid_input"
    assert not run.rows.rows


@pytest.mark.parametrize(("reason", "kept"), [(Reason.NUMBER_BEING_READ, True), (Reason.ID, False)])
def test_a_clerk_keeps_only_what_the_rules_let_a_person_open(reason: Reason, kept: bool) -> None:
    run = Run([])
    span = Span.of_seconds(96, 98)
    run.graph.ledger.record(SpeechPassed(99 * SECOND, (PrivateSpan(span, reason),)))
    reply = run.hide(96.0, 98.0, Verb.KEEP)
    assert reply.ok is kept and (kept or reply.code == "forbidden")
    assert bool(run.graph.ledger.private_near(span, 0)) is not kept
    again = Run(run.killed())
    again.graph.ledger.record(SpeechPassed(99 * SECOND, (PrivateSpan(span, reason),)))
    assert again.graph.ledger.private_near(span, 0), "a new run opens nothing by itself"


def test_a_reply_comes_after_its_row_is_durable() -> None:
    run = Run([])
    order: list[str] = []
    real = run.rows.write

    def write(kind: RowKind, t: int | None = None, /, **body: object) -> None:
        order.append("row")
        real(kind, t, **body)

    run.rows.write = write  # type: ignore[method-assign]
    run.rows.sync = lambda: order.append("durable")  # type: ignore[method-assign]
    assert run.do(Verb.CUT)
    assert order == ["row", "durable"]


def test_a_cut_that_cannot_be_written_down_holds_and_says_so() -> None:
    run = Run([])

    def full() -> None:
        raise OSError(28, "No space left on device")

    run.rows.sync = full  # type: ignore[method-assign]
    reply = run.desk.handle(Command(verb=Verb.CUT, by="u1"))
    assert reply.ok and reply.code == "not_durable" and reply.message
    assert run.closed(150) is Reason.CUT


def test_nothing_airs_before_the_clerk_begins_and_the_word_holds_after_a_kill() -> None:
    run = Run([])
    run.graph.release.opens_at = NOT_YET
    assert run.do(Verb.START)
    assert not run.graph.release.waiting
    again = Run([])
    again.graph.release.opens_at = NOT_YET
    again.desk.recall(run.killed())
    assert again.graph.release.opens_at == 100 * SECOND
    assert not again.do(Verb.START), "it has begun already"


def test_after_the_grace_period_only_a_person_resumes() -> None:
    run = Run([])
    run.desk.grace_over(60 * SECOND)
    assert Run(run.killed()).closed(150) is Reason.SIGNAL_LOST
    run.now = 200 * SECOND
    assert run.do(Verb.RESUME)
    assert Run(run.killed()).closed(201) is None
