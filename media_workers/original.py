"""`original`: the sealed original from an instant on, decrypted on the way, as fragmented MP4.

Nothing is written to disk and nothing is encoded: packets are copied, their times are the
hearing's own. The first line on standard output is JSON, `{"codecs": …, "start": seconds}`; the
rest is media. The caller has checked and audited that somebody may see it.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from courtstream.domain.time import SECOND, MediaTime, seconds
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key

LEAD: MediaTime = 12 * SECOND
"""A picture that needs no other is looked for this long before the wanted instant."""

AnyPacket: TypeAlias = "Packet[Any]"

EXIT_EMPTY = 3
"""Nothing of the hearing lies at or after the wanted instant."""


def original(argv: list[str]) -> int:
    """`original FOLDER KEYFILE --from S`; gives the process's exit code."""
    parser = argparse.ArgumentParser("media_workers original")
    parser.add_argument("folder", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("--from", dest="start", type=float, default=0.0)
    options = parser.parse_args(argv)
    key = hearing_key(options.folder, load_or_create_master_key(options.key))
    reader = SealReader(options.folder, key)
    start = seconds(options.start)
    part = reader.part_at(start)
    if part is None:
        return EXIT_EMPTY
    records = _from(reader.records(part), start)
    first = next(records, None)
    if first is None:
        return EXIT_EMPTY
    try:
        _remux(_Joined(chain([first], records)), start, sys.stdout.buffer)
    except BrokenPipeError:  # the viewer has gone
        return 0
    return 0


def _from(records: Iterator[tuple[object, bytes]], start: MediaTime) -> Iterator[bytes]:
    """The head, and clusters that end after the lead before `start`."""
    for number, (span, content) in enumerate(records):
        end = getattr(span, "end", 0)
        if number == 0 or end >= start - LEAD:
            yield content


class _Joined(io.RawIOBase):
    """Records one after the other as a file that can only be read forward."""

    def __init__(self, records: Iterator[bytes]) -> None:
        self._records = records
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes; 0 at the end."""
        while not self._rest:
            following = next(self._records, None)
            if following is None:
                return 0
            self._rest = following
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _remux(source: io.RawIOBase, start: MediaTime, out: BinaryIO) -> None:
    """Copy packets from the last whole picture at or before `start` on."""
    flags = "frag_keyframe+empty_moov+default_base_moof+frag_discont+skip_trailer"
    options = {"movflags": f"{flags}+negative_cts_offsets", "use_editlist": "0"}
    with av.open(io.BufferedReader(source), "r", format="matroska") as media:
        pictures = media.streams.video[0] if media.streams.video else None
        packets = (p for p in media.demux() if p.pts is not None and p.dts is not None)
        begin, held = _lead_in(packets, pictures, start)
        tell = {"codecs": _codecs(media), "start": begin}
        out.write(json.dumps(tell).encode() + b"\n")
        out.flush()
        with av.open(out, "w", format="mp4", options=options) as sink:
            streams = {s.index: sink.add_stream_from_template(s) for s in media.streams}
            for packet in chain(held, packets):
                packet.stream = streams[packet.stream.index]
                sink.mux(packet)


def _lead_in(
    packets: Iterator[AnyPacket], pictures: VideoStream | None, start: MediaTime
) -> tuple[float, list[AnyPacket]]:
    """Packets from the last key picture before `start` up to the first after it; where they begin.

    Without a picture: from `start` itself.
    """
    held: list[AnyPacket] = []
    wanted = start / SECOND
    for packet in packets:
        t = _time(packet)
        key = packet.stream is pictures and packet.is_keyframe
        if key and (t <= wanted or not _has_key(held, pictures)):
            held = [p for p in held if _time(p) >= t]
        held.append(packet)
        if t >= wanted and (pictures is None or _has_key(held, pictures)):
            break
    return (min(map(_time, held), default=wanted), held)


def _time(packet: AnyPacket) -> float:
    """Seconds of presentation."""
    return float(packet.pts * packet.time_base) if packet.pts is not None else 0.0


def _has_key(held: list[AnyPacket], pictures: VideoStream | None) -> bool:
    return any(p.stream is pictures and p.is_keyframe for p in held)


def _codecs(media: InputContainer) -> str:
    """What a browser asks for before it takes the stream (RFC 6381)."""
    names = []
    for stream in media.streams.video:
        data = stream.codec_context.extradata or b""
        names.append(f"avc1.{data[1:4].hex()}" if len(data) > 3 and data[0] == 1 else "avc1.64001f")
    for audio in media.streams.audio:
        names.append("opus" if audio.codec_context.name == "opus" else "mp4a.40.2")
    return ",".join(names)
