"""How long chunks wait for their analysis after a restart."""

from __future__ import annotations

import numpy as np

from courtstream.domain.time import SECOND, Span
from media_workers.graph.catch_up import ALONE_SECONDS, LONGEST_SECONDS, CatchUp
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import CHECK_AHEAD, Pace
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.items import SAMPLE_RATE, Sound, SpeechPassed
from media_workers.runtime.journal import MemoryRows
from tests.unit.graph.test_grace import Nothing, Nowhere


class Now:
    def __init__(self) -> None:
        self.seconds, self.idle, self.behind = 0.0, False, 20 * SECOND
        self.catch_up = CatchUp(lambda: self.idle, lambda: self.behind, lambda: self.seconds)


def test_nothing_is_caught_up_with_before_it_begins() -> None:
    assert not Now().catch_up.active()


def test_it_lasts_until_the_hearing_is_met_and_all_is_worked_through() -> None:
    now = Now()
    now.catch_up.begin()
    now.idle, now.behind = True, 0
    assert now.catch_up.active(), "what is to come has not come yet"
    now.catch_up.fed()
    now.idle = False
    assert now.catch_up.active()
    now.idle = True
    assert not now.catch_up.active()
    now.idle, now.behind = False, 20 * SECOND
    assert not now.catch_up.active(), "over is over"


def test_an_encoder_that_stays_away_is_not_waited_for() -> None:
    now = Now()
    now.catch_up.begin()
    now.catch_up.fed()
    now.idle = True
    now.seconds = ALONE_SECONDS - 0.1
    assert now.catch_up.active()
    now.seconds = ALONE_SECONDS + 0.1
    assert not now.catch_up.active()


def test_a_machine_that_cannot_catch_up_closes_again() -> None:
    now = Now()
    now.catch_up.begin()
    now.catch_up.fed()
    now.seconds = LONGEST_SECONDS + 1
    assert not now.catch_up.active()


def waiting_graph(*, catching_up: bool) -> Graph:
    parts = GraphParts(Nothing, Nothing, Nowhere, Diary(MemoryRows()))  # type: ignore[arg-type]
    graph = Graph(Pace(lambda: 1000 * SECOND, 10.0), parts)
    graph.release.catching_up = lambda: catching_up
    graph.release.resume(20 * SECOND)
    return graph


def test_a_late_chunk_waits_for_all_that_vouches_for_it() -> None:
    graph = waiting_graph(catching_up=True)
    span, old = Span(20 * SECOND, 21 * SECOND), 60 * SECOND
    assert not graph.release._has_time_come(span, old)
    graph.delay.picture_upto = span.end
    graph.ledger.record(SpeechPassed(span.end))
    assert not graph.release._has_time_come(span, old), "the finder has not been checked since"
    graph.delay.picture_upto = span.end + CHECK_AHEAD
    assert graph.release._has_time_come(span, old)
    assert not graph.release._has_time_come(span, 9 * SECOND), "the delay holds"


def test_without_it_a_late_chunk_is_judged_as_it_is() -> None:
    graph = waiting_graph(catching_up=False)
    assert graph.release._has_time_come(Span(20 * SECOND, 21 * SECOND), 60 * SECOND)


def test_what_aired_before_does_not_air_again() -> None:
    graph = waiting_graph(catching_up=False)
    early = Sound(19 * SECOND, np.zeros(2 * SAMPLE_RATE, np.int16))
    graph.delay.add_sound(early)
    due = graph.release._due()
    assert due is not None and due.start == 20 * SECOND
