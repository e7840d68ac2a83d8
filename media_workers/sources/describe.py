"""What a compressed packet is: its first picture or sound is decoded once to learn its form."""

from __future__ import annotations

from typing import Any

import av
import av.error

from media_workers.sources.base import AudioTrack, VideoTrack

_FAILURES = (av.error.FFmpegError, ValueError, MemoryError)


def describe_video(codec: str, extradata: bytes, key: bytes, fps: float) -> VideoTrack | None:
    """The track that begins with this key frame; None when it cannot be decoded."""
    try:
        frames = _decoded(codec, extradata, key)
    except _FAILURES:
        return None
    if not frames:
        return None
    rate = min(60.0, max(1.0, fps))
    return VideoTrack(codec, extradata, frames[0].width, frames[0].height, rate)


def describe_audio(
    codec: str, extradata: bytes, packet: bytes, rate: int = 0, channels: int = 0
) -> AudioTrack | None:
    """The track of this packet. Codecs that do not say it themselves have `rate`, `channels`."""
    if codec.startswith("pcm") or codec == "opus":
        return AudioTrack(codec, extradata, rate, channels)
    try:
        frames = _decoded(codec, extradata, packet)
    except _FAILURES:
        return None
    if not frames:
        return AudioTrack(codec, extradata, rate or 48_000, channels or 1)
    return AudioTrack(codec, extradata, frames[0].sample_rate, frames[0].layout.nb_channels)


def _decoded(codec: str, extradata: bytes, packet: bytes) -> list[Any]:
    context: Any = av.CodecContext.create(codec, "r")
    if extradata:
        context.extradata = extradata
    context.thread_count = 1
    return [*context.decode(av.Packet(packet)), *context.decode(None)]
