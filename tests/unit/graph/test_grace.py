"""A lost signal is covered by a card for the grace period; after it a person decides, once told."""

from __future__ import annotations

from collections.abc import Iterator

from courtstream.domain.time import SECOND, MediaTime
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import Pace
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.items import FacesAt, Picture, Released, Sound, SpeechPassed
from media_workers.runtime.journal import MemoryRows


class Nothing:
    def push(self, item: Picture | Sound) -> Iterator[FacesAt | SpeechPassed]:
        return iter(())

    def flush(self) -> Iterator[FacesAt | SpeechPassed]:
        return iter(())


class Nowhere:
    def push(self, group: Released) -> None: ...

    def drop(self) -> None: ...

    def finish(self, *, final: bool) -> None: ...


def lost_for(seconds: int) -> tuple[Graph, list[MediaTime]]:
    """A hearing whose signal went away at 10 s and that has aired cards for `seconds` since."""
    parts = GraphParts(Nothing, Nothing, Nowhere, Diary(MemoryRows()))  # type: ignore[arg-type]
    graph = Graph(Pace(lambda: 1000 * SECOND, 10.0, grace=60.0), parts)
    told: list[MediaTime] = []
    graph.release.grace_over = told.append
    graph.release._lost_since = 10 * SECOND
    graph.release._next = (10 + seconds) * SECOND
    return graph, told


def test_within_the_grace_period_the_card_goes_on() -> None:
    graph, told = lost_for(59)
    assert graph.release._due() is not None
    assert told == []


def test_after_it_the_playlist_pauses_and_it_is_told_once() -> None:
    graph, told = lost_for(60)
    for _ in range(3):
        assert graph.release._due() is None
    assert told == [70 * SECOND]
