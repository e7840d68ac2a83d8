"""The two films of a hearing side by side: the sealed original, and what was published."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from courtstream.domain.errors import SealBroken
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key, sealed_folders
from media_workers.outputs.encode import from_ticks
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, Picture
from media_workers.runtime.published import Published

NEAR: MediaTime = 15 * MILLISECOND
"""Two pictures no further apart are the same: the sealed file keeps times to 0.1 ms."""


class _Pipe(io.RawIOBase):
    """A read-only file over pieces of bytes, for libav."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        size = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def original(folder: Path, master_key_file: Path) -> Iterator[Picture]:
    """The pictures of a hearing's sealed original in order of time.

    Every record is authenticated before it is used. Raises SealBroken; a part that holds no
    picture is passed over.
    """
    master = load_or_create_master_key(master_key_file)
    index, last = 0, -1
    for sealed in sealed_folders(folder):
        reader = SealReader(sealed, hearing_key(sealed, master))
        for part in reader.parts:
            for t, i420 in _decoded(_Pipe(reader.clear(part))):
                if t > last:
                    yield Picture(t, i420, index)
                    index, last = index + 1, t


def _decoded(file: io.RawIOBase) -> Iterator[tuple[MediaTime, np.ndarray[Any, Any]]]:
    try:
        with _open(file, "matroska") as container:
            if not container.streams.video:
                return
            container.streams.video[0].thread_count = 1
            for frame in container.decode(video=0):
                if frame.pts is not None and frame.time_base is not None:
                    yield round(frame.pts * frame.time_base * SECOND), _i420(frame)
    except SealBroken:
        raise
    except (av.error.FFmpegError, IndexError):
        return  # a part cut off before its first picture


class PublicFilm:
    """The published pictures, a segment at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: tuple[str, list[Picture]] = ("", [])

    def at(self, segment: Published, t: MediaTime) -> Picture | None:
        """The picture published for `t`; None when there is none that near."""
        if self._open[0] != segment.uri:
            self._open = (segment.uri, pictures(self._folder, segment))
        nearest = min(self._open[1], key=lambda p: abs(p.t - t), default=None)
        return nearest if nearest is not None and abs(nearest.t - t) <= NEAR else None

    def first(self, segment: Published) -> Picture | None:
        """Its first picture."""
        return next(iter(pictures(self._folder, segment)), None)


def segment_bytes(folder: Path, segment: Published) -> tuple[bytes, bytes]:
    """(initialisation section, media segment) of a published segment."""
    return (folder / segment.init).read_bytes(), (folder / segment.uri).read_bytes()


def pictures(folder: Path, segment: Published) -> list[Picture]:
    """The pictures of a segment; none when it cannot be read any more."""
    return [picture for picture, _ in keyed(folder, segment)]


def keyed(folder: Path, segment: Published) -> list[tuple[Picture, bool]]:
    """The pictures of a segment, each with whether it was a key frame."""
    found: list[tuple[Picture, bool]] = []
    try:
        init, data = segment_bytes(folder, segment)
        with _open(io.BytesIO(init + data)) as container:
            container.streams.video[0].thread_count = 1
            for n, frame in enumerate(container.decode(video=0)):
                t = from_ticks(round(Fraction(frame.pts or 0) * (frame.time_base or 0) * 90_000))
                found.append((Picture(t, _i420(frame), n), bool(frame.key_frame)))
    except (OSError, av.error.FFmpegError, IndexError):
        return []
    return found


def sound(folder: Path, segment: Published) -> list[EncodedPacket]:
    """The AAC frames of a segment as they are."""
    init, data = segment_bytes(folder, segment)
    frames = []
    with _open(io.BytesIO(init + data)) as container:
        for packet in container.demux(audio=0):
            if packet.size and packet.pts is not None:
                t = round(Fraction(packet.pts) * packet.time_base * SAMPLE_RATE)
                frames.append(
                    EncodedPacket(
                        t * SECOND // SAMPLE_RATE, 1024 * SECOND // SAMPLE_RATE, True, bytes(packet)
                    )
                )
    return frames


def rates(folder: Path, segment: Published) -> list[float]:
    """What the nominal frames a second may have been, the likeliest first."""
    init, data = segment_bytes(folder, segment)
    with _open(io.BytesIO(init + data)) as container:
        track = container.streams.video[0]
        known = [float(r) for r in (track.average_rate, track.guessed_rate) if r]
    usual = [25.0, 30.0, 30000 / 1001, 24.0, 20.0, 15.0, 12.0, 10.0, 50.0, 60.0]
    return known + [r for r in usual if r not in known]


def _open(file: io.IOBase, form: str | None = None) -> Any:
    return av.open(file, format=form)


def _i420(frame: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    width, height = frame.width // 2 * 2, frame.height // 2 * 2
    if (width, height) != (frame.width, frame.height) or frame.format.name != "yuv420p":
        frame = frame.reformat(width=width, height=height, format="yuv420p")
    planes: np.ndarray[Any, np.dtype[np.uint8]] = frame.to_ndarray()
    return planes
