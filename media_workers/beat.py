"""What a worker says of itself once a second."""

from __future__ import annotations

import os
from collections.abc import Callable

from courtstream.control.memory import in_use
from courtstream.control.protocol import WorkerBeat, WorkerSpec
from courtstream.domain.time import MediaTime, to_seconds
from courtstream.domain.trial import MinuteState
from media_workers.graph.coming import coming
from media_workers.pipelines import Graph
from media_workers.runtime.journal import Journal
from media_workers.sessions import Sessions
from media_workers.telling import counters, slow_stage


class Pulse:
    """Reads a worker's parts and changes nothing in them. `leased`: whether it may publish."""

    def __init__(
        self,
        spec: WorkerSpec,
        graph: Graph,
        sessions: Sessions,
        journal: Journal,
        now: Callable[[], MediaTime],
        leased: Callable[[], bool],
    ) -> None:
        self._spec, self._graph, self._sessions = spec, graph, sessions
        self._journal, self._now, self._leased = journal, now, leased

    def beat(self) -> WorkerBeat:
        """The worker's state now."""
        graph, verdict = self._graph, self._graph.release.verdict
        spans, lines = coming(graph.ledger, graph.release.aired)
        return WorkerBeat(
            hearing_id=self._spec.hearing_id,
            epoch=self._spec.epoch,
            pid=os.getpid(),
            seq=self._journal.seq,
            state=verdict.state if verdict else MinuteState.DELAYED,
            why=self._why(),
            source=self._sessions.state,
            media_time=to_seconds(self._now()),
            aired=to_seconds(graph.release.aired),
            delay=round(to_seconds(graph.release.lateness), 1),
            picture_lag=to_seconds(graph.picture_lag),
            speech_lag=to_seconds(graph.speech_lag),
            guard_open=verdict is not None and verdict.closed is None,
            guard_closures=graph.guard.closures_made,
            slow_stage=self._slow_stage(),
            leased=self._leased(),
            counters={**counters(graph), **graph.delay.newest(), "memory_in_use": in_use() or 0},
            coming=spans,
            coming_lines=lines,
        )

    def _why(self) -> str:
        verdict = self._graph.release.verdict
        if self._graph.release.waiting:
            return "NOT_STARTED"
        return verdict.closed.value if verdict and verdict.closed else self._sessions.code

    def _slow_stage(self) -> str:
        if self._journal.error:
            return "庭审日志无法写盘，请检查磁盘 / the journal cannot be written: check the disk"
        return slow_stage(self._graph)
