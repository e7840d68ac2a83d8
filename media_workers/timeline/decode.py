"""Compressed packets to pictures and sound on the hearing's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


STEREO = 2
STEP = SAMPLE_RATE // 10
"""Samples the power of a seat is told of at a time."""

Levels = Callable[[MediaTime, tuple[float, ...]], None]


def _layout(channels: int) -> str:
    return {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")


class AudioDecoder:
    """Packets of one codec to mono `Sound` at 48 kHz; lost packets become silence of equal length.

    Sound that would overlap what was given already is cut, so the output is one gapless line.
    `off`: how far the last sound lies from its own stamp. `seats`: every channel is a microphone
    of its own; they are added, and `levels` hears the power of each.
    """

    def __init__(
        self,
        codec: str,
        extradata: bytes,
        rate: int,
        channels: int,
        *,
        seats: bool = False,
        levels: Levels = lambda t, powers: None,
    ) -> None:
        context: Any = av.CodecContext.create(codec, "r")
        if extradata:
            context.extradata = extradata
        if codec.startswith("pcm") or not extradata:
            context.sample_rate = rate
            context.layout = _layout(channels)
        self._channels = channels if seats or channels > STEREO else 0
        self._levels = levels
        self._context = context
        self._resampler: Any = None
        self._each: list[Any] = []
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
            if self._channels and frame.layout.nb_channels == self._channels:
                yield from self._laid(t, self._added(t, frame))
                continue
            for piece in self._resampled(frame):
                yield from self._laid(t, piece.to_ndarray().reshape(-1))

    def flush(self) -> Iterator[Sound]:
        """Nothing is held back that could be placed in time."""
        return iter(())

    def _added(self, t: MediaTime, frame: Any) -> np.ndarray[Any, np.dtype[np.int16]]:
        """The sum of the seats; the power of each is told."""
        seats = [self._seat(frame, n) for n in range(self._channels)]
        shortest = min(len(seat) for seat in seats)
        whole = np.stack([seat[:shortest] for seat in seats]).astype(np.int32)
        for first in range(0, shortest, STEP):
            part = whole[:, first : first + STEP].astype(np.float64) / 32768
            powers = tuple(float(p) for p in (part**2).mean(axis=1))
            self._levels(t + first * SECOND // SAMPLE_RATE, powers)
        mixed: np.ndarray[Any, np.dtype[np.int16]]
        mixed = np.clip(whole.sum(axis=0), -32768, 32767).astype(np.int16)
        return mixed

    def _seat(self, frame: Any, n: int) -> np.ndarray[Any, np.dtype[np.int16]]:
        """One channel as 16-bit sound at 48 kHz."""
        raw = frame.to_ndarray()
        wave = raw[n] if frame.format.is_planar else raw.reshape(-1, self._channels)[:, n]
        one = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(wave).reshape(1, -1), frame.format.packed.name, "mono"
        )
        one.sample_rate = frame.sample_rate
        if len(self._each) <= n:
            self._each.append(av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE))
        pieces = [p.to_ndarray().reshape(-1) for p in self._each[n].resample(one)]
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

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
