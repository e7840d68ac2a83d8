"""The newest packets that have come, so that what is sent a second time is known as such.

The door sends the last seconds again to a worker that takes the place of a killed one: what the
old one had recorded of them must neither be missing nor come twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from courtstream.domain.time import MILLISECOND, MediaTime
from media_workers.runtime.items import SourcePacket
from media_workers.sources.base import RawPacket

KEPT = 6000
"""Packets: more than a minute of picture and sound."""

TWICE_WITHIN: MediaTime = 4 * MILLISECOND
"""The times of one packet that was recorded twice were 3 ms apart; two packets never are."""

_Print = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Joint:
    """Where a stream goes on: its first `known` packets have come before; the first of them
    belongs at `anchor` (decode time)."""

    known: int
    anchor: MediaTime


def lead_in(joint: Joint, packets: Sequence[RawPacket]) -> tuple[Joint, int]:
    """The joint from the last known key frame on, and how many packets before it are left out.

    A recording that goes on needs that much to play by itself, and no more.
    """
    known = packets[: joint.known]
    keys = [n for n, p in enumerate(known) if p.kind == "video" and p.key and p.dts is not None]
    first = packets[0].dts
    if not keys or first is None:
        return joint, 0
    ahead = (packets[keys[-1]].dts or 0) - first
    return Joint(joint.known - keys[-1], joint.anchor + ahead), keys[-1]


class Tail:
    """Remembers what came; owned by the source's thread."""

    def __init__(self) -> None:
        self._kept: deque[tuple[_Print, MediaTime]] = deque(maxlen=KEPT)
        self._at: set[tuple[_Print, int]] = set()

    def note(self, packet: SourcePacket) -> None:
        """A packet has come. What only leads in to it, which a record of several runs has twice,
        is passed over: a worker killed soon after another would not know what comes again.
        """
        known, place = (packet.kind, hash(packet.data)), packet.pts // TWICE_WITHIN
        if any((known, near) in self._at for near in (place - 1, place, place + 1)):
            return
        if len(self._kept) == KEPT:
            old, pts = self._kept[0]
            self._at.discard((old, pts // TWICE_WITHIN))
        self._at.add((known, place))
        self._kept.append((known, packet.pts))

    def joint(self, packets: Sequence[RawPacket]) -> Joint | None:
        """Where a stream that begins with `packets` overlaps what came last; None when nowhere.

        Everything from the first packet on must be what came then, up to the end of either.
        """
        prints = [(p.kind, hash(p.data)) for p in packets]
        for at in range(len(self._kept) - 1, -1, -1):
            if not prints or self._kept[at][0] != prints[0]:
                continue
            overlap = zip(islice(self._kept, at, None), prints, strict=False)
            if all(known == new for (known, _), new in overlap):
                first = packets[0]
                ahead = 0 if first.pts is None or first.dts is None else first.pts - first.dts
                return Joint(len(self._kept) - at, self._kept[at][1] - ahead)
        return None
