"""Whether one more hearing fits on a node: by its cores and its disk, never at others' cost."""

from __future__ import annotations

from dataclasses import dataclass

from courtstream.control.protocol import NodeBeat
from courtstream.domain.errors import CourtstreamError, DiskPressure, MachineFull
from courtstream.settings import AdmissionSettings

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Room:
    """What a node has left. Cores; bytes. `hearings`: those that run there already.

    `low`: what a rendition of 360 lines adds to a hearing's `cost`; 0 when the node does not know.
    """

    cores: float
    busy: float
    cost: float
    free_bytes: int
    hearings: frozenset[str] = frozenset()
    low: float = 0.0


def room_of(beat: NodeBeat) -> Room | None:
    """What a node said of itself; None when it does not know its cores."""
    if beat.cores <= 0:
        return None
    running = frozenset(beat.hearings)
    return Room(beat.cores, beat.busy, beat.cost, beat.free_bytes, running, beat.low)


def refusal(room: Room | None, hearing_id: str, rule: AdmissionSettings) -> CourtstreamError | None:
    """Why a hearing cannot be taken in now; None when it can, or when nobody knows.

    One that runs there already (its encoder comes back) is never refused: it costs nothing new,
    and evidence goes before room.
    """
    if room is None or hearing_id in room.hearings:
        return None
    if room.free_bytes and room.free_bytes < rule.least_free_gb * GIB:
        free = room.free_bytes / GIB
        return DiskPressure(
            f"磁盘剩余 {free:.1f} GiB，须有 {rule.least_free_gb:g} GiB / {free:.1f} GiB left"
        )
    usable = room.cores * rule.load
    if room.hearings and room.busy + room.cost > usable:
        return MachineFull(
            f"可用 {usable:.1f} 核，已用 {room.busy:.1f} 核，本场约需 {room.cost:.1f} 核 / "
            f"{usable:.1f} cores, {room.busy:.1f} in use, about {room.cost:.1f} needed"
        )
    return None


def admits_low(room: Room | None, rule: AdmissionSettings) -> bool:
    """Whether a hearing that is taken in now gets a rendition of 360 lines beside its picture.

    It is a comfort: where nobody knows the room, or it does not fit beside what runs, there is
    none. A hearing that has begun goes on as it began; its worker sees to that.
    """
    if rule.low != "auto":
        return rule.low == "always"
    if room is None or room.low <= 0:
        return False
    return room.busy + room.cost + room.low <= room.cores * rule.load
