"""Encoded packets to fragmented MP4: one initialisation section, any number of media segments.

libavformat's mp4 muxer writes the boxes (ISO/IEC 14496-12); one muxer a segment, whose `ftyp` and
`moov` are cut off. Media time is kept in `tfdt`, so a segment stands for itself.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from media_workers.outputs.mux import Mux
from media_workers.runtime.items import EncodedPacket

FLAGS = "+".join(
    (
        "frag_keyframe",
        "empty_moov",
        "default_base_moof",
        "frag_discont",
        "skip_trailer",
        "negative_cts_offsets",
    )
)


def segment(video: Sequence[EncodedPacket], audio: Sequence[EncodedPacket]) -> tuple[bytes, bytes]:
    """(initialisation section, media segment) of packets that begin with a key frame.

    Raises ValueError when `video` is empty or does not begin with a key frame.
    """
    if not video or not video[0].key:
        raise ValueError("a segment must begin with a key frame")
    return _muxed(video[0].data, video, audio)


def sound_segment(audio: Sequence[EncodedPacket]) -> tuple[bytes, bytes]:
    """(initialisation section, media segment) of sound alone. Raises ValueError when empty."""
    if not audio:
        raise ValueError("a segment of sound must hold sound")
    return _muxed(None, (), audio)


def _muxed(
    key_frame: bytes | None, video: Sequence[EncodedPacket], audio: Sequence[EncodedPacket]
) -> tuple[bytes, bytes]:
    target = io.BytesIO()
    mux = Mux(target, {"movflags": FLAGS, "use_editlist": "0"}, key_frame)
    mux.write(video, audio)
    mux.close()
    return split(target.getvalue())


def avc_codec(annex_b: bytes) -> str:
    """The RFC 6381 codec name, from the sequence parameter set in front of a key frame."""
    at = annex_b.find(b"\0\0\1\x67")
    if at < 0:
        raise ValueError("no sequence parameter set in front of the key frame")
    return "avc1." + annex_b[at + 4 : at + 7].hex()


def split(data: bytes) -> tuple[bytes, bytes]:
    """Cut a fragmented file before its first `moof`."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"moof":
            return data[:at], data[at:]
        at += size
    return data, b""
