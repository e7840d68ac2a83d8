"""What a worker hands to the process that shows it: frames on a Unix socket, bounded, lossy.

Each frame: kind (1 byte), key (1 byte), media time in ns (8 bytes), length (4 bytes), bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from courtstream.domain.time import MediaTime

HEAD = struct.Struct(">BBqI")
LARGEST = 8 << 20


class LookKind(IntEnum):
    """What a frame is: a JSON description, a picture, or sound."""

    TRACKS = 0
    VIDEO = 1
    AUDIO = 2


@dataclass(frozen=True, slots=True)
class LookFrame:
    """One frame. Redacted: H.264 Annex B and mono int16 PCM at 48 kHz; raw: as it came."""

    kind: LookKind
    key: bool
    t: MediaTime
    data: bytes

    def packed(self) -> bytes:
        """As bytes on the socket."""
        return HEAD.pack(self.kind, self.key, self.t, len(self.data)) + self.data


def unpacked_head(head: bytes) -> tuple[LookKind, bool, MediaTime, int]:
    """Kind, key, time and length. Raises ValueError for what no worker writes."""
    kind, key, t, length = HEAD.unpack(head)
    if length > LARGEST:
        raise ValueError("a frame is too large")
    return LookKind(kind), bool(key), t, length
