"""One hearing's worker: from its order to the end of the hearing."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic import ValidationError

from courtstream.control.protocol import (
    Command,
    JournalRow,
    Reply,
    RowKind,
    WorkerBeat,
    WorkerSpec,
)
from courtstream.domain.errors import CourtstreamError
from courtstream.domain.time import SECOND, MediaTime, to_seconds
from courtstream.domain.trial import MinuteState
from media_workers.assemble import faces_factory, sealed_recorder, speech_factory
from media_workers.desk import Desk
from media_workers.graph.coming import coming
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import Pace
from media_workers.graph.sealed_line import SealedLine
from media_workers.graph.sound_line import NEVER
from media_workers.link import Link
from media_workers.outputs.hls import HlsOutput, PictureFormat
from media_workers.outputs.live import LiveOutputs
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.journal import Journal
from media_workers.runtime.threads import exit_when_a_thread_falls
from media_workers.sessions import Sessions

log = structlog.get_logger()
JOURNAL = "journal.jsonl"


class Worker:
    """Puts a hearing's graph, journal, sessions and link together and sees them to the end."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec = spec
        spec.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        spec.public.mkdir(parents=True, exist_ok=True)
        self.link = Link(spec.nats_url, spec.hearing_id, self._handle)
        self.journal = Journal(spec.folder / JOURNAL, spec.hearing_id, spec.epoch, self.link.row)
        self.wall_zero = wall_zero(self.journal.earlier)
        self.now = media_clock(self.wall_zero, self._aired_before())
        self.graph = self._graph()
        self.sessions = Sessions(spec.source, self.graph, self.journal, self.now)
        self.desk = Desk(self.graph, self.journal, self.now, self._end)
        self._stopping = False

    def run(self) -> int:
        """Run until the hearing is over or the process is told to stop; gives the exit code."""
        self._began()
        self.desk.recall(self.journal.earlier)
        self.journal.earlier = ()  # hours of rows, taken up by all who need them
        self.graph.start()
        self.sessions.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        asyncio.run(self.link.run(self.beat, self._over))
        if not self._stopping:
            self.journal.write(
                RowKind.ENDED, self.graph.release.aired, end=self.graph.release.aired
            )
        self.journal.write(RowKind.COUNTERS, None, **self.graph.counters())
        self.journal.close()
        return 0

    def _handle(self, command: Command) -> Reply:
        return self.desk.handle(command)

    def beat(self) -> WorkerBeat:
        """The worker's state now."""
        graph, verdict = self.graph, self.graph.release.verdict
        spans, lines = coming(graph.ledger, graph.release.aired)
        return WorkerBeat(
            hearing_id=self.spec.hearing_id,
            epoch=self.spec.epoch,
            pid=os.getpid(),
            seq=self.journal.seq,
            state=verdict.state if verdict else MinuteState.DELAYED,
            why=(verdict.closed.value if verdict and verdict.closed else self.sessions.code),
            source=self.sessions.state,
            media_time=to_seconds(self.now()),
            aired=to_seconds(graph.release.aired),
            delay=to_seconds(graph.release.delay),
            picture_lag=to_seconds(graph.picture_lag),
            speech_lag=to_seconds(graph.speech_lag),
            guard_open=verdict is not None and verdict.closed is None,
            guard_closures=graph.guard.closures_made,
            slow_stage=graph.slow_stage(to_seconds(graph.release.delay)),
            counters=graph.counters(),
            coming=spans,
            coming_lines=lines,
        )

    def _began(self) -> None:
        aired = self._aired_before()
        lost = to_seconds(self.now() - aired) if aired else 0.0
        self.journal.write(
            RowKind.STARTED,
            self.now(),
            epoch=self.spec.epoch,
            pid=os.getpid(),
            wall_zero=self.wall_zero.isoformat(),
            resumed=bool(aired),
            lost_seconds=round(max(0.0, lost), 3),
        )

    def _aired_before(self) -> MediaTime:
        """How far earlier runs of this hearing had published; 0 when there was none."""
        ends = [r.body["end"] for r in self.journal.earlier if r.kind is RowKind.SEGMENT]
        return int(ends[-1]) if ends else 0

    def _came_before(self) -> bool:
        """Whether the courtroom had sent anything to an earlier run."""
        return any(r.kind is RowKind.SOURCE for r in self.journal.earlier)

    def _over(self) -> bool:
        if self.sessions.over.is_set() and self.desk.ending is None:
            self._end()
        return self.graph.join(0.0)

    def _end(self) -> None:
        """The hearing is over: what has been captured still airs, then everything closes."""
        self.sessions.stop()
        self.desk.ending = self.now()
        self.graph.end(self.now())

    def _stop(self) -> None:
        """This process must go, the hearing stays: close files, leave the playlist open."""
        self._stopping = True
        self.sessions.stop()
        self.desk.ending = self.now()
        self.graph.end(0, final=False)

    def _graph(self) -> Graph:
        spec = self.spec
        sealed = SealedLine(
            sealed_recorder(spec.folder / "sealed", spec.master_key_file), self.journal
        )
        parts = GraphParts(
            faces=faces_factory(spec.models),
            speech=speech_factory(spec.models, spec.policy, spec.participants),
            output=self._outputs,
            diary=Diary(self.journal),
            sealed=sealed,
            heard=self._aired_before() if self._came_before() else NEVER,
            bleep=spec.policy.bleep,
        )
        return Graph(Pace(self.now, spec.policy.delay, spec.signal_grace_seconds), parts)

    def _outputs(self) -> LiveOutputs:
        hls = HlsOutput(
            self.spec.public / "live",
            self.journal,
            epoch=self.spec.epoch,
            wall_zero=self.wall_zero,
            window=self.spec.dvr_seconds,
        )
        return LiveOutputs(
            self.spec.public, hls, self.journal, lambda: PictureFormat(*self.graph.form)
        )


def wall_zero(earlier: tuple[JournalRow, ...]) -> datetime:
    """Wall time of media time 0: the first run's, so that all runs share one clock."""
    for row in earlier:
        if row.kind is RowKind.STARTED:
            return datetime.fromisoformat(row.body["wall_zero"])
    return datetime.now(UTC)


def media_clock(zero: datetime, least: MediaTime = 0) -> Callable[[], MediaTime]:
    """Media time of this instant, at first no less than `least`.

    The wall clock is read once; steps of it later do not matter, and one back between two runs
    must not make the playlist go back in time.
    """
    elapsed = round((datetime.now(UTC) - zero).total_seconds() * SECOND)
    start = max(least, elapsed) - time.monotonic_ns()
    return lambda: start + time.monotonic_ns()


def main(argv: list[str]) -> int:
    """`worker --spec FILE`; gives the exit code."""
    parser = argparse.ArgumentParser("media_workers worker")
    parser.add_argument("--spec", type=Path, required=True)
    options = parser.parse_args(argv)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    exit_when_a_thread_falls()
    try:
        spec = WorkerSpec.model_validate_json(options.spec.read_bytes())
        structlog.contextvars.bind_contextvars(hearing_id=spec.hearing_id, epoch=spec.epoch)
        return Worker(spec).run()
    except (OSError, ValidationError) as error:
        log.error("worker_order_unreadable", error=type(error).__name__)
        return 2
    except CourtstreamError as error:
        log.error("worker_cannot_start", code=error.code, remedy=error.remedy)
        return 3
