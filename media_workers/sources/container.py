"""A media file as a source, demuxed by PyAV."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error

from courtstream.domain.errors import BrokenStream
from courtstream.domain.time import SECOND, MediaTime
from media_workers.sources.base import AudioTrack, RawPacket, VideoTrack

PROBE = {"probesize": "500000", "analyzeduration": "1500000"}


class ContainerSource:
    """Demuxes one container. Errors of the input become BrokenStream; nothing else escapes."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self.again = False
        self.video = self._video()
        self.audio = self._audio()

    @classmethod
    def from_file(cls, path: Path) -> ContainerSource:
        """A media file. Raises BrokenStream when it is none."""
        return cls(_open(str(path)))

    @property
    def length(self) -> float:
        """Seconds, as the container says; 0 when it does not."""
        duration = self._container.duration
        return float(duration) / 1_000_000 if duration else 0.0

    def packets(self) -> Iterator[RawPacket]:
        """Packets of the first video and the first audio track in the order of the container."""
        chosen = {s.index for s in self._chosen()}
        try:
            for packet in self._container.demux():
                if packet.size and packet.stream.index in chosen:
                    yield _raw(packet)
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
            # IndexError: PyAV on a track that begins late.
            raise BrokenStream(type(error).__name__) from None

    def unblock(self) -> None:
        """A file never waits."""

    def close(self) -> None:
        """Close the container. libav must not be reading it: the reader's own thread does this."""
        with contextlib.suppress(av.error.FFmpegError, OSError):
            self._container.close()

    def _chosen(self) -> list[Any]:
        tracks = self._container.streams
        return [s for s in (*tracks.video[:1], *tracks.audio[:1]) if s.codec_context is not None]

    def _video(self) -> VideoTrack | None:
        for stream in self._container.streams.video[:1]:
            context = stream.codec_context
            if context is None:  # a codec libav does not know
                return None
            rate = stream.average_rate or stream.guessed_rate
            return VideoTrack(
                context.name,
                bytes(context.extradata or b""),
                context.width,
                context.height,
                float(rate) if rate else 25.0,
            )
        return None

    def _audio(self) -> AudioTrack | None:
        for stream in self._container.streams.audio[:1]:
            context = stream.codec_context
            if context is None:
                return None
            return AudioTrack(
                context.name,
                bytes(context.extradata or b""),
                context.sample_rate,
                context.layout.nb_channels,
            )
        return None


def _open(file: str) -> Any:
    try:
        return av.open(file, options=PROBE, metadata_errors="ignore")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise BrokenStream(type(error).__name__) from None


def _raw(packet: Any) -> RawPacket:
    def ns(value: int | None) -> MediaTime | None:
        return None if value is None else round(value * packet.time_base * SECOND)

    return RawPacket(
        kind=packet.stream.type,
        pts=ns(packet.pts),
        dts=ns(packet.dts if packet.dts is not None else packet.pts),
        duration=ns(packet.duration) or 0,
        key=packet.is_keyframe,
        data=bytes(packet),
    )
