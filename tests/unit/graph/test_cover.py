"""What had not aired is lost with its node: a card stands for it at once, with no gap."""

from __future__ import annotations

from itertools import pairwise

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import MOST_CARDS, Pace
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.items import Released
from media_workers.runtime.journal import MemoryRows

from .test_grace import Nothing, Nowhere

DELAY = 10


class Kept(Nowhere):
    def __init__(self) -> None:
        self.groups: list[Released] = []

    def push(self, group: Released) -> None:
        self.groups.append(group)


def taken_up(aired: int, now: int, upto: int) -> tuple[Graph, list[Released]]:
    """A hearing whose public had `aired` seconds, taken up at `now`; what airs until `upto`."""
    clock = [now * SECOND]
    kept = Kept()
    parts = GraphParts(
        Nothing,  # type: ignore[arg-type]
        Nothing,  # type: ignore[arg-type]
        lambda: kept,
        Diary(MemoryRows()),
        form=(320, 180, 15.0),
    )
    graph = Graph(Pace(lambda: clock[0], float(DELAY), grace=60.0), parts)
    graph.release.resume(aired * SECOND)
    graph.release.cover()
    for clock[0] in range(now * SECOND, upto * SECOND + 1, SECOND):
        while (chunk := graph.release._due()) is not None:
            graph.release._air_or_drop(chunk)
    return graph, kept.groups


def test_the_card_goes_on_from_where_the_lost_node_ended() -> None:
    graph, groups = taken_up(aired=6, now=20, upto=22)
    starts = [group.span.start // SECOND for group in groups]
    assert starts == [6, 7, 8, 9, 10, 11]
    assert all(group.reasons == {Reason.SIGNAL_LOST} for group in groups)
    assert all(group.video[0].key for group in groups)
    assert graph.form == (320, 180, 15.0)


def test_after_a_long_failover_only_the_last_seconds_get_a_card() -> None:
    _, groups = taken_up(aired=6, now=50, upto=50)
    assert groups[0].span.start == 40 * SECOND - MOST_CARDS
    assert all(a.span.end == b.span.start for a, b in pairwise(groups))


def test_a_signal_that_was_away_longer_than_the_grace_period_gets_none() -> None:
    _, groups = taken_up(aired=6, now=6 + DELAY + 61, upto=6 + DELAY + 65)
    assert groups == []
