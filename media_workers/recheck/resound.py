"""What people decide about sound after the hearing, carried out in what was published.

Segments, captions and the recording are made anew under other names, as `remake` does for the
picture. Hidden sound is replaced before it is encoded again; sound that two persons opened comes
from the sealed original. Pictures are copied packet by packet.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from courtstream.control.protocol import JournalRow, RowKind, SoundOrder
from courtstream.domain.errors import BrokenStream
from courtstream.domain.redaction import Reason, Redaction, RedactionKind
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span, merge
from media_workers.outputs import fmp4
from media_workers.outputs.encode import AAC_FRAME, AudioEncoder, from_ticks
from media_workers.recheck.captions import CaptionFiles
from media_workers.recheck.films import _open, segment_bytes, sound
from media_workers.recheck.record import Record
from media_workers.recheck.shelf import Remade, Shelf, old_names
from media_workers.recheck.voices import original_sound
from media_workers.redact.bleep import RAMP, Mode, bleep
from media_workers.redact.record import as_json
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, Pcm, Sound
from media_workers.runtime.journal import Journal
from media_workers.runtime.published import Published

REACH: MediaTime = 60 * MILLISECOND
"""An AAC frame sounds into its neighbours: segments this near to a change are made anew, too."""

BARRED = frozenset({RedactionKind.VOICE, RedactionKind.WHOLE_PICTURE})

OPENED = "opened"
"""`why` of a record's row that takes hiding back instead of adding it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a hearing's files lie."""

    folder: Path
    public: Path
    master_key_file: Path


class Resounder:
    """Carries out orders about sound and says so in the hearing's journal."""

    def __init__(
        self, places: Places, journal: Journal, rows: Sequence[JournalRow], mode: Mode = "tone"
    ) -> None:
        self._places, self._live = places, places.public / "live"
        self._journal, self._rows, self._mode = journal, rows, mode
        self._record = Record.of(rows)
        self._shelf = Shelf(places.public, journal)

    def run(self, orders: Sequence[SoundOrder]) -> list[str]:
        """Carry all out; gives the names of the files that must not be served any more.

        Raises BrokenStream when a segment cannot be made anew, SealBroken: then nothing is said
        to be done.
        """
        hidden = hidden_sound(self._rows, orders)
        changed = [Span(o.start, o.end) for o in orders]
        groups = _groups(self._record.order, changed)
        remade = [done for group in groups for done in self._group(group, hidden, orders)]
        for order in orders:
            row = _redaction(order)
            self._journal.write(RowKind.REDACTION, row.span.start, **as_json(row))
        self._shelf.tell(remade)
        self._shelf.list_anew(remade)
        captions = CaptionFiles(self._live, self._journal, self._rows).remake(changed, hidden)
        self._shelf.record_anew()
        old = [*old_names(remade), *captions]
        self._shelf.clear(old)
        return old

    def _group(
        self, group: Sequence[Published], hidden: Sequence[Span], orders: Sequence[SoundOrder]
    ) -> list[Remade]:
        """Segments that follow each other, with the sound around them for the encoder's sake."""
        around = _around(self._record.order, group)
        packets = [p for segment in around for p in sound(self._live, segment)]
        if not packets:
            return []
        heard = decoded(self._live, around)
        heard = self._opened(heard, orders)
        near = [s for s in hidden if s.overlaps(heard.span.padded(RAMP, RAMP))]
        made = {_sample(p.t): p for p in encoded(bleep(heard, near, self._mode))}
        return [Remade(segment, self._segment(segment, made)) for segment in group]

    def _opened(self, heard: Sound, orders: Sequence[SoundOrder]) -> Sound:
        for order in orders:
            span = Span(order.start, order.end).clipped(heard.span)
            if order.op != "open" or span is None:
                continue
            for part in openable(self._rows, span):
                fresh = original_sound(self._places.folder, self._places.master_key_file, part)
                heard = spliced(heard, fresh)
        return heard

    def _segment(self, segment: Published, made: dict[int, EncodedPacket]) -> Published:
        old = sound(self._live, segment)
        audio = [made[_sample(p.t)] for p in old if _sample(p.t) in made]
        if len(audio) != len(old):
            raise BrokenStream("sound of a published segment cannot be made anew")
        fresh = self._shelf.write(segment, *self._with(segment, audio))
        fresh.also = {
            name: self._shelf.write(
                one, *(fmp4.sound_segment(audio) if name == "sound" else self._with(one, audio))
            )
            for name, one in segment.also.items()
        }
        return fresh

    def _with(self, segment: Published, audio: Sequence[EncodedPacket]) -> tuple[bytes, bytes]:
        return fmp4.segment(pictures(self._live, segment), audio)


def bleep_mode(folder: Path) -> Mode:
    """What the hearing's own order said is heard instead of private speech."""
    try:
        policy = json.loads((folder / "spec.json").read_bytes())["policy"]
    except (OSError, ValueError, KeyError, TypeError):
        return "tone"
    return "silence" if policy.get("bleep") == "silence" else "tone"


def hidden_sound(rows: Iterable[JournalRow], orders: Sequence[SoundOrder] = ()) -> list[Span]:
    """Everything hidden in the sound once the orders are carried out, in order of time."""
    hidden: list[Span] = []
    for row in rows:
        if row.kind is RowKind.REDACTION and row.body.get("kind") == RedactionKind.SPEECH:
            span = Span(int(row.body["start"]), int(row.body["end"]))
            hidden = _after(hidden, span, opens=row.body.get("why") == OPENED)
    for order in orders:
        hidden = _after(hidden, Span(order.start, order.end), opens=order.op == "open")
    return merge(hidden)


def openable(rows: Iterable[JournalRow], span: Span) -> list[Span]:
    """What of `span` the original may give back: not where a voice was protected or everything
    was closed, for opening words opens neither. There the public sound stays as it is."""
    left = [span]
    for row in rows:
        if row.kind is RowKind.REDACTION and row.body.get("kind") in BARRED:
            left = _after(left, Span(int(row.body["start"]), int(row.body["end"])), opens=True)
    return left


def _after(hidden: Sequence[Span], span: Span, *, opens: bool) -> list[Span]:
    if not opens:
        return [*hidden, span]
    left: list[Span] = []
    for one in hidden:
        left += [Span(one.start, span.start)] if one.start < span.start < one.end else []
        left += [Span(span.end, one.end)] if one.start < span.end < one.end else []
        left += [] if one.overlaps(span) else [one]
    return left


def _redaction(order: SoundOrder) -> Redaction:
    return Redaction(
        id=f"c{order.start // 1_000_000:08}-{order.id[-6:]}",
        kind=RedactionKind.SPEECH,
        reason=Reason(order.reason) if order.reason in set(Reason) else Reason.PERSON,
        span=Span(order.start, order.end),
        decided_by=order.by,
        why=OPENED if order.op == "open" else "correction",
    )


def _groups(order: Sequence[Published], changed: Sequence[Span]) -> list[list[Published]]:
    """Touched segments, those together that follow each other without a break."""
    groups: list[list[Published]] = []
    for segment in order:
        wide = segment.span.padded(REACH, REACH)
        if not any(span.overlaps(wide) for span in changed):
            continue
        if groups and _follows(groups[-1][-1], segment):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _follows(one: Published, other: Published) -> bool:
    return other.n == one.n + 1 and not other.discontinuity


def _around(order: Sequence[Published], group: Sequence[Published]) -> list[Published]:
    """The group with its neighbours, where sound goes on into them."""
    first, last = order.index(group[0]), order.index(group[-1])
    before = [order[first - 1]] if first and _follows(order[first - 1], group[0]) else []
    after = order[last + 1 : last + 2]
    return [*before, *group, *[s for s in after if _follows(group[-1], s)]]


def decoded(folder: Path, segments: Sequence[Published]) -> Sound:
    """The public sound of segments that follow each other, 48 kHz mono."""
    head = segment_bytes(folder, segments[0])[0]
    data = b"".join(segment_bytes(folder, segment)[1] for segment in segments)
    pieces: list[tuple[int, Pcm]] = []
    with _open(io.BytesIO(head + data)) as container:
        for frame in container.decode(audio=0):
            if frame.pts is not None and frame.time_base is not None:
                at = round(frame.pts * frame.time_base * SAMPLE_RATE)
                pieces.append((at, _pcm(frame)))
    if not pieces:
        raise BrokenStream("a published segment has no sound")
    first = pieces[0][0]
    whole = np.zeros(max(at + len(pcm) for at, pcm in pieces) - first, np.int16)
    for at, pcm in pieces:
        whole[at - first : at - first + len(pcm)] = pcm
    return Sound(-(-first * SECOND // SAMPLE_RATE), whole)


def _sample(t: MediaTime) -> int:
    """The sample that a packet's time, cut to whole nanoseconds, means."""
    return round(t * SAMPLE_RATE / SECOND)


def encoded(heard: Sound) -> Iterable[EncodedPacket]:
    """AAC frames on the same grid as the sound's first sample, with what follows as silence."""
    encoder = AudioEncoder()
    length = len(heard.pcm) // AAC_FRAME * AAC_FRAME
    rest = np.zeros(3 * AAC_FRAME, np.int16)
    rest[: len(heard.pcm) - length] = heard.pcm[length:]
    yield from encoder.push(replace(heard, pcm=np.concatenate([heard.pcm[:length], rest])))


def spliced(heard: Sound, fresh: Sound) -> Sound:
    """`heard` with the samples of `fresh` in its place, crossfaded over the ramps' length."""
    at = round((fresh.t - heard.t) * SAMPLE_RATE / SECOND)
    begin, end = max(0, at), min(len(heard.pcm), at + len(fresh.pcm))
    if begin >= end:
        return heard
    pcm = heard.pcm.astype(np.float64)
    new = fresh.pcm[begin - at : end - at].astype(np.float64)
    ramp = min(RAMP * SAMPLE_RATE // SECOND, len(new) // 2)
    share = np.ones(len(new))
    if ramp:
        rise = np.linspace(0.0, 1.0, ramp, endpoint=False)
        share[:ramp], share[-ramp:] = rise, rise[::-1]
    pcm[begin:end] = pcm[begin:end] * (1 - share) + new * share
    return replace(heard, pcm=np.asarray(np.rint(pcm), np.int16))


def pictures(folder: Path, segment: Published) -> list[EncodedPacket]:
    """The H.264 packets of a segment as they are, as Annex B."""
    init, data = segment_bytes(folder, segment)
    packets = []
    with _open(io.BytesIO(init + data)) as container:
        track: Any = container.streams.video[0]
        sets = _parameter_sets(bytes(track.codec_context.extradata or b""))
        for packet in container.demux(track):
            if packet.size and packet.pts is not None:
                t = from_ticks(round(packet.pts * packet.time_base * 90_000))
                lasts = from_ticks(round((packet.duration or 0) * packet.time_base * 90_000))
                raw = _annex_b(bytes(packet))
                whole = raw if not packet.is_keyframe or b"\0\0\0\1\x67" in raw else sets + raw
                packets.append(EncodedPacket(t, lasts, bool(packet.is_keyframe), whole))
    return packets


def _annex_b(data: bytes) -> bytes:
    """Length-prefixed NAL units (ISO/IEC 14496-15) with start codes instead."""
    out, at = bytearray(), 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        out += b"\0\0\0\1" + data[at + 4 : at + 4 + size]
        at += 4 + size
    return bytes(out)


def _parameter_sets(avcc: bytes) -> bytes:
    """The parameter sets of an avcC box as Annex B."""
    out, at = bytearray(), 5
    for mask in (0x1F, 0xFF):
        count, at = avcc[at] & mask, at + 1
        for _ in range(count):
            size = int.from_bytes(avcc[at : at + 2], "big")
            out += b"\0\0\0\1" + avcc[at + 2 : at + 2 + size]
            at += 2 + size
    return bytes(out)


def _pcm(frame: Any) -> Pcm:
    plain = np.asarray(frame.to_ndarray(), np.float32)
    return np.asarray(np.clip(np.rint(plain.mean(0) * 32768.0), -32768, 32767), np.int16)
