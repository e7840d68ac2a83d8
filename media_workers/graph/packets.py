"""The edge on which the packets of one track wait for their decoder."""

from __future__ import annotations

from typing import TypeVar

from courtstream.domain.time import SECOND, MediaTime
from media_workers.graph.supervised import Pause
from media_workers.runtime.edge import Edge, Overflow
from media_workers.runtime.items import SourcePacket
from media_workers.sources.base import AudioTrack, VideoTrack

Track = TypeVar("Track", AudioTrack, VideoTrack)

SPAN: MediaTime = 90 * SECOND
LINGER: MediaTime = SECOND // 5
"""Live, packets are decoded so much at a time: one packet of sound is a tenth of that."""


def packet_edge(track: type[Track], size: int, *, fast: bool) -> Edge[SourcePacket | Track | Pause]:
    """For packets of such a track, at most `size` bytes of them.

    `fast`: of a file, which waits where the edge is full and is decoded as it comes.
    """
    return Edge(
        track.__name__,
        _weight,
        span=SPAN,
        size=size,
        overflow=Overflow.BLOCK if fast else Overflow.REFUSE,
        linger=0 if fast else LINGER,
    )


def _weight(item: SourcePacket | AudioTrack | VideoTrack | Pause) -> tuple[MediaTime, int] | None:
    return (item.dts, len(item.data)) if isinstance(item, SourcePacket) else None
