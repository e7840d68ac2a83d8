"""What a source is: packets in order on its own clock, and what the tracks are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from courtstream.domain.time import MediaTime


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """A video track: codec name, codec private data, size in pixels, nominal frames a second."""

    codec: str
    extradata: bytes
    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """An audio track: codec name, codec private data, samples a second, channels.

    `seats`: every channel is a microphone of its own.
    """

    codec: str
    extradata: bytes
    rate: int
    channels: int
    seats: bool = False


@dataclass(frozen=True, slots=True)
class RawPacket:
    """A packet with the source's own stamps in ns; None where the source gave none."""

    kind: str
    pts: MediaTime | None
    dts: MediaTime | None
    duration: MediaTime
    key: bool
    data: bytes


class Source(Protocol):
    """One session of a source. Opening may raise BrokenStream; reading ends with the session.

    `again`: it begins with what an earlier session has brought already.
    """

    video: VideoTrack | None
    audio: AudioTrack | None
    again: bool

    def packets(self) -> Iterator[RawPacket | VideoTrack | AudioTrack]:
        """Packets as they come, a track where its description changes.

        Raises BrokenStream when nothing more can be read in sense.
        """
        ...

    def unblock(self) -> None:
        """Make `packets` end soon; may be called from another thread."""
        ...

    def close(self) -> None:
        """Let go of files and sockets; only from the thread that reads."""
        ...
