"""Records the source's packets as they came into the sealed original, a cluster a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from courtstream.domain.errors import SealBroken
from courtstream.domain.time import MILLISECOND, MediaTime, Span
from courtstream.domain.trial import InterruptionReason
from courtstream.seal import Record, SealWriter, hearing_key, load_or_create_master_key
from media_workers.outputs.matroska import REACH, Block, Track, cluster, head
from media_workers.runtime.items import SourcePacket

CLUSTER: MediaTime = 800 * MILLISECOND
"""Media in one record: with the time to write it, a kill costs less than a second."""


class VideoDescription(Protocol):
    """What the recorder needs to know of a video track."""

    @property
    def codec(self) -> str: ...  # noqa: D102
    @property
    def extradata(self) -> bytes: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def height(self) -> int: ...  # noqa: D102


class AudioDescription(Protocol):
    """What the recorder needs to know of an audio track."""

    @property
    def codec(self) -> str: ...  # noqa: D102
    @property
    def extradata(self) -> bytes: ...  # noqa: D102
    @property
    def rate(self) -> int: ...  # noqa: D102
    @property
    def channels(self) -> int: ...  # noqa: D102


Row = dict[str, Any]


class SealedRecorder:
    """The evidence branch. Owned by one thread; writing blocks until the bytes are on disk.

    `folder` gets a key of its own wrapped by the master key in `master_key_file`. Rows are
    {folder, record, part, index, start, end, bytes, sha256}: `record` its kind, times in ns,
    `sha256` the chain value after the record. Raises SealKeyUnusable, SealBusy, OSError. A folder
    whose chain is damaged is left as it is and recording goes on beside it (`folder` tells where).
    """

    def __init__(self, folder: Path, master_key_file: Path) -> None:
        self._master = load_or_create_master_key(master_key_file)
        self._root = folder
        self.folder = folder
        self._writer: SealWriter | None = None
        self._head = b""
        self._blocks: list[Block] = []
        self._opened: MediaTime = 0
        self._ends: MediaTime = 0
        self._waiting: list[Row] = []
        self._untold: list[tuple[Span, InterruptionReason]] = []

    def begin(self, video: VideoDescription | None, audio: AudioDescription | None) -> list[Row]:
        """A new session of the source: a new part. Gives what the part before still held."""
        rows = self.flush()
        self._writer = self._open()
        self._head = head(_tracks(video, audio))
        self._tell()
        return rows

    def push(self, packet: SourcePacket) -> list[Row]:
        """Record one packet; gives a row when a record became durable."""
        rows = self._taken()
        if self._is_due(packet):
            rows += self._seal(packet.dts)
        if not self._blocks:
            self._opened = self._ends = packet.dts
        self._blocks.append(Block(packet.kind, max(0, packet.pts), packet.key, packet.data))
        self._ends = max(self._ends, packet.dts + packet.duration)
        return rows

    def interrupted(self, span: Span, reason: str) -> None:
        """State that nothing was recorded in `span`. Raises ValueError for an unlawful reason.

        A recess before the courtroom has ever sent anything is written into its first part.
        """
        self._untold.append((span, InterruptionReason(reason)))
        if self._writer is not None:
            self._waiting += self._seal(span.start) if self._blocks else []
            self._tell()

    def _tell(self) -> None:
        untold, self._untold = self._untold, []
        for span, reason in untold:
            record = self._part().interruption(span, reason)
            self._waiting.append(_row(self.folder.name, record))

    def flush(self) -> list[Row]:
        """Close the part in order; the recorder may begin another."""
        if self._writer is None:
            return []
        rows = self._taken() + (self._seal(self._ends) if self._blocks else [])
        last = self._writer.close()
        self._writer = None
        return [*rows, _row(self.folder.name, last)] if last is not None else rows

    def _taken(self) -> list[Row]:
        rows, self._waiting = self._waiting, []
        return rows

    def _is_due(self, packet: SourcePacket) -> bool:
        if not self._blocks:
            return False
        times = [block.t for block in self._blocks] + [max(0, packet.pts)]
        return packet.dts - self._opened >= CLUSTER or max(times) - min(times) >= REACH

    def _seal(self, upto: MediaTime) -> list[Row]:
        blocks, self._blocks = self._blocks, []
        clear = self._head + cluster(min(block.t for block in blocks), blocks)
        span = Span(self._opened, max(self._opened, min(upto, self._ends)))
        record = self._part().write(clear, span)
        self._head = b""
        return [_row(self.folder.name, record)]

    def _part(self) -> SealWriter:
        if self._writer is None:
            raise ValueError("begin() comes before packets")
        return self._writer

    def _open(self) -> SealWriter:
        """The next part; in a folder beside the present one when that is damaged."""
        for attempt in range(1, 100):
            try:
                key = hearing_key(self.folder, self._master, create=True)
                writer = SealWriter(self.folder, key)
                self._waiting += [_row(self.folder.name, r) for r in writer.recovered.records]
                return writer
            except SealBroken:
                self.folder = self._root.with_name(f"{self._root.name}-{attempt + 1}")
        raise SealBroken("no folder can be written")


def _tracks(video: VideoDescription | None, audio: AudioDescription | None) -> Sequence[Track]:
    tracks = []
    if video is not None:
        tracks.append(
            Track("video", video.codec, video.extradata, width=video.width, height=video.height)
        )
    if audio is not None:
        tracks.append(
            Track("audio", audio.codec, audio.extradata, rate=audio.rate, channels=audio.channels)
        )
    return tracks


def _row(folder: str, record: Record) -> Row:
    return {
        "folder": folder,
        "record": record.kind.name,
        "part": record.part,
        "index": record.index,
        "start": record.span.start,
        "end": record.span.end,
        "bytes": record.bytes,
        "sha256": record.chain,
    }
