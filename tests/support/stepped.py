"""A live hearing by a clock that the test moves: the whole graph, minutes of it in seconds.

Nothing here depends on how fast the machine is: media time goes on only when every line has done
what it can do. What is published is real: encoded, written, listed, and read back by a player.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND, MediaTime, seconds, to_seconds
from media_workers.graph import release_line
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import Pace
from media_workers.graph.sound_line import SpeechFactory
from media_workers.outputs.hls import HlsOutput
from media_workers.outputs.live import LiveOutputs
from media_workers.outputs.renditions import PictureFormat
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.items import FacesAt, Picture
from media_workers.runtime.journal import Journal, read_rows
from media_workers.sources.base import AudioTrack, RawPacket, VideoTrack
from media_workers.speech.dial import SpeechDial
from tests.support.media import stream
from tests.support.published import Published, read

FPS = 2
SIZE = (160, 120)
PATIENCE = 60.0
"""Seconds a line may take for one step before the test fails."""


class NobodyThere:
    """Face analysis of an empty room."""

    def push(self, item: Picture) -> Iterator[FacesAt]:
        yield FacesAt(item.t, item.index, ())

    def flush(self) -> Iterator[FacesAt]:
        return iter(())


@dataclass
class Stepped:
    """`run` plays `length` seconds of noise; `at` maps a second to what happens then.

    `busy` tells whether analysis is expected to be stuck now, so that it is not waited for.
    """

    folder: Path
    speech: SpeechFactory
    length: int
    delay: float = 10.0
    dial: SpeechDial | None = None
    wary: bool = False
    at: dict[int, Callable[[], None]] = field(default_factory=dict)
    stuck: Callable[[], bool] = lambda: False
    now: float = 0.0
    graph: Graph = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder / "journal.jsonl", "h_step", 1, lambda row: None)
        parts = GraphParts(
            NobodyThere,
            self.speech,
            self._output,
            Diary(self.journal),
            dial=self.dial,
            wary=self.wary,
            seconds=lambda: self.now,
            preset="ultrafast",
        )
        self.graph = Graph(Pace(self.media_now, self.delay), parts)
        # an instant has no length here: what came is worked on at once
        self.graph.picture.edge.linger = self.graph.sound.edge.linger = 0

    def media_now(self) -> MediaTime:
        return seconds(self.now)

    def rows(self, kind: RowKind) -> list[JournalRow]:
        return [row for row in read_rows(self.folder / "journal.jsonl") if row.kind is kind]

    def run(self) -> Published:
        """Play to the end and read what was published."""
        video, audio, packets = stream(self.length, SIZE, fps=FPS)
        assert audio is not None
        poll, release_line.POLL_SECONDS = release_line.POLL_SECONDS, 0.002
        fsync, os.fsync = os.fsync, lambda fd: None  # what survives a power cut is tested elsewhere
        try:
            self.graph.start()
            self.graph.begin_session(
                0,
                VideoTrack(video.codec, video.extradata, video.width, video.height, float(FPS)),
                AudioTrack(audio.codec, audio.extradata, audio.rate, audio.channels),
            )
            waiting = iter(packets)
            packet = next(waiting, None)
            for second in range(1, self.length + 1):
                self.now = float(second)
                while packet is not None and packet.dts < second * SECOND:
                    dts, pts = packet.dts, packet.pts
                    self.graph.feed(
                        RawPacket(packet.kind, pts, dts, packet.duration, packet.key, packet.data)
                    )
                    packet = next(waiting, None)
                self._settle()
                self.at.get(second, lambda: None)()
            self._end()
        finally:
            release_line.POLL_SECONDS, os.fsync = poll, fsync
        self.journal.close()
        return read(self.folder / "public" / "live")

    def _settle(self) -> None:
        """Wait until every line has done what it can do at this instant."""
        graph = self.graph
        self._wait(lambda: len(graph.picture.edge) == 0 and len(graph.sound.edge) == 0)
        self._wait(lambda: graph.delay.sound_upto >= seconds(self.now - 0.2))
        self._wait(lambda: graph.delay.picture_upto >= seconds(self.now - 1.0))
        self._wait(lambda: self.stuck() or graph.sound.speech.idle)
        self._wait(lambda: not self._is_due(graph.release.aired))

    def _is_due(self, aired: MediaTime) -> bool:
        """Whether the next chunk has still to air at this instant."""
        graph, end, age = self.graph, aired + SECOND, seconds(self.now) - aired - SECOND
        passed = graph.ledger.upto >= end and graph.delay.picture_upto >= end
        return age >= (graph.release.delay if passed else graph.release.lateness)

    def _end(self) -> None:
        self.graph.end(seconds(self.now))
        deadline = time.monotonic() + PATIENCE
        while not self.graph.join(0.01):
            self.now += 0.5
            assert time.monotonic() < deadline, "the graph did not finish"

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"nothing moves at {self.now} s"
            time.sleep(0.001)

    def _output(self) -> LiveOutputs:
        public = self.folder / "public"
        hls = HlsOutput(
            public / "live", self.journal, epoch=1, wall_zero=datetime.now(UTC), window=7200.0
        )
        return LiveOutputs(public, hls, self.journal, lambda: PictureFormat(*self.graph.form))

    @property
    def lag(self) -> float:
        """Seconds between now and the end of what has aired."""
        return self.now - to_seconds(self.graph.release.aired)
