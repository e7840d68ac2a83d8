"""`probe FILE`: what an uploaded file is, by a process that may write nothing and reach nobody.

The file is a stranger's: it is opened, its first picture is decoded, and its clock is read, inside
bounds of memory, time, files and network. One JSON line comes out.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import av.error

from courtstream.domain.errors import (
    BrokenStream,
    CourtstreamError,
    NoVideoTrack,
    UnsupportedCodec,
)
from media_workers.confine import Bounds, confine
from media_workers.late.container import container_of
from media_workers.outputs.matroska import CODEC_NAMES

MEMORY = 2 << 30
CPU_SECONDS = 300
FIRST_PACKETS = 2000
"""A picture must have come by then."""

CLOCKS = ("com.apple.quicktime.creationdate", "creation_time", "date_recorded", "date")
"""Tags that say when it was recorded, the surest first: those of MP4's `mvhd` and Matroska's
`DateUTC` are both given as `creation_time`."""


def probe(argv: list[str]) -> int:
    """`probe FILE`; gives the process's exit code, 0 also for a file that cannot be taken."""
    parser = argparse.ArgumentParser("media_workers probe")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(argv)
    confine(Bounds((), (), MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        told = look(options.file)
    except CourtstreamError as error:
        told = {"ok": False, "code": error.code}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def look(file: Path) -> dict[str, Any]:
    """What there is to tell; `clock` ISO or empty, `length` in seconds.

    Raises BrokenStream, UnsupportedContainer, UnsupportedCodec, NoVideoTrack.
    """
    try:
        with av.open(str(file), format=container_of(file), metadata_errors="ignore") as container:
            return _told(container)
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise BrokenStream(type(error).__name__) from None


def _told(container: Any) -> dict[str, Any]:
    if not container.streams.video or container.streams.video[0].codec_context is None:
        raise NoVideoTrack
    video, sounds = container.streams.video[0], list(container.streams.audio)
    names = [s.codec_context.name for s in (video, *sounds) if s.codec_context is not None]
    if not set(CODEC_NAMES.values()).issuperset(names):
        raise UnsupportedCodec
    clock, source = clock_of(container)
    length = _length(container)
    _first_picture(container)
    return {
        "ok": True,
        "container": container.format.name,
        "codecs": names,
        "length": length,
        "clock": clock.isoformat() if clock else "",
        "clock_from": source,
    }


def clock_of(container: Any) -> tuple[datetime | None, str]:
    """When the file says that it was recorded, and the tag that says so; (None, "") without."""
    for tags in (container.metadata, *(s.metadata for s in container.streams)):
        plain = {name.lower(): text for name, text in tags.items()}
        for name in CLOCKS:
            found = _instant(plain.get(name, ""))
            if found is not None:
                return found, name
    return None, ""


def _instant(text: str) -> datetime | None:
    """An instant of day and time; a zone that is not named is UTC, as both formats have it."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if ":" not in text:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _first_picture(container: Any) -> None:
    for n, packet in enumerate(container.demux(video=0)):
        if packet.decode():
            return
        if n > FIRST_PACKETS:
            break
    raise BrokenStream("no picture")


def _length(container: Any) -> float:
    """Seconds; counted where the recorder was stopped before it could write them down."""
    if container.duration:
        return float(container.duration) / 1_000_000
    first, last = None, 0.0
    for packet in container.demux():
        if packet.pts is not None:
            at = float(packet.pts * packet.time_base)
            first = at if first is None else min(first, at)
            last = max(last, at)
    container.seek(0)
    return last - (first or 0.0)
