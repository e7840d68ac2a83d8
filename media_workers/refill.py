"""What an earlier run of the hearing had recorded and the public has not had: read back, once.

A killed worker takes its delay line with it, but all that lay in it stands in the sealed original
too. The new worker decrypts it with the hearing's own key and has it analysed afresh, with enough
of what came before for the analysers to know the context; nothing of it is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.errors import SealBroken
from courtstream.domain.time import SECOND, MediaTime
from courtstream.seal import SealReader, hearing_key, listed, load_or_create_master_key
from media_workers.outputs.matroska import Track
from media_workers.outputs.matroska_read import read
from media_workers.redact.delay import chunk_start
from media_workers.redact.ledger import CONTEXT
from media_workers.runtime.items import SourcePacket
from media_workers.sources.base import AudioTrack, VideoTrack

HEARD_BEFORE: MediaTime = CONTEXT + 2 * SECOND
"""Sound before the first unaired instant that speech analysis hears again. More than the ledger
closes after sound without context, so that nothing stays silent for the restart's sake."""

SEEN_BEFORE: MediaTime = 2 * SECOND
"""Pictures before it, for the trackers; the key frame in front of them comes along."""

MOST: MediaTime = 60 * SECOND
"""More than this is not made up for: working through it would take minutes."""

KEPT_BY_CRASH = 5
"""A crash may have kept the last records out of the folder's listing."""

Piece = VideoTrack | AudioTrack | SourcePacket


@dataclass(frozen=True, slots=True)
class Refill:
    """From where on the public has had nothing, and where it can be read.

    `begins` tells whether that is the hearing's very beginning; `fps` what the pictures' rate was.
    """

    folder: Path
    master_key_file: Path
    aired: MediaTime
    begins: bool
    fps: float

    def pieces(self) -> Iterator[Piece]:
        """Tracks and packets in the order they came. Raises SealBroken, SealKeyUnusable, OSError.

        Matroska keeps presentation times only: decode times are set to them.
        """
        reader = SealReader(
            self.folder, hearing_key(self.folder, load_or_create_master_key(self.master_key_file))
        )
        first = reader.part_at(max(0, self.aired - HEARD_BEFORE))
        groups = _Groups(self.aired - SEEN_BEFORE)
        for part in reader.parts:
            if first is not None and part >= first:
                for record in self._records(reader, part):
                    yield from groups.push(self._read(record))
                yield from groups.flush()

    def _records(self, reader: SealReader, part: int) -> Iterator[bytes]:
        """The part's head, and what may hold something wanted; a key frame is seconds back."""
        reach = self.aired - HEARD_BEFORE - 12 * SECOND
        for number, (span, content) in enumerate(reader.records(part)):
            if number == 0 or span.end >= reach:
                yield content

    def _read(self, record: bytes) -> Iterator[Piece]:
        try:
            for item in read(record):
                if isinstance(item, Track):
                    yield self._described(item)
                elif item.kind == "video" or item.t >= self.aired - HEARD_BEFORE:
                    yield SourcePacket(item.kind, item.t, item.t, 0, item.key, item.data)
        except (ValueError, KeyError) as error:
            raise SealBroken("a record cannot be read") from error

    def _described(self, track: Track) -> VideoTrack | AudioTrack:
        if track.kind == "video":
            return VideoTrack(track.codec, track.extradata, track.width, track.height, self.fps)
        return AudioTrack(track.codec, track.extradata, track.rate, track.channels)


class _Groups:
    """Leaves out groups of pictures that end before `wanted`; all else passes in its order."""

    def __init__(self, wanted: MediaTime) -> None:
        self._wanted = wanted
        self._held: list[Piece] = []

    def push(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            if isinstance(piece, SourcePacket) and piece.kind == "video":
                if piece.key and piece.pts <= self._wanted:
                    self._held = [p for p in self._held if not _is_picture(p)]
                elif piece.pts > self._wanted:
                    yield from self.flush()
                    yield piece
                    continue
            self._held.append(piece)

    def flush(self) -> Iterator[Piece]:
        held, self._held = self._held, []
        yield from held


def _is_picture(piece: Piece) -> bool:
    return isinstance(piece, SourcePacket) and piece.kind == "video"


def refill(
    folder: Path, master_key_file: Path, earlier: Sequence[JournalRow], aired: MediaTime
) -> Refill | None:
    """What can be made up for after the runs that wrote `earlier`.

    None when there is nothing, or when it was recorded on another machine.
    """
    records = [r for r in earlier if r.kind is RowKind.SEALED and r.body.get("record") == "MEDIA"]
    if not records:
        return None
    place = folder / str(records[-1].body.get("folder", "sealed"))
    if not any(listed(place, str(r.body.get("sha256"))) for r in records[-KEPT_BY_CRASH:]):
        return None
    newest = max(int(r.body["end"]) for r in records)
    first = min(int(r.body["start"]) for r in records)
    since = max(aired, chunk_start(newest - MOST))
    rates = [float(r.body["fps"]) for r in earlier if r.kind is RowKind.SOURCE and "fps" in r.body]
    begins = since - HEARD_BEFORE <= first
    return Refill(place, master_key_file, since, begins, rates[-1] if rates else 25.0)
