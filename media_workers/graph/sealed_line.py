"""The sealed original: every packet as it came, encrypted, before anything is analysed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import CourtstreamError
from courtstream.domain.time import SECOND, MediaTime, Span, to_seconds
from media_workers.runtime.edge import Edge, EndOfEdge, Overflow
from media_workers.runtime.items import SourcePacket
from media_workers.runtime.journal import Rows
from media_workers.sources.base import AudioTrack, VideoTrack


class Recorder(Protocol):
    """Writes packets into the sealed folder; gives one row a record that is durable."""

    def begin(self, video: VideoTrack | None, audio: AudioTrack | None) -> Iterable[dict[str, Any]]:
        """A new session: a new part with these tracks. Gives what the part before still held."""
        ...

    def push(self, packet: SourcePacket) -> Iterable[dict[str, Any]]:
        """Record one packet."""
        ...

    def interrupted(self, span: Span, reason: str) -> None:
        """Nothing was recorded in `span`, for one of the three lawful reasons."""
        ...

    def flush(self) -> Iterable[dict[str, Any]]:
        """Close the last part."""
        ...


Tracks = tuple[VideoTrack | None, AudioTrack | None]

RETRY_SECONDS = 2.0
"""A disk that failed is tried again this often: evidence lost for a moment, not for the day."""

PART: MediaTime = 900 * SECOND
"""A part is decrypted from its beginning: a quarter of an hour takes a fraction of a second, also
for whoever seeks in it or goes on after a crash. Each begins with a key frame, so it plays."""

KEPT: MediaTime = 30 * SECOND
"""What may wait for the disk to come back; half the edge, which blocks the source when full."""


class SealedLine:
    """Owns the recorder; one thread. Its edge blocks the source rather than lose evidence."""

    def __init__(self, recorder: Callable[[], Recorder], journal: Rows) -> None:
        self._make, self._journal = recorder, journal
        self.edge: Edge[SourcePacket | Tracks] = Edge(
            "evidence", _size, span=60 * SECOND, size=256 << 20, overflow=Overflow.BLOCK
        )
        self._paused: tuple[MediaTime, str] | None = None
        self._pauses: list[tuple[Span, str]] = []
        self._lock = threading.Lock()
        self._tracks: Tracks | None = None
        self._unsealed: list[SourcePacket] = []
        self._part_since: MediaTime | None = None
        self._folder = "sealed"
        self.records = 0
        self.bytes = 0
        self.error = ""
        self.finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealed", daemon=True)

    def start(self) -> None:
        """Begin to record."""
        self._thread.start()

    def begin(self, video: VideoTrack | None, audio: AudioTrack | None) -> None:
        """A new session of the source."""
        self.edge.put((video, audio))

    def pause(self, at: MediaTime, reason: str) -> None:
        """Stop recording from `at` for a lawful reason."""
        with self._lock:
            self._paused = self._paused or (at, reason)

    def resume(self, at: MediaTime) -> None:
        """Record again from `at`; the interruption is written down with its reason."""
        with self._lock:
            if self._paused is not None and at > self._paused[0]:
                self._pauses.append((Span(self._paused[0], at), self._paused[1]))
            self._paused = None

    def forget_pause(self) -> None:
        """An earlier run has written the pause down already."""
        with self._lock:
            self._paused = None

    def counters(self) -> dict[str, float]:
        """Records and bytes made durable."""
        return {
            "sealed_records": self.records,
            "sealed_bytes": self.bytes,
            "sealed_queue_seconds": round(to_seconds(self.edge.held), 2),
        }

    def _run(self) -> None:
        try:
            before = -1
            while not self._recorded() and not (self.edge.closed and self.records == before):
                before = self.records
                self._wait_out()
        finally:
            self.edge.close()
            self.edge.clear()
            self.finished.set()

    def _recorded(self) -> bool:
        """Record until the edge ends. False when the disk failed or the folder is still held."""
        try:
            recorder = self._make()
            if self._tracks is not None:
                self._write(recorder.begin(*self._tracks))
            for packet in self._unsealed:  # what a failed disk did not take
                self._write(recorder.push(packet))
            self._work(recorder)
            self._write(recorder.flush())
        except (OSError, CourtstreamError) as error:
            # Said once and loudly; the page shows it and the hearing's leader decides.
            code = str(getattr(error, "code", type(error).__name__))
            if code != self.error:
                self._journal.write(RowKind.ERROR, stage="sealed", code=code)
            self.error = code
            return False
        return True

    def _wait_out(self) -> None:
        """Until the next try; the newest half minute waits, so that the live side goes on."""
        time.sleep(RETRY_SECONDS)
        while self.edge.held > KEPT:
            item = self.edge.get(0)
            if isinstance(item, tuple):
                self._tracks = item

    def _work(self, recorder: Recorder) -> None:
        while True:
            try:
                item = self.edge.get(0.5)
            except EndOfEdge:
                return
            self._note_pauses(recorder)
            if isinstance(item, SourcePacket):
                if not self._is_paused(item.dts):
                    self._seal(recorder, item)
            elif item is not None:
                self._begin(recorder, item)

    def _begin(self, recorder: Recorder, tracks: Tracks) -> None:
        self._tracks, self._part_since = tracks, None
        self._write(recorder.begin(*tracks))
        self._unsealed = []

    def _is_part_over(self, packet: SourcePacket) -> bool:
        """Whether a new part begins with this packet."""
        if self._part_since is None or packet.dts - self._part_since < PART:
            return False
        only_sound = self._tracks is not None and self._tracks[0] is None
        return (packet.kind == "video" and packet.key) or only_sound

    def _seal(self, recorder: Recorder, packet: SourcePacket) -> None:
        """Record a packet; until its record is durable it is kept here, too."""
        if self._is_part_over(packet) and self._tracks is not None:
            self._begin(recorder, self._tracks)
        self._part_since = packet.dts if self._part_since is None else self._part_since
        self._unsealed.append(packet)
        if self._write(recorder.push(packet)):
            self._unsealed = [packet]  # the record that became durable ends before it

    def _note_pauses(self, recorder: Recorder) -> None:
        with self._lock:
            pauses, self._pauses = self._pauses, []
        for span, reason in pauses:
            recorder.interrupted(span, reason)

    def _is_paused(self, t: MediaTime) -> bool:
        with self._lock:
            return self._paused is not None and t >= self._paused[0]

    def _write(self, rows: Iterable[dict[str, Any]]) -> bool:
        """Note durable records; whether any media was among them."""
        media = False
        for row in rows:
            media = media or row.get("record", "MEDIA") == "MEDIA"
            self.error = ""
            self._note_folder(str(row.get("folder", self._folder)))
            self.records += 1
            self.bytes += int(row["bytes"])
            self._journal.write(RowKind.SEALED, row["start"], **row)
        return media

    def _note_folder(self, folder: str) -> None:
        """A damaged folder is left as it is and recording goes on beside it: that is on record."""
        if folder != self._folder:
            self._folder = folder
            self._journal.write(RowKind.ERROR, stage="sealed", code="seal_moved", folder=folder)


def _size(item: SourcePacket | Tracks) -> tuple[MediaTime, int] | None:
    return (item.dts, len(item.data)) if isinstance(item, SourcePacket) else None
