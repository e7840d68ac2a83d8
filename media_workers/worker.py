"""One hearing's worker: from its order to the end of the hearing."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import structlog
from pydantic import ValidationError

from courtstream.control.memory import SpareMemory
from courtstream.control.protocol import (
    Command,
    Reply,
    RowKind,
    WorkerBeat,
    WorkerSpec,
    window_of,
)
from courtstream.domain.errors import CourtstreamError
from courtstream.domain.time import MediaTime, to_seconds
from courtstream.domain.transcript import Word
from media_workers.assemble import (
    Share,
    faces_factory,
    sealed_recorder,
    sharing,
    speech_dial,
    speech_factory,
)
from media_workers.beat import Pulse
from media_workers.desk import Desk
from media_workers.earlier import EarlierRuns
from media_workers.graph.catch_up import ALONE_SECONDS
from media_workers.graph.diary import Diary
from media_workers.graph.lower import Lower
from media_workers.graph.release_line import NOT_YET, Pace
from media_workers.graph.sealed_line import SealedLine
from media_workers.graph.sound_line import NEVER
from media_workers.link import Link
from media_workers.looks import Looks
from media_workers.media_clock import boot_id, boot_zero, media_clock, wall_zero
from media_workers.outputs.hls import HlsOutput, LowMaker
from media_workers.outputs.live import LiveOutputs
from media_workers.outputs.preview import Preview
from media_workers.outputs.renditions import PictureFormat
from media_workers.pipelines import Graph, GraphParts
from media_workers.refill import refill
from media_workers.runtime.journal import Journal
from media_workers.runtime.lease import LeaseWatch
from media_workers.runtime.threads import (
    EXIT_CODE,
    cpu_of_threads,
    exit_when_a_thread_falls,
    settle,
)
from media_workers.runtime.zones import LiveZones
from media_workers.sessions import Sessions
from media_workers.telling import counters
from media_workers.timeline.fit import low_size

log = structlog.get_logger()
JOURNAL = "journal.jsonl"

QUIET_SECONDS = 2.0
"""A source that stays connected and says nothing this long: what it said last is judged as it is.
Later, and it would air closed; sooner, and a hiccup of the network would close what follows it."""

MOST_LEFT_BEHIND = 3
"""Analyses that may hang and be given up in one process before it leaves for a clean start."""


class Worker:
    """Puts a hearing's graph, journal, sessions and link together and sees them to the end."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec = spec
        spec.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        spec.public.mkdir(parents=True, exist_ok=True)
        self.link = Link(spec, self._handle)
        self.lease = LeaseWatch(spec.lease, spec.epoch)
        self.journal = Journal(spec.folder / JOURNAL, spec.hearing_id, spec.epoch, self.link.row)
        rows = self.journal.earlier
        self.earlier = EarlierRuns.of(rows)
        self.wall_zero = wall_zero(rows)
        self.now = media_clock(self.wall_zero, self.earlier.last_instant, boot_zero(rows))
        self.refill = refill(spec.folder, spec.master_key_file, rows, self.earlier.aired)
        self.looks = Looks(window_of(spec.source.path))
        self.graph = self._graph()
        self.graph.window = self.looks
        self.sessions = Sessions(
            spec.source,
            self.graph,
            self.journal,
            self.now,
            self.earlier.last_instant,
            self.refill,
        )
        self.desk = Desk(self.graph, self.journal, self.now, self._end, spec.policy)
        self.pulse = Pulse(spec, self.graph, self.sessions, self.journal, self.now, self.lease.held)
        self.preview = Preview(spec.folder / "preview")
        self.spare = SpareMemory()
        self._spent: dict[str, float] = {}
        self._stopping = False
        self._code = 0

    def run(self) -> int:
        """Run until the hearing is over or the process is told to stop; gives the exit code."""
        self._began()
        if self.spec.policy.start == "clerk" and not self.earlier.begun:  # begun once, it goes on
            self.graph.release.opens_at = NOT_YET
        self.graph.release.grace_over = self.desk.grace_over
        self.graph.release.resume(self._resumes_at())
        if self.earlier.begun and self.refill is None:
            self.graph.release.cover()
        self.desk.recall(self.journal.earlier)
        self.journal.earlier = ()  # hours of rows, taken up by all who need them
        self.looks.start()
        self.graph.start()
        self.sessions.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        asyncio.run(self.link.run(self.beat, self._over))
        if not self._stopping:
            self.journal.write(
                RowKind.ENDED, self.graph.release.aired, end=self.graph.release.aired
            )
        spent = {f"cpu_{name}": used for name, used in self._spent.items()}
        self.journal.write(RowKind.COUNTERS, None, **counters(self.graph), **spent)
        self.journal.close()
        self.looks.stop()
        return self._code

    def _handle(self, command: Command) -> Reply:
        return self.desk.handle(command)

    def beat(self) -> WorkerBeat:
        """The worker's state now; what is looked after once a second is looked after here."""
        self.desk.adapt()
        return self.pulse.beat()

    def _look_round(self) -> None:
        """Once a second: a silent source, the pictures that the courtroom's page shows, memory."""
        connected = self.sessions.state == "connected"
        self.graph.pause(QUIET_SECONDS if connected else ALONE_SECONDS)
        self.preview.show(self.graph.delay.coming())
        self.spare.look()
        self._spent |= cpu_of_threads()

    def _began(self) -> None:
        aired = self.earlier.aired
        lost = to_seconds(self.now() - aired) if aired and self.refill is None else 0.0
        self.journal.write(
            RowKind.STARTED,
            self.now(),
            epoch=self.spec.epoch,
            pid=os.getpid(),
            wall_zero=self.wall_zero.isoformat(),
            boot=boot_id(),
            boot_zero=time.clock_gettime_ns(time.CLOCK_BOOTTIME) - self.now(),
            resumed=bool(aired),
            lost_seconds=round(max(0.0, lost), 3),
        )
        if self.journal.damaged:
            self.journal.write(
                RowKind.ERROR, stage="journal", code="journal_damaged", lines=self.journal.damaged
            )

    def _resumes_at(self) -> MediaTime:
        """The first instant that this run may air."""
        return self.refill.aired if self.refill else self.earlier.aired

    def _heard_before(self) -> MediaTime:
        """How far the hearing was heard before speech analysis begins; NEVER at its beginning."""
        afresh = self.refill is not None and self.refill.begins
        return NEVER if afresh or not self.earlier.came else self.earlier.aired

    def _heard(self, words: Sequence[Word]) -> None:
        aired = self._resumes_at()
        self.desk.heard([word for word in words if word.span.end > aired])

    def _over(self) -> bool:
        self._look_round()
        self._leave_when_stuck()
        if self.sessions.over.is_set() and self.desk.ending is None:
            self._end()
        return self.graph.join(0.0)

    def _end(self) -> None:
        """The hearing is over: what has been captured still airs, then everything closes."""
        self.sessions.stop()
        self.desk.ending = self.now()
        self.graph.end(self.now())

    def _leave_when_stuck(self) -> None:
        """Only a new process is rid of threads that hang in foreign code."""
        if self.graph.threads_left_behind >= MOST_LEFT_BEHIND and not self._stopping:
            self.journal.write(RowKind.ERROR, self.now(), stage="analysis", code="hung_threads")
            self._code = EXIT_CODE
            self._stop()

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
        dial = speech_dial(spec.models, spec.policy)
        zones = LiveZones(spec.policy.zones)
        parts = GraphParts(
            faces=faces_factory(spec.models, zones),
            speech=speech_factory(
                spec.models, spec.policy, spec.participants, dial, spec.language, self._share()
            ),
            dial=dial,
            wary=True,
            words=self._heard,
            output=self._outputs,
            diary=Diary(
                self.journal,
                told=self.earlier.told,
                seats=self.spec.policy.seats,
            ),
            sealed=sealed,
            heard=self._heard_before(),
            bleep=spec.policy.bleep,
            zones=zones,
            low=self._low,
            form=self.earlier.form,
        )
        return Graph(Pace(self.now, spec.policy.delay, spec.signal_grace_seconds), parts)

    def _share(self) -> Share | None:
        """The speech services first, where the site has them."""
        spec = self.spec
        asks = spec.models.service and spec.nats_url
        return sharing(spec.hearing_id, spec.nats_url) if asks else None

    @property
    def _low(self) -> bool:
        """Whether 360 lines are made: as the order says; a hearing goes on as it has begun."""
        return self.spec.low if self.earlier.low is None else self.earlier.low

    def _outputs(self) -> LiveOutputs:
        lower = Lower(lambda: self.graph.form)
        hls = HlsOutput(
            self.spec.public / "live",
            self.journal,
            epoch=self.spec.epoch,
            wall_zero=self.wall_zero,
            window=self.spec.dvr_seconds,
            low=LowMaker(low_size, lower.group) if self._low else None,
        )
        return LiveOutputs(
            self.spec.public,
            hls,
            self.journal,
            lambda: PictureFormat(*self.graph.form),
            self.looks.released,
            self.lease.held,
        )


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
    import onnxruntime  # noqa: F401 here, or the hearing's first pictures would wait for it

    settle()
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
