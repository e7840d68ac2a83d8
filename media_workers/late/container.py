"""Which container an uploaded file is, by its first bytes: nothing is left for libav to guess.

Guessing would let a playlist or an image list in, which name other files.
"""

from __future__ import annotations

from pathlib import Path

from courtstream.domain.errors import UnsupportedContainer

PACKET = 188
"""Bytes of an MPEG transport packet, each of which begins with `SYNC`."""

SYNC = 0x47
EBML = b"\x1a\x45\xdf\xa3"
BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp"})


def container_of(file: Path) -> str:
    """libav's demuxer: matroska, mp4 or mpegts. Raises UnsupportedContainer, OSError."""
    with file.open("rb") as stream:
        head = stream.read(5 * PACKET)
    if head.startswith(EBML):
        return "matroska"
    if head[4:8] in BOXES:
        return "mp4"
    if len(head) == 5 * PACKET and all(head[n] == SYNC for n in range(0, len(head), PACKET)):
        return "mpegts"
    raise UnsupportedContainer
