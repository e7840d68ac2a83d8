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
from media_workers.sources.seats import SeatTracks

PROBE = {"probesize": "500000", "analyzeduration": "1500000"}


class ContainerSource:
    """Demuxes one container. Errors of the input become BrokenStream; nothing else escapes."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self.again = False
        self.video = self._video()
        tracks = self._tracks()
        self._seats = SeatTracks(tracks) if len(tracks) > 1 else None
        self.audio = self._seats.track if self._seats else next(iter(tracks), None)

    @classmethod
    def from_file(cls, path: Path, container: str | None = None) -> ContainerSource:
        """A media file, of a `container` that is known or to be found out. Raises BrokenStream."""
        return cls(_open(str(path), container))

    @property
    def length(self) -> float:
        """Seconds, as the container says; 0 when it does not."""
        duration = self._container.duration
        return float(duration) / 1_000_000 if duration else 0.0

    def packets(self) -> Iterator[RawPacket]:
        """Packets of the first video track and of the sound, in the order of the container."""
        chosen = {s.index for s in self._chosen()}
        try:
            for packet in self._container.demux():
                if packet.size and packet.stream.index in chosen:
                    yield from self._given(packet)
            yield from self._rest()
        except av.error.EOFError:
            yield from self._rest()
        except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
            # IndexError: PyAV on a track that begins late.
            raise BrokenStream(type(error).__name__) from None

    def unblock(self) -> None:
        """A file never waits."""

    def close(self) -> None:
        """Close the container. libav must not be reading it: the reader's own thread does this."""
        with contextlib.suppress(av.error.FFmpegError, OSError):
            self._container.close()

    def _given(self, packet: Any) -> Iterator[RawPacket]:
        raw = _raw(packet)
        if self._seats is None or raw.kind != "audio":
            yield raw
            return
        sounds = [s.index for s in self._sounds()]
        yield from self._seats.push(sounds.index(packet.stream.index), raw.pts, raw.data)

    def _rest(self) -> Iterator[RawPacket]:
        return self._seats.flush() if self._seats else iter(())

    def _sounds(self) -> list[Any]:
        return [s for s in self._container.streams.audio if s.codec_context is not None]

    def _chosen(self) -> list[Any]:
        pictures = [s for s in self._container.streams.video[:1] if s.codec_context is not None]
        return [*pictures, *self._sounds()]

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

    def _tracks(self) -> list[AudioTrack]:
        """The sound tracks libav can read; several are a microphone each."""
        return [
            AudioTrack(
                stream.codec_context.name,
                bytes(stream.codec_context.extradata or b""),
                stream.codec_context.sample_rate,
                stream.codec_context.layout.nb_channels,
            )
            for stream in self._sounds()
        ]


def _open(file: str, container: str | None) -> Any:
    try:
        return av.open(file, format=container, options=PROBE, metadata_errors="ignore")
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
