"""Published groups to HLS: segments of every rendition, captions and playlists.

A segment's bytes are closed and fsynced before the journal knows it, and the journal's order is
the playlist's. A restarted worker reads the journal and goes on in the same playlists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND, MediaTime, Span, to_seconds
from media_workers.outputs import fmp4, webvtt
from media_workers.outputs.encode import LOW_ABOVE, AudioEncoder
from media_workers.outputs.files import replace, write_durably
from media_workers.outputs.playlist import (
    SEGMENT_SECONDS,
    Listing,
    Segment,
    master_playlist,
    media_playlist,
)
from media_workers.outputs.renditions import (
    BESIDE,
    LISTEN,
    Name,
    PictureFormat,
    Piece,
    Rendition,
    piece,
    recalled,
    variants,
)
from media_workers.runtime.items import Caption, EncodedPacket, Released
from media_workers.runtime.journal import Journal
from media_workers.runtime.published import Published

Lowers = Callable[[Sequence[EncodedPacket]], Sequence[EncodedPacket]]


@dataclass(frozen=True, slots=True)
class LowMaker:
    """The rendition of 360 lines: its size for a format, and a group of it where none came."""

    size: Callable[[int, int], tuple[int, int]]
    group: Lowers


class HlsOutput:
    """Writes `live/` of one hearing's public folder from `Released` groups in order of time.

    `low` makes the rendition of 360 lines; None: a hearing that has begun without goes on without.
    """

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        *,
        epoch: int,
        wall_zero: datetime,
        window: float,
        low: LowMaker | None = None,
    ) -> None:
        self._folder, self._journal, self._epoch = folder, journal, epoch
        self._wall_zero, self._window = wall_zero, window
        self._renditions = recalled(journal.earlier)
        for rendition in self._renditions.values():
            rendition.sizes.clear()
        self._texts = Listing(recalled_texts(journal.earlier))
        self._lower = low
        self._sound = AudioEncoder()
        self._groups: list[Released] = []
        self._audio: list[EncodedPacket] = []
        self._captions: list[Caption] = []
        self._restarted = bool(self._renditions)
        self._format: PictureFormat | None = None
        self._described: tuple[PictureFormat, bool] | None = None
        self._codecs: dict[Name, str] = {}
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def published(self) -> bool:
        """Whether any segment has been published, in any run."""
        main = self._renditions.get("main")
        return bool(main and main.listing.segments)

    def describe(self, form: PictureFormat, key_frame: bytes) -> None:
        """Say what the picture is; it stands in the master playlist from the next segment on."""
        if form != self._format:
            self._format = form
            self._codecs = {"main": fmp4.avc_codec(key_frame)}

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
        self._format, self._described, self._restarted = None, None, True
        for rendition in self._renditions.values():
            rendition.init = ("", b"")

    def finish(self, *, final: bool) -> None:
        """Close the last segment. When the hearing is over, the playlists become the replay."""
        self._close()
        if final:
            self._write_replay()
        else:
            self._write_playlists()

    # -- segments ---------------------------------------------------------------------------------

    def _close(self) -> None:
        if not self._groups:
            return
        span = Span(self._groups[0].span.start, self._groups[-1].span.end)
        pieces = self._pieces()
        listed = pieces[0].rendition.listing.segments
        n = listed[-1].n + 1 if listed else 0
        fresh = any(one.init != one.rendition.init[1] for one in pieces)
        broken = any(g.discontinuity for g in self._groups)
        cut = broken or self._restarted or (fresh and bool(listed))
        entries = [self._write(one, n, cut) for one in pieces]
        text = self._caption_file(n)
        # All files are whole before any is told of: the playlists never part.
        self._tell(list(zip(pieces, entries, strict=True)), span.end)
        self._add_text(Segment(n, text, span, "", cut))
        self._journal.sync()
        self._groups, self._audio, self._restarted = [], [], False
        self._write_playlists()
        self._write_masters()

    def _pieces(self) -> list[Piece]:
        """The group's part in every rendition, the main one first; nothing is written yet."""
        video = [packet for group in self._groups for packet in group.video]
        if not self._renditions:
            names: list[Name] = ["main", *(n for n in BESIDE if n != "low" or self._wants_low())]
            self._renditions = {name: Rendition(name) for name in names}
        made = [piece(self._renditions["main"], video, self._audio)]
        if "low" in self._renditions:
            made.append(piece(self._renditions["low"], self._low(), self._audio))
        if "sound" in self._renditions:
            made.append(piece(self._renditions["sound"], (), self._audio))
        return made

    def _wants_low(self) -> bool:
        tall = self._format is not None and self._format.height > LOW_ABOVE
        return self._lower is not None and tall

    def _low(self) -> list[EncodedPacket]:
        """The groups at 360 lines: as they came, or made of what was released."""
        assert self._lower is not None, "the worker gives a maker wherever an earlier run had one"
        groups = [group.low or self._lower.group(group.video) for group in self._groups]
        self._codecs["low"] = fmp4.avc_codec(groups[0][0].data)
        return [packet for group in groups for packet in group]

    def _write(self, one: Piece, n: int, cut: bool) -> Segment:
        style = one.rendition.style
        if one.init != one.rendition.init[1]:
            name = f"{style.init}-{self._epoch}-{n}.mp4"
            write_durably(self._folder / name, one.init)
            one.rendition.init = (name, one.init)
        uri = f"{style.segment}-{n:06}-{self._epoch}.m4s"
        write_durably(self._folder / uri, one.data)
        return Segment(n, uri, one.span, one.rendition.init[0], cut)

    def _tell(self, written: Sequence[tuple[Piece, Segment]], upto: MediaTime) -> None:
        for one, entry in written:
            one.rendition.listing.add(entry, self._window)
        at = self._wall_zero + timedelta(seconds=to_seconds(written[0][1].span.start))
        told, *beside = [
            Published(
                entry.n,
                entry.uri,
                entry.init,
                entry.span,
                at.isoformat(),
                entry.discontinuity,
                len(one.data),
                upto,
            )
            for one, entry in written
        ]
        names = [one.rendition.name for one, _ in written[1:]]
        told.also = dict(zip(names, beside, strict=True))
        self._journal.write(RowKind.SEGMENT, told.span.start, **told.facts())

    # -- captions ---------------------------------------------------------------------------------

    def _caption_file(self, n: int) -> str:
        uri = f"cap-{n:06}-{self._epoch}.vtt"
        write_durably(self._folder / uri, webvtt.document(self._captions).encode())
        self._captions = []
        return uri

    def _add_text(self, entry: Segment) -> None:
        self._texts.add(entry, self._window)
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

    # -- playlists --------------------------------------------------------------------------------

    def _write_playlists(self, *, ended: bool = False) -> None:
        """A list of every rendition, the main one last, and of the captions."""
        lists = [(r.style.playlist, r.listing) for r in self._renditions.values()]
        for name, listing in (*reversed(lists), ("captions.m3u8", self._texts)):
            text = media_playlist(
                listing.segments,
                wall_zero=self._wall_zero,
                window=self._window,
                ended=ended,
                gone=listing.gone,
            )
            replace(self._folder / name, text)

    def _write_replay(self) -> None:
        """The hearing is over: list all of it, as the journal tells."""
        whole = list(self._journal.rows())
        self._renditions, self._texts = recalled(whole), Listing(recalled_texts(whole))
        self._write_playlists(ended=True)
        self._write_masters(measured=True)

    def _write_masters(self, *, measured: bool = False) -> None:
        """Say what ways there are, once all their playlists are there."""
        form = self._format
        if form is None or self._described == (form, measured):
            return
        low = self._lower.size(form.width, form.height) if self._lower else (0, 0)
        forms = {"main": form, "low": PictureFormat(*low, form.fps)}
        ways = variants(self._renditions, forms, self._codecs, measured=measured)
        replace(self._folder / "master.m3u8", master_playlist(ways))
        alone = [way for way in ways if not way.height]
        if alone:
            replace(self._folder / LISTEN, master_playlist(alone))
        self._described = (form, measured)


def recalled_texts(rows: Iterable[JournalRow]) -> list[Segment]:
    """The caption files that earlier runs published, from the journal."""
    texts: list[Segment] = []
    for row in rows:
        if row.kind is RowKind.CAPTION:
            span = Span(row.body["start"], row.body["end"])
            texts.append(Segment(row.body["n"], row.body["uri"], span, "", row.body["cut"]))
    return texts
