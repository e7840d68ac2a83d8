"""The graph names the stage that is late, and only then."""

from __future__ import annotations

import pytest

from courtstream.domain.time import SECOND
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import Pace
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.journal import MemoryRows
from media_workers.speech.effort import Effort
from media_workers.telling import counters, slow_stage
from tests.unit.graph.test_grace import Nothing, Nowhere


@pytest.fixture
def graph() -> Graph:
    parts = GraphParts(Nothing, Nothing, Nowhere, Diary(MemoryRows()))  # type: ignore[arg-type]
    return Graph(Pace(lambda: 1000 * SECOND, 10.0), parts)


def test_who_is_in_time_is_told_nothing(graph: Graph) -> None:
    assert slow_stage(graph) == ""


def test_late_faces_and_late_speech_are_named_with_what_to_do(graph: Graph) -> None:
    graph._newest_audio = 11 * SECOND
    assert "语音分析跟不上" in slow_stage(graph) and "more delay" in slow_stage(graph)
    graph.set_delay(12 * SECOND)
    assert slow_stage(graph) == "", "a longer delay leaves the time"
    graph._newest_video = 4 * SECOND
    assert "人脸分析跟不上" in slow_stage(graph) and "lower size" in slow_stage(graph)


def test_a_disk_that_takes_nothing_comes_before_what_is_late(graph: Graph) -> None:
    graph._newest_video = 4 * SECOND
    graph.release.error = OSError("no space")
    assert "磁盘" in slow_stage(graph)


def test_less_effort_is_said_when_nothing_else_is_wrong(graph: Graph) -> None:
    graph.sound.dial.began()
    graph.sound.dial.gave_up(10 * SECOND, 5 * SECOND)
    assert slow_stage(graph) == Effort.WIDER_HOP.says != ""


def test_counters_carry_what_the_courtroom_page_shows(graph: Graph) -> None:
    told = counters(graph)
    assert {"guard_closures", "fps", "delay_proposed", "video_packets_refused"} <= set(told)
    assert (told["width"], told["height"]) == (1280, 720)
