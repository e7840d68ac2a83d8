"""A packet of a source put on the hearing's clock."""

from __future__ import annotations

from media_workers.runtime.items import SourcePacket
from media_workers.sources.base import RawPacket
from media_workers.timeline.clock import SourceClock


def stamped(clock: SourceClock, raw: RawPacket) -> SourcePacket:
    """`raw` with media time (ns) for its stamps; how far pts lies from dts stays as it was.

    A packet without either is shown when it is decoded.
    """
    dts = clock.stamp(raw.kind, raw.dts, raw.duration)
    offset = 0 if raw.pts is None or raw.dts is None else raw.pts - raw.dts
    return SourcePacket(
        "video" if raw.kind == "video" else "audio",
        dts + offset,
        dts,
        raw.duration,
        raw.key,
        raw.data,
    )
