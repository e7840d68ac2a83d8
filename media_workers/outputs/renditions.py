"""The renditions of one hearing: the same released groups, listed in playlists that never part.

`main` holds picture and sound, `low` the same at 360 lines, `sound` the sound alone. All three are
made of one group at a time, have one journal row a segment, and break in the same places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import MediaTime, Span, seconds
from media_workers.outputs import fmp4
from media_workers.outputs.encode import AAC_BITS, LOW_PEAK_BITS, PEAK_BITS
from media_workers.outputs.playlist import Listing, Segment, Variant
from media_workers.runtime.items import EncodedPacket
from media_workers.runtime.published import Published

Name = Literal["main", "low", "sound"]

BOXES = 1.05
"""What the container adds to the streams in it."""

CAPS: dict[Name, int] = {
    "main": round((PEAK_BITS + AAC_BITS) * BOXES),
    "low": round((LOW_PEAK_BITS + AAC_BITS) * BOXES),
    "sound": round(AAC_BITS * BOXES),
}
"""Bits a second while a hearing runs; afterwards they are measured."""

SOUND_CODEC = "mp4a.40.2"


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What the master playlist says of the picture."""

    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class Style:
    """How a rendition's files are called."""

    playlist: str
    segment: str
    init: str


STYLES: dict[Name, Style] = {
    "main": Style("index.m3u8", "seg", "init"),
    "low": Style("low.m3u8", "low", "initlow"),
    "sound": Style("sound.m3u8", "snd", "initsnd"),
}
LISTEN = "listen.m3u8"
"""The multivariant playlist of the sound alone, with its captions: players that choose by picture
leave such a variant out."""

BESIDE: tuple[Name, ...] = ("low", "sound")
"""The renditions beside the main one, under `also` in a segment's journal row."""


@dataclass(slots=True)
class Rendition:
    """One rendition: what it lists, and the initialisation section in force.

    `sizes` in bytes, of all that an earlier run or a whole hearing published; empty while live.
    """

    name: Name
    listing: Listing = field(default_factory=Listing)
    sizes: list[int] = field(default_factory=list)
    init: tuple[str, bytes] = ("", b"")

    @property
    def style(self) -> Style:
        """How its files are called."""
        return STYLES[self.name]

    def rates(self) -> tuple[int, int]:
        """(peak, average) bits a second of all that is listed; zeros when nothing is."""
        lengths = [max(s.span.length, 1) for s in self.listing.segments]
        pairs = list(zip(self.sizes, lengths, strict=True))
        if not pairs:
            return 0, 0
        peak = max(size * 8 * seconds(1) // length for size, length in pairs)
        return peak, sum(self.sizes) * 8 * seconds(1) // sum(lengths)


@dataclass(frozen=True, slots=True)
class Piece:
    """One rendition's part of a group, not written yet."""

    rendition: Rendition
    init: bytes
    data: bytes
    span: Span


def piece(
    rendition: Rendition, video: Sequence[EncodedPacket], audio: Sequence[EncodedPacket]
) -> Piece:
    """The bytes of a segment, with the time they really cover, so that EXTINF tells the truth."""
    if rendition.name == "sound":
        return Piece(rendition, *fmp4.sound_segment(audio), covered(audio))
    return Piece(rendition, *fmp4.segment(video, audio), covered(video))


def variants(
    renditions: Mapping[Name, Rendition],
    forms: Mapping[str, PictureFormat],
    codecs: Mapping[Name, str],
    *,
    measured: bool,
) -> list[Variant]:
    """The lines of a master playlist, the best first; `measured`: by what was really written."""
    ways = []
    for name in (n for n in STYLES if n in renditions):
        peak, average = renditions[name].rates() if measured else (CAPS[name], 0)
        uri, form = STYLES[name].playlist, forms.get(name)
        if form is None:
            ways.append(Variant(uri, peak, SOUND_CODEC, average=average))
        else:
            names = f"{codecs[name]},{SOUND_CODEC}"
            size = (form.width, form.height, form.fps)
            ways.append(Variant(uri, peak, names, *size, average=average))
    return ways


def covered(packets: Sequence[EncodedPacket]) -> Span:
    """From the first packet to the end of the last."""
    start: MediaTime = packets[0].t
    return Span(start, max(packets[-1].t + packets[-1].duration, start + 1))


def recalled(rows: Iterable[JournalRow]) -> dict[Name, Rendition]:
    """What earlier runs published, from the journal; a segment made anew replaces the old one."""
    found: dict[int, dict[Name, tuple[Segment, int]]] = {}
    for row in rows:
        if row.kind is RowKind.SEGMENT:
            found[int(row.body["n"])] = _of(row)
    names = {name for one in found.values() for name in one}
    return {
        name: Rendition(
            name,
            Listing([one[name][0] for one in found.values() if name in one]),
            [one[name][1] for one in found.values() if name in one],
        )
        for name in names
    }


def _of(row: JournalRow) -> dict[Name, tuple[Segment, int]]:
    told = Published.of(row.body)
    parts: dict[Name, Published] = {"main": told}
    parts |= {name: told.also[name] for name in BESIDE if name in told.also}
    return {
        name: (Segment(one.n, one.uri, one.span, one.init, one.discontinuity), one.size)
        for name, one in parts.items()
    }
