"""Several audio tracks, a microphone each, as one track with a channel a seat.

A court mixer that sends every seat on its own gives the best answer to "who speaks". Everything
behind the source goes on with one sound track: the original keeps every seat, the public hears
their sum, and who speaks is told by the channel (`graph/seats.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import av
import av.error
import numpy as np
import numpy.typing as npt

from courtstream.domain.time import MILLISECOND, SECOND, MediaTime
from media_workers.sources.base import AudioTrack, RawPacket

RATE = 48_000
MOST = 8
"""Tracks that are kept apart; further ones are added to the last."""

PIECE = RATE // 50
"""Samples a packet: 20 ms."""

LATE: MediaTime = 400 * MILLISECOND
"""A microphone that says nothing for so long is taken as silent: the others do not wait for it."""

Samples: TypeAlias = npt.NDArray[np.int16]


class _Microphone:
    """One track: its decoder and the samples from `at` on that have not left yet."""

    def __init__(self, codec: str, extradata: bytes, rate: int, channels: int) -> None:
        context: Any = av.CodecContext.create(codec, "r")
        if extradata:
            context.extradata = extradata
        if codec.startswith("pcm") or not extradata:
            context.sample_rate = rate
            context.layout = "mono" if channels == 1 else "stereo"
        self._context = context
        self._resampler: Any = None
        self.held: Samples = np.zeros(0, np.int16)
        self.at: int | None = None

    def push(self, pts: MediaTime, data: bytes) -> None:
        """Decode a packet; a hole before it becomes silence, an overlap is cut."""
        try:
            frames = self._context.decode(av.Packet(data))
        except (av.error.FFmpegError, ValueError):
            return
        for n, frame in enumerate(frames):
            frame.pts = None
            self._resampler = self._resampler or av.AudioResampler("s16", "mono", RATE)
            for piece in self._resampler.resample(frame):
                self._lay(pts if n == 0 else None, piece.to_ndarray().reshape(-1))

    def _lay(self, pts: MediaTime | None, pcm: Samples) -> None:
        if self.at is None:
            self.at = (pts or 0) * RATE // SECOND
        end = self.at + len(self.held)
        start = end if pts is None else pts * RATE // SECOND
        if abs(start - end) > RATE // 50:
            gap = start - end
            if gap > 0:
                self.held = np.concatenate([self.held, np.zeros(min(gap, 10 * RATE), np.int16)])
            else:
                pcm = pcm[min(len(pcm), -gap) :]
        self.held = np.concatenate([self.held, pcm])

    @property
    def end(self) -> int:
        """The sample after the last one that is here."""
        return (self.at or 0) + len(self.held)

    def take(self, first: int, count: int) -> Samples:
        """`count` samples from `first` on, silence where there are none; older ones are let go."""
        out = np.zeros(count, np.int16)
        if self.at is None:
            return out
        begin, over = max(first, self.at), min(first + count, self.end)
        if over > begin:
            out[begin - first : over - first] = self.held[begin - self.at : over - self.at]
        gone = min(len(self.held), max(0, first + count - self.at))
        self.held, self.at = self.held[gone:], self.at + gone
        return out


class SeatTracks:
    """Merges tracks by their own time stamps. `tracks` in the order of the stream."""

    def __init__(self, tracks: list[AudioTrack]) -> None:
        self._microphones = [_Microphone(t.codec, t.extradata, t.rate, t.channels) for t in tracks]
        channels = min(len(tracks), MOST)
        self.track = AudioTrack("pcm_s16le", b"", RATE, channels, seats=True)
        self._next: int | None = None

    def push(self, number: int, pts: MediaTime | None, data: bytes) -> Iterator[RawPacket]:
        """A packet of track `number`; gives what all microphones have reached."""
        if pts is None:
            return
        self._microphones[number].push(pts, data)
        yield from self._merged()

    def flush(self) -> Iterator[RawPacket]:
        """The rest, as far as any microphone has come."""
        yield from self._merged(final=True)

    def _merged(self, *, final: bool = False) -> Iterator[RawPacket]:
        begun = [m for m in self._microphones if m.at is not None]
        if not begun:
            return
        newest = max(m.end for m in begun)
        everyone = min(m.end for m in begun) if len(begun) == len(self._microphones) else 0
        ready = newest if final else max(everyone, newest - LATE * RATE // SECOND)
        if self._next is None:
            self._next = min(m.at or 0 for m in begun)
        while self._next + PIECE <= ready:
            yield self._piece(self._next)
            self._next += PIECE

    def _piece(self, first: int) -> RawPacket:
        seats = np.zeros((PIECE, self.track.channels), np.int32)
        for number, microphone in enumerate(self._microphones):
            seats[:, min(number, MOST - 1)] += microphone.take(first, PIECE)
        pcm = np.clip(seats, -32768, 32767).astype("<i2")
        t = first * SECOND // RATE
        return RawPacket("audio", t, t, PIECE * SECOND // RATE, True, pcm.tobytes())
