"""Compressed packets to pictures and sound on the hearing's clock."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.runtime.items import (
    SAMPLE_RATE,
    Picture,
    Sound,
    SourcePacket,
    i420_planes,
)

NS = Fraction(1, SECOND)
MAX_GAP: MediaTime = SECOND
"""Lost sound up to this long is filled with silence. A longer hole stays one: whoever hears the
sound must know that something may have been said in it."""

LAID_WITHIN: MediaTime = 40 * MILLISECOND
"""Sound may lie this far from its stamp, and so from the picture; beyond it is filled or cut."""

MIN_SIDE, MAX_SIDE = 16, 4096


class VideoDecoder:
    """Packets of one codec to `Picture`s: packed I420, even sides, in order of time.

    A packet that cannot be decoded is counted in `broken` and passed over.
    """

    def __init__(self, codec: str, extradata: bytes, first_index: int = 0) -> None:
        self._context: Any = av.CodecContext.create(codec, "r")
        if extradata:
            self._context.extradata = extradata
        self._context.thread_count = 1
        self.index = first_index
        self.broken = 0

    def push(self, packet: SourcePacket) -> Iterator[Picture]:
        """Decode one packet."""
        yield from self._decode(_av_packet(packet))

    def flush(self) -> Iterator[Picture]:
        """Frames the decoder still holds."""
        yield from self._decode(None)

    def _decode(self, packet: Any) -> Iterator[Picture]:
        try:
            frames = self._context.decode(packet)
        except (av.error.FFmpegError, ValueError):
            self.broken += 1
            return
        for frame in frames:
            sides = (frame.width, frame.height)
            if frame.pts is not None and min(sides) >= MIN_SIDE and max(sides) <= MAX_SIDE:
                yield Picture(int(frame.pts), _i420(frame), self.index)
                self.index += 1


class AudioDecoder:
    """Packets of one codec to mono `Sound` at 48 kHz; lost packets become silence of equal length.

    Sound that would overlap what was given already is cut, so the output is one gapless line.
    `off`: how far the last sound lies from its own stamp.
    """

    def __init__(self, codec: str, extradata: bytes, rate: int, channels: int) -> None:
        context: Any = av.CodecContext.create(codec, "r")
        if extradata:
            context.extradata = extradata
        if codec.startswith("pcm") or not extradata:
            context.sample_rate = rate
            context.layout = "mono" if channels == 1 else "stereo"
        self._context = context
        self._resampler: Any = None
        self._form: tuple[str, str, int] | None = None
        self._next: MediaTime | None = None
        self.broken = 0
        self.filled: MediaTime = 0
        self.off: MediaTime = 0

    def push(self, packet: SourcePacket) -> Iterator[Sound]:
        """Decode one packet."""
        try:
            frames = self._context.decode(_av_packet(packet))
        except (av.error.FFmpegError, ValueError):
            self.broken += 1
            return
        for frame in frames:
            t = packet.pts if frame.pts is None else int(frame.pts)
            frame.pts = None  # The line's own count of samples is the clock from here on.
            for piece in self._resampled(frame):
                yield from self._laid(t, piece.to_ndarray().reshape(-1))

    def flush(self) -> Iterator[Sound]:
        """Nothing is held back that could be placed in time."""
        return iter(())

    def _resampled(self, frame: Any) -> list[Any]:
        """Mono at 48 kHz. AAC may turn stereo or double its rate after its first frames."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:
            self._form = form
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        return list(self._resampler.resample(frame))

    def _laid(self, t: MediaTime, pcm: np.ndarray[Any, np.dtype[np.int16]]) -> Iterator[Sound]:
        if self._next is None:
            self._next = t
        gap = t - self._next
        if LAID_WITHIN < gap <= MAX_GAP:
            silence = np.zeros(gap * SAMPLE_RATE // SECOND, np.int16)
            self.filled += gap
            yield Sound(self._next, silence)
            self._next += len(silence) * SECOND // SAMPLE_RATE
        elif gap > MAX_GAP:
            self._next = t
        elif gap < -LAID_WITHIN:
            cut = min(len(pcm), -gap * SAMPLE_RATE // SECOND)
            pcm = pcm[cut:]
        self.off = t - self._next if gap >= -LAID_WITHIN else 0
        if len(pcm):
            yield Sound(self._next, np.ascontiguousarray(pcm))
            self._next += len(pcm) * SECOND // SAMPLE_RATE


def _av_packet(packet: SourcePacket) -> Any:
    result = av.Packet(packet.data)
    result.time_base = NS
    result.pts, result.dts = packet.pts, packet.dts
    result.is_keyframe = packet.key
    return result


def _i420(frame: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    width, height = frame.width // 2 * 2, frame.height // 2 * 2
    if (width, height) != (frame.width, frame.height) or frame.format.name != "yuv420p":
        frame = frame.reformat(width=width, height=height, format="yuv420p")
    # plane by plane: the library's own way copies twice where rows are padded
    result = np.empty((height * 3 // 2, width), np.uint8)
    for plane, target in zip(frame.planes, i420_planes(result), strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        target[:] = rows[: target.shape[0], : target.shape[1]]
    return result
