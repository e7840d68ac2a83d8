"""Redacted pictures to H.264 and redacted sound to AAC, on media time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.frame import PictureType

from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, Planes, Sound

VIDEO_BASE = Fraction(1, 90_000)
AUDIO_BASE = Fraction(1, SAMPLE_RATE)
AAC_FRAME = 1024
AAC_BITS = 96_000
PEAK_BITS = 2_500_000
LOW_PEAK_BITS = 700_000
"""Most bits a second of the picture, and of the rendition of 360 lines."""

LOW_ABOVE = 432
"""A picture of no more lines than this needs no smaller rendition."""

CHEAPER = {"veryfast": "superfast"}
"""Presets that write the same parameter sets for a third less: groups of both stand in one track.
Ultrafast would save as much again, but its stream is of another kind."""

CARD_FPS = 5
"""A still card needs no more; the player holds each frame."""


def to_ticks(t: MediaTime) -> int:
    """Media time in 1/90000 s, the time base of every public video track."""
    return t * 90_000 // SECOND


def from_ticks(ticks: int) -> MediaTime:
    """The first media time of a tick, so that `to_ticks` gives the tick back."""
    return -(-ticks * SECOND // 90_000)


class VideoEncoder:
    """I420 pictures of one size to Annex B H.264 without B-frames.

    Key frames come only where asked for, so groups of pictures start on the chunk grid. Two
    encoders made with equal arguments write equal parameter sets, so their groups can follow each
    other in one track.
    """

    def __init__(
        self,
        width: int,
        height: int,
        fps: float,
        preset: str = "veryfast",
        peak: int = PEAK_BITS,
    ) -> None:
        self.width, self.height, self.fps = width, height, fps
        self.preset, self._peak = preset, peak
        self._context = self._open()

    def push(self, t: MediaTime, i420: Planes, key: bool) -> Iterator[EncodedPacket]:
        """Encode one picture of shape (height * 3 // 2, width), which x264 copies for itself."""
        frame = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(i420), format="yuv420p")
        yield from self.frame(t, frame, key)

    def frame(self, t: MediaTime, frame: av.VideoFrame, key: bool) -> Iterator[EncodedPacket]:
        """Encode one yuv420p frame of the encoder's size, stamped and marked here."""
        frame.pts, frame.time_base = to_ticks(t), VIDEO_BASE
        frame.pict_type = PictureType.I if key else PictureType.NONE
        yield from self._packets(frame)

    def flush(self) -> Iterator[EncodedPacket]:
        """What the encoder still holds; the encoder starts anew afterwards."""
        yield from self._packets(None)
        self._context = self._open()

    def card(self, i420: Planes, span: Span) -> tuple[EncodedPacket, ...]:
        """A closed group showing one still picture over `span`."""
        step = SECOND // CARD_FPS
        packets: list[EncodedPacket] = []
        for n, t in enumerate(range(span.start, span.end, step)):
            packets.extend(self.push(t, i420, key=n == 0))
        packets.extend(self.flush())
        return tuple(EncodedPacket(p.t, step, p.key, p.data) for p in packets)

    def _packets(self, frame: Any) -> Iterator[EncodedPacket]:
        nominal = round(SECOND / self.fps)
        for packet in self._context.encode(frame):
            yield EncodedPacket(from_ticks(packet.pts), nominal, packet.is_keyframe, bytes(packet))

    def _open(self) -> Any:
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = self.width, self.height, "yuv420p"
        context.time_base = VIDEO_BASE
        context.framerate = Fraction(self.fps).limit_denominator(1001)
        context.thread_count = 1
        context.options = {
            "preset": self.preset,
            "tune": "zerolatency",
            "crf": "23",
            "maxrate": str(self._peak),
            "bufsize": str(2 * self._peak),
            "x264-params": "keyint=infinite:scenecut=0:bframes=0:force-cfr=0:nal-hrd=none",
        }
        context.open()
        return context


class AudioEncoder:
    """Gapless mono PCM to AAC-LC frames of 1024 samples.

    A sound that does not follow the one before (a gap in what is published) starts a new run.
    """

    def __init__(self, bits: int = AAC_BITS) -> None:
        self._bits = bits
        self._context = self._open()
        self._left = np.zeros(0, np.int16)
        self._sample = 0

    @property
    def config(self) -> bytes:
        """The AudioSpecificConfig, for muxers."""
        return bytes(self._context.extradata or b"")

    def push(self, sound: Sound) -> Iterator[EncodedPacket]:
        """Encode sound at 48 kHz; packets carry the media time of their first sample."""
        start = sound.t * SAMPLE_RATE // SECOND
        if start != self._sample + len(self._left):
            self._context = self._open()
            self._left, self._sample = np.zeros(0, np.int16), start
        pcm = np.concatenate([self._left, sound.pcm])
        whole = len(pcm) // AAC_FRAME * AAC_FRAME
        for at in range(0, whole, AAC_FRAME):
            yield from self._encode(pcm[at : at + AAC_FRAME])
        self._left = pcm[whole:]

    def _encode(self, pcm: np.ndarray[Any, np.dtype[np.int16]]) -> Iterator[EncodedPacket]:
        scaled = (pcm.astype(np.float32) / 32768.0).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(scaled, format="fltp", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, AUDIO_BASE, self._sample
        first = self._sample
        self._sample += AAC_FRAME
        for packet in self._context.encode(frame):
            # Priming frames lie before the run; players need them as little as viewers do.
            if packet.pts >= 0 and packet.pts <= first:
                t = packet.pts * SECOND // SAMPLE_RATE
                yield EncodedPacket(t, AAC_FRAME * SECOND // SAMPLE_RATE, True, bytes(packet))

    def _open(self) -> Any:
        context: Any = av.CodecContext.create("aac", "w")
        context.sample_rate, context.layout, context.format = SAMPLE_RATE, "mono", "fltp"
        context.bit_rate, context.time_base = self._bits, AUDIO_BASE
        # half the time of the usual search, and at these bits nearer to the sound it is given
        context.options = {"aac_coder": "fast"}
        context.open()
        return context
