"""A hearing that is over, worked through as fast as it goes: sealed original, journal, replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from courtstream.control.protocol import HideOrder, JournalRow, RowKind, SecondPassSpec
from courtstream.domain.time import MediaTime
from courtstream.domain.zones import ZoneMap
from media_workers.assemble import sealed_recorder
from media_workers.graph.diary import Diary
from media_workers.graph.lower import Lower
from media_workers.graph.release_line import Pace
from media_workers.graph.sealed_line import SealedLine
from media_workers.graph.seated_faces import SeatedFaces
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.outputs.hls import HlsOutput, LowMaker
from media_workers.outputs.live import LiveOutputs
from media_workers.outputs.renditions import PictureFormat
from media_workers.pipelines import Graph, GraphParts
from media_workers.recheck.job import SecondPass
from media_workers.runtime.items import FacesAt, Picture
from media_workers.runtime.journal import Journal, read_rows
from media_workers.runtime.stage import Stage
from media_workers.runtime.zones import LiveZones
from media_workers.sources.container import ContainerSource
from media_workers.timeline.fit import low_size
from media_workers.vision.detect import FaceFinder, YuNetFinder
from tests.support.published import Published, read
from tests.support.rig import SHORT, PromptSpeech


@dataclass
class Ended:
    """`run` plays `media` through the whole graph and ends it."""

    folder: Path
    media: Path = SHORT
    finder: FaceFinder | None = None
    zones: ZoneMap | None = None
    hearing_id: str = "h_ended"
    public: Path = Path()
    master: Path = Path()

    def __post_init__(self) -> None:
        if self.public == Path():
            self.public = self.folder / "public"
            self.master = self.folder.parent / "master.key"

    def run(self) -> Published:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "journal.jsonl"
        journal = Journal(path, self.hearing_id, 1, lambda row: None)
        journal.write(RowKind.STARTED, 0, epoch=1, pid=1, wall_zero=_now().isoformat())
        live = LiveZones(self.zones)
        graph = Graph(Pace(None, 10.0), self._parts(journal, live))
        self._graph = graph
        source = ContainerSource.from_file(self.media)
        graph.start()
        graph.begin_session(0, source.video, source.audio)
        for packet in source.packets():
            graph.feed(packet)
        source.close()
        graph.end()
        assert graph.join(600), "the graph did not finish"
        end: MediaTime = graph.release.aired
        journal.write(RowKind.ENDED, end, end=end, why="source_over")
        journal.close()
        return self.published()

    def _parts(self, journal: Journal, live: LiveZones) -> GraphParts:
        def output() -> LiveOutputs:
            lower = Lower(lambda: self._graph.form)
            hls = HlsOutput(
                self.public / "live",
                journal,
                epoch=1,
                wall_zero=_now(),
                window=7200.0,
                low=LowMaker(low_size, lower.group),
            )
            form = lambda: PictureFormat(*self._graph.form)  # noqa: E731
            return LiveOutputs(self.public, hls, journal, form)

        def faces() -> Stage[Picture, FacesAt]:
            return SeatedFaces(WatchedFaces(self.finder or YuNetFinder()), live)

        sealed = SealedLine(sealed_recorder(self.folder / "sealed", self.master), journal)
        return GraphParts(
            faces,
            PromptSpeech,
            output,
            Diary(journal),
            sealed,
            preset="ultrafast",
            zones=live,
            low=True,
        )

    def published(self, name: str = "index.m3u8") -> Published:
        return read(self.public / "live", name)

    def rows(self, kind: RowKind) -> list[JournalRow]:
        return [r for r in read_rows(self.folder / "journal.jsonl") if r.kind is kind]

    def second_pass(self, *hide: HideOrder) -> None:
        """The second pass in this process; `hide`: what people want hidden."""
        SecondPass(
            SecondPassSpec(
                hearing_id=self.hearing_id,
                folder=self.folder,
                public=self.public,
                master_key_file=self.master,
                hide=hide,
            )
        ).run()


def _now() -> datetime:
    return datetime.now(UTC)
