"""Small compressed streams for tests of the outputs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np

from courtstream.domain.time import SECOND
from media_workers.runtime.items import SourcePacket


@dataclass(frozen=True)
class Video:
    codec: str
    extradata: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Audio:
    codec: str
    extradata: bytes
    rate: int
    channels: int


def stream(
    seconds: int = 4,
    size: tuple[int, int] = (160, 120),
    sound: bool = True,
    b_frames: int = 0,
    fps: int = 25,
) -> tuple[Video, Audio | None, list[SourcePacket]]:
    """Packets as a demuxer gives them, with the descriptions of their tracks."""
    file = io.BytesIO()
    container: Any = av.open(file, "w", format="mp4")
    video = container.add_stream(
        "libx264", rate=fps, options={"g": str(fps), "bf": str(b_frames), "preset": "ultrafast"}
    )
    video.width, video.height, video.pix_fmt = *size, "yuv420p"
    audio = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
    random = np.random.default_rng(1)
    noise = random.integers(0, 255, (size[1], size[0], 3), np.uint8)
    for n in range(seconds * fps):
        frame = av.VideoFrame.from_ndarray(np.roll(noise, n, 1), format="rgb24")
        frame.pts, frame.time_base = n, Fraction(1, fps)
        container.mux(video.encode(frame))
    if audio is not None:
        for n in range(seconds * 48_000 // 1024):
            pcm = random.normal(0, 0.1, (1, 1024)).astype(np.float32)
            sample = av.AudioFrame.from_ndarray(pcm, "fltp", "mono")
            sample.sample_rate, sample.pts, sample.time_base = 48_000, n * 1024, Fraction(1, 48_000)
            container.mux(audio.encode(sample))
        container.mux(audio.encode(None))
    container.mux(video.encode(None))
    container.close()
    file.seek(0)
    return _demuxed(file)


def _demuxed(file: io.BytesIO) -> tuple[Video, Audio | None, list[SourcePacket]]:
    container: Any = av.open(file)
    v = container.streams.video[0].codec_context
    a = container.streams.audio[0].codec_context if container.streams.audio else None
    packets = []
    for packet in container.demux():
        if packet.size:
            unit = packet.time_base * SECOND
            packets.append(
                SourcePacket(
                    packet.stream.type,
                    max(0, round(packet.pts * unit)),
                    max(0, round(packet.dts * unit)),
                    round((packet.duration or 0) * unit),
                    packet.is_keyframe,
                    bytes(packet),
                )
            )
    packets.sort(key=lambda p: p.dts)
    return (
        Video("h264", bytes(v.extradata), v.width, v.height),
        Audio("aac", bytes(a.extradata), a.rate, 1) if a else None,
        packets,
    )
