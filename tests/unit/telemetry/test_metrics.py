"""Operators see every stage of every public hearing, and every node."""

from __future__ import annotations

from courtstream.control.protocol import NodeBeat, WorkerBeat
from courtstream.domain.trial import MinuteState
from courtstream.services.nodes.board import Board
from courtstream.telemetry.metrics import render
from tests.support.platform import NOW


def test_each_stage_shows_its_queue_its_speed_and_what_it_gave_up() -> None:
    board = Board()
    counters = {
        "picture_queue_seconds": 0.4,
        "sealed_queue_seconds": 0.1,
        "faces_rtf": 0.2,
        "speech_rtf": 0.3,
        "video_packets_refused": 7.0,
        "memory_in_use": 3e8,
        "width": 1280.0,
    }
    for name in ("h_public", "h_hidden"):
        beat = WorkerBeat(
            hearing_id=name, epoch=1, pid=1, seq=1, state=MinuteState.LIVE, delay=10.0,
            counters=counters,
        )  # fmt: skip
        board.worker(beat, NOW)
    board.node(
        NodeBeat(node="n1", pid=1, version="0", cores=2.0, busy=1.5, cost=0.5, free_bytes=9), NOW
    )
    text = render(board, 0, NOW, {"h_public"}, 200_000_000).decode()
    for line in (
        'courtstream_queue_seconds{hearing="h_public",stage="faces"} 0.4',
        'courtstream_queue_seconds{hearing="h_public",stage="sealed"} 0.1',
        'courtstream_realtime_factor{hearing="h_public",stage="speech"} 0.3',
        'courtstream_given_up{hearing="h_public",what="video_packets_refused"} 7.0',
        'courtstream_delay_seconds{hearing="h_public"} 10.0',
        'courtstream_worker_memory_bytes{hearing="h_public"} 3e+08',
        "courtstream_web_memory_bytes 2e+08",
        'courtstream_node{node="n1",what="busy"} 1.5',
    ):
        assert line in text, line
    assert "h_hidden" not in text and "courtstream_workers 2.0" in text
    assert "width" not in text
