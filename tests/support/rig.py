"""A live hearing in this process: real graph, real encoders, a file played at wall-clock pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from courtstream.control.protocol import JournalRow, RowKind, SourceSpec
from courtstream.domain.time import SECOND, MediaTime
from media_workers.graph.diary import Diary
from media_workers.graph.picture_line import FacesFactory
from media_workers.graph.release_line import Pace
from media_workers.graph.sound_line import SpeechFactory
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.outputs.hls import HlsOutput
from media_workers.outputs.live import LiveOutputs
from media_workers.outputs.renditions import PictureFormat
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.items import Sound, SpeechPassed
from media_workers.runtime.journal import Journal, read_rows
from media_workers.sessions import Sessions
from media_workers.vision.detect import YuNetFinder
from tests.support.published import Published, read

ROOT = Path(__file__).parent.parent.parent
SHORT = ROOT / "sample_media" / "short.mp4"
HEARING = ROOT / "sample_media" / "hearing.mp4"


class PromptSpeech:
    """Speech analysis that passes all sound at once and finds nothing private."""

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        yield SpeechPassed(item.span.end)

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


def real_faces() -> WatchedFaces:
    return WatchedFaces(YuNetFinder())


@dataclass
class Rig:
    """`run` plays `media` through a graph; afterwards `published` and `rows` tell what left."""

    folder: Path
    media: Path = SHORT
    faces: FacesFactory = real_faces
    speech: SpeechFactory = PromptSpeech
    delay: float = 4.0
    during: Callable[[Rig], None] | None = None
    graph: Graph = field(init=False)

    def run(self) -> Published:
        """Play to the end and read what was published."""
        self.run_until_over()
        return read(self.folder / "public" / "live")

    def run_until_over(self) -> None:
        zero, start = datetime.now(UTC), time.monotonic_ns()

        def now() -> MediaTime:
            return time.monotonic_ns() - start

        self.now = now
        journal = Journal(self.folder / "journal.jsonl", "h_rig", 1, lambda row: None)
        public = self.folder / "public"

        def output() -> LiveOutputs:
            hls = HlsOutput(public / "live", journal, epoch=1, wall_zero=zero, window=7200.0)
            return LiveOutputs(public, hls, journal, lambda: PictureFormat(*self.graph.form))

        parts = GraphParts(self.faces, self.speech, output, Diary(journal), preset="ultrafast")
        self.graph = Graph(Pace(now, self.delay), parts)
        sessions = Sessions(SourceSpec(kind="file", path=self.media), self.graph, journal, now)
        self.graph.start()
        sessions.start()
        if self.during is not None:
            self.during(self)
        assert sessions.over.wait(90), "the source did not end"
        self.graph.end(now())
        assert self.graph.join(90), "the graph did not finish"
        journal.close()

    def rows(self, kind: RowKind) -> list[JournalRow]:
        return [row for row in read_rows(self.folder / "journal.jsonl") if row.kind is kind]

    def wait_until_aired(self, seconds: float, timeout: float = 60.0) -> None:
        deadline = time.monotonic() + timeout
        while self.graph.release.aired < seconds * SECOND:
            assert time.monotonic() < deadline, "nothing aired in time"
            time.sleep(0.05)
