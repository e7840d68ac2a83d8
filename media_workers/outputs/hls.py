"""Published groups to HLS: segments, captions, playlists and the public recording.

A segment's bytes are closed and fsynced before the journal knows it, and the journal's order is
the playlist's. A restarted worker reads the journal and goes on in the same playlist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND, MediaTime, Span, to_seconds
from media_workers.outputs import fmp4, webvtt
from media_workers.outputs.encode import AudioEncoder
from media_workers.outputs.files import replace, write_durably
from media_workers.outputs.playlist import (
    SEGMENT_SECONDS,
    Segment,
    master_playlist,
    media_playlist,
)
from media_workers.runtime.items import Caption, EncodedPacket, Released
from media_workers.runtime.journal import Journal

BANDWIDTH = 2_800_000
"""Peak bits a second of the one variant: the encoder's cap, the sound and the boxes."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What the master playlist says of the picture."""

    width: int
    height: int
    fps: float


class HlsOutput:
    """Writes `live/` of one hearing's public folder from `Released` groups in order of time."""

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        *,
        epoch: int,
        wall_zero: datetime,
        window: float,
    ) -> None:
        self._folder, self._journal, self._epoch = folder, journal, epoch
        self._wall_zero, self._window = wall_zero, window
        self._segments, self._texts = recall(journal.earlier)
        self._sound = AudioEncoder()
        self._groups: list[Released] = []
        self._audio: list[EncodedPacket] = []
        self._captions: list[Caption] = []
        self._init: tuple[str, bytes] = ("", b"")
        self._restarted = bool(self._segments)
        self._format: PictureFormat | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def segments(self) -> int:
        """How many segments have been published in all runs."""
        return len(self._segments)

    def describe(self, form: PictureFormat, key_frame: bytes) -> None:
        """Say what the picture is; written once and again when it changes."""
        if form == self._format:
            return
        self._format = form
        master = master_playlist(
            bandwidth=BANDWIDTH,
            width=form.width,
            height=form.height,
            fps=form.fps,
            codec=fmp4.avc_codec(key_frame),
        )
        replace(self._folder / "master.m3u8", master)

    def push(self, group: Released) -> None:
        """Take one group; a segment closes at each even second or before a gap."""
        if self._groups and self._groups[-1].span.end != group.span.start:
            self._close()
            self._restarted = True
        self._groups.append(group)
        self._audio.extend(self._sound.push(group.sound))
        self._captions.extend(group.captions)
        if group.span.end // SECOND % SEGMENT_SECONDS == 0:
            self._close()

    def drop(self) -> None:
        """The disk failed: what is not published yet is given up, what follows begins anew."""
        self._groups, self._audio, self._captions = [], [], []
        self._sound = AudioEncoder()
        self._init, self._format, self._restarted = ("", b""), None, True

    def finish(self, *, final: bool) -> None:
        """Close the last segment. When the hearing is over, the playlists become the replay."""
        self._close()
        self._write_playlists(ended=final)

    def _close(self) -> None:
        if not self._groups:
            return
        span = Span(self._groups[0].span.start, self._groups[-1].span.end)
        video = [packet for group in self._groups for packet in group.video]
        broken = any(g.discontinuity for g in self._groups)
        init, data = fmp4.segment(video, self._audio)
        n = self._segments[-1].n + 1 if self._segments else 0
        fresh = init != self._init[1]
        if fresh:
            self._init = (f"init-{self._epoch}-{n}.mp4", init)
            write_durably(self._folder / self._init[0], init)
        cut = broken or self._restarted or (fresh and bool(self._segments))
        uri = f"seg-{n:06}-{self._epoch}.m4s"
        write_durably(self._folder / uri, data)
        text = self._caption_file(n)
        # Both files are whole before either is told of: the two playlists never part.
        self._add(Segment(n, uri, _real(video, span), self._init[0], cut), len(data), span.end)
        self._add_text(Segment(n, text, span, "", cut))
        self._journal.sync()
        self._groups, self._audio, self._restarted = [], [], False
        self._write_playlists(ended=False)

    def _add(self, entry: Segment, size: int, upto: MediaTime) -> None:
        self._segments.append(entry)
        at = self._wall_zero + timedelta(seconds=to_seconds(entry.span.start))
        self._journal.write(
            RowKind.SEGMENT,
            entry.span.start,
            n=entry.n,
            uri=entry.uri,
            init=entry.init,
            start=entry.span.start,
            end=entry.span.end,
            upto=upto,
            bytes=size,
            pdt=at.isoformat(),
            discontinuity=entry.discontinuity,
        )

    def _caption_file(self, n: int) -> str:
        uri = f"cap-{n:06}-{self._epoch}.vtt"
        write_durably(self._folder / uri, webvtt.document(self._captions).encode())
        self._captions = []
        return uri

    def _add_text(self, entry: Segment) -> None:
        self._texts.append(entry)
        span = entry.span
        self._journal.write(
            RowKind.CAPTION,
            span.start,
            n=entry.n,
            uri=entry.uri,
            start=span.start,
            end=span.end,
            cut=entry.discontinuity,
        )

    def _write_playlists(self, *, ended: bool) -> None:
        for name, entries in (("index.m3u8", self._segments), ("captions.m3u8", self._texts)):
            text = media_playlist(
                entries, wall_zero=self._wall_zero, window=self._window, ended=ended
            )
            replace(self._folder / name, text)


def recall(rows: Iterable[JournalRow]) -> tuple[list[Segment], list[Segment]]:
    """The segments and caption files that earlier runs published, from the journal."""
    segments: list[Segment] = []
    texts: list[Segment] = []
    for row in rows:
        body = row.body
        if row.kind is RowKind.SEGMENT:
            span = Span(body["start"], body["end"])
            entry = Segment(body["n"], body["uri"], span, body["init"], body["discontinuity"])
            segments.append(entry)
        elif row.kind is RowKind.CAPTION:
            span = Span(body["start"], body["end"])
            texts.append(Segment(body["n"], body["uri"], span, "", body["cut"]))
    return segments, texts


def public_recording(folder: Path, target: Path) -> int:
    """Join the segments of a finished `live/` folder into one MP4; gives its size in bytes.

    Segments with another initialisation section than the first cannot share a file and are
    left to the playlist; a fragmented file needs no further index.
    """
    init, uris = _listed(folder / "index.m3u8")
    beside = target.with_name(f".{target.name}.part")
    with beside.open("wb") as file:
        file.write((folder / init).read_bytes())
        for uri in uris:
            file.write((folder / uri).read_bytes())
        size = file.tell()
    beside.replace(target)
    return size


def _listed(playlist: Path) -> tuple[str, list[str]]:
    first, current, uris = "", "", []
    for line in playlist.read_text(encoding="utf-8").splitlines():
        if line.startswith("#EXT-X-MAP:"):
            current = line.split('"')[1]
            first = first or current
        elif line and not line.startswith("#"):
            uris.append((current, line))
    folder = playlist.parent
    head = (folder / first).read_bytes() if first else b""
    same = {name for name, _ in uris if name and (folder / name).read_bytes() == head}
    return first, [uri for name, uri in uris if name in same]


def _real(video: list[EncodedPacket], span: Span) -> Span:
    """What the segment's picture really covers, so that EXTINF tells the truth."""
    end = video[-1].t + video[-1].duration
    return Span(video[0].t, max(end, video[0].t + 1)) if video else span
