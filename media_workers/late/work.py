"""`late`: an uploaded recording is sealed, then worked through as a live hearing would have been.

What is analysed is read back from the sealed original, through the live graph with no wall clock:
the same faces, speech, guard and outputs. A process that was killed goes on where it had got to.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from courtstream.control.protocol import (
    JournalRow,
    LateSpec,
    RowKind,
    SecondPassSpec,
    WorkerSpec,
    late_file,
)
from courtstream.control.sweep import mend
from courtstream.domain.errors import BrokenStream, CourtstreamError, NoAudioTrack
from courtstream.domain.time import MediaTime, to_seconds
from media_workers.assemble import faces_factory, speech_factory
from media_workers.earlier import EarlierRuns
from media_workers.graph.diary import Diary
from media_workers.graph.lower import Lower
from media_workers.graph.release_line import Pace
from media_workers.graph.sound_line import NEVER, SpeechFactory
from media_workers.late.seal import SEALED, seal
from media_workers.outputs.hls import HlsOutput, LowMaker
from media_workers.outputs.live import LiveOutputs
from media_workers.outputs.renditions import PictureFormat
from media_workers.pipelines import Graph, GraphParts
from media_workers.refill import Refill
from media_workers.runtime.journal import Journal, read_rows
from media_workers.runtime.zones import LiveZones
from media_workers.speech.silence import Silence
from media_workers.timeline.fit import low_size

EPOCH = 1
"""Nothing of such a hearing ever ran live, and one process at a time has its folder."""

TELL_SECONDS = 5.0


class LateRecording:
    """One uploaded recording; `run` does all that has not been done. `speech`: for tests."""

    def __init__(
        self, spec: SecondPassSpec, late: LateSpec, speech: SpeechFactory | None = None
    ) -> None:
        self._late, self._folder, self._public = late, spec.folder, spec.public
        self._master, self._speech = spec.master_key_file, speech
        self._file = late_file(spec.folder, late.id)
        if (spec.folder / SEALED).is_dir():
            mend(spec.folder)  # records of a run that was killed before it could tell of them
        self._path = spec.folder / "journal.jsonl"
        self._journal = Journal(self._path, spec.hearing_id, EPOCH, lambda row: None)
        self._told = 0.0

    def run(self) -> None:
        """Raises CourtstreamError or OSError, after a row that says so."""
        try:
            if not (self._folder / SEALED).is_dir():
                self._seal()
            self._file.unlink(missing_ok=True)
            end = self._work_through() if self._late.open else self._sealed_upto()
            wall = datetime.fromisoformat(self._late.began) + timedelta(seconds=to_seconds(end))
            self._journal.write(RowKind.ENDED, end, end=end, why="late", wall=wall.isoformat())
            self._say(state="done")
        except (CourtstreamError, OSError) as error:
            self._say(state="failed", code=str(getattr(error, "code", type(error).__name__)))
            raise
        finally:
            self._journal.close()

    def _seal(self) -> None:
        if not self._file.is_file():
            raise BrokenStream("the uploaded file is gone")
        self._say(state="sealing", done=0.0)
        sealed = seal(self._file, self._folder, self._master, self._progress("sealing"))
        journal, video = self._journal, sealed.video
        journal.write(
            RowKind.STARTED, 0, epoch=EPOCH, pid=os.getpid(), wall_zero=self._late.began, late=True
        )
        form = {"width": video.width, "height": video.height, "fps": video.fps} if video else {}
        code = "" if sealed.audio else NoAudioTrack.code
        journal.write(RowKind.SOURCE, 0, state="file", code=code, **form)
        for row in sealed.rows:
            journal.write(RowKind.SEALED, row["start"], **row)
        journal.sync()
        self._say(state="sealed")

    def _sealed_upto(self) -> MediaTime:
        rows = self._rows(RowKind.SEALED)
        return max((int(row.body["end"]) for row in rows), default=0)

    def _rows(self, *kinds: RowKind) -> list[JournalRow]:
        self._journal.sync()
        return [row for row in read_rows(self._path) if row.kind in kinds]

    def _work_through(self) -> MediaTime:
        """All that has not been published yet; gives how far it reaches."""
        earlier = EarlierRuns.of(self._journal.earlier)
        source = next(iter(self._rows(RowKind.SOURCE)), None)
        facts = source.body if source else {}
        refill = Refill(
            self._folder / SEALED,
            self._master,
            earlier.aired,
            not earlier.aired,
            float(facts.get("fps", 25.0)),
        )
        graph = self._graph(earlier, sound=facts.get("code") != NoAudioTrack.code)
        tell = self._progress("running")
        graph.release.resume(earlier.aired)
        graph.start()
        for piece in refill.pieces():
            graph.refill(piece)
            tell(graph.release.aired)
        graph.end()
        while not graph.join(1.0):
            tell(graph.release.aired)
        return graph.release.aired

    def _order(self) -> WorkerSpec:
        """The hearing's order in its own folder, where later listenings look for names."""
        own = {"folder": self._folder, "public": self._public, "master_key_file": self._master}
        order = self._late.worker.model_copy(update=own)
        (self._folder / "spec.json").write_text(order.model_dump_json(), encoding="utf-8")
        return order

    def _graph(self, earlier: EarlierRuns, *, sound: bool) -> Graph:
        worker = self._order()
        policy, zones = worker.policy, LiveZones(worker.policy.zones)
        heard = self._speech or speech_factory(
            worker.models, policy, worker.participants, language=worker.language
        )
        low = worker.low if earlier.low is None else earlier.low

        def output() -> LiveOutputs:
            lower = Lower(lambda: graph.form)
            hls = HlsOutput(
                self._public / "live",
                self._journal,
                epoch=EPOCH,
                wall_zero=datetime.fromisoformat(self._late.began),
                window=worker.dvr_seconds,
                low=LowMaker(low_size, lower.group) if low else None,
            )
            form = lambda: PictureFormat(*graph.form)  # noqa: E731
            return LiveOutputs(self._public, hls, self._journal, form)

        graph: Graph
        graph = Graph(
            Pace(None, policy.delay),
            GraphParts(
                faces=faces_factory(worker.models, zones),
                speech=heard if sound else Silence,
                output=output,
                diary=Diary(self._journal, told=earlier.told, seats=policy.seats),
                heard=earlier.aired or NEVER,
                bleep=policy.bleep,
                zones=zones,
                low=low,
            ),
        )
        return graph

    def _progress(self, state: str) -> Callable[[MediaTime], None]:
        def tell(t: MediaTime) -> None:
            if time.monotonic() - self._told >= TELL_SECONDS:
                self._say(state=state, done=round(to_seconds(t), 1))

        return tell

    def _say(self, **body: Any) -> None:
        self._told = time.monotonic()
        self._journal.write(RowKind.LATE, None, id=self._late.id, **body)
