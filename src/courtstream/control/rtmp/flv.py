"""RTMP's media messages as FLV tags (Video File Format 10.1, annex E), and what a tag is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from courtstream.control.rtmp.amf import decode_first, encode
from courtstream.control.rtmp.errors import AmfError
from courtstream.domain.errors import MultitrackStream, UnsupportedCodec

AUDIO, VIDEO, SCRIPT = 8, 9, 18
_AVC, _AAC = 7, 10
_KEY_FRAME = 1
_ENHANCED = 0x80  # enhanced RTMP sets the bit above the frame type
_ENHANCED_SOUND = 9
_START, _FRAMES, _FRAMES_X = 0, 1, 3  # packet types of enhanced RTMP
_CODED = (_START, _FRAMES, _FRAMES_X)
_MULTITRACK_VIDEO, _MULTITRACK_SOUND = 6, 5
VP8, OPUS = b"vp08", b"Opus"
_SET_DATA_FRAME = "@setDataFrame"
_META = "onMetaData"


class Part(Enum):
    """What a tag is to a reader that joins the stream."""

    METADATA = "metadata"
    AUDIO_SETUP = "audio setup"
    VIDEO_SETUP = "video setup"
    KEY = "key frame"
    FRAME = "frame"
    SOUND = "sound"


SETUP = (Part.METADATA, Part.VIDEO_SETUP, Part.AUDIO_SETUP)
"""What must be said again to every new reader, in this order."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One audio, video or script message. `timestamp` in milliseconds, 32 bit."""

    kind: int
    timestamp: int
    payload: bytes
    part: Part

    @property
    def size(self) -> int:
        """Bytes of the tag in the stream."""
        return 15 + len(self.payload)

    def encoded(self, timestamp: int | None = None) -> bytes:
        """The tag and the size behind it; with another timestamp where one is given."""
        when = self.timestamp if timestamp is None else timestamp
        length = len(self.payload)
        head = bytes([self.kind]) + length.to_bytes(3, "big")
        low = (when & 0xFFFFFF).to_bytes(3, "big") + bytes([when >> 24 & 0xFF])
        return head + low + bytes(3) + self.payload + (length + 11).to_bytes(4, "big")


def file_header(audio: bool = True, video: bool = True, *, again: bool = False) -> bytes:
    """The header of an FLV stream, saying which tracks to expect.

    `again` sets a bit that the standard reserves: what comes first was sent to somebody before.
    """
    return b"FLV\x01" + bytes([8 * again | 4 * audio | video]) + (9).to_bytes(4, "big") + bytes(4)


def media_tag(kind: int, timestamp: int, payload: bytes, *, inside: bool = False) -> Tag | None:
    """The tag for an RTMP audio, video or data message; None for empty or foreign ones.

    Enhanced RTMP (v2, Veovera 2025) is taken where it carries H.264, AAC or Opus in one track;
    H.264 and AAC are rewritten as of old. VP8 only comes from `inside`, our own WebRTC ingest.
    Raises UnsupportedCodec for all else, MultitrackStream for several tracks in one message.
    """
    if not payload:
        return None
    if kind == VIDEO:
        return _video_tag(timestamp, payload, inside)
    if kind == AUDIO:
        return _audio_tag(timestamp, payload)
    metadata = metadata_payload(payload)
    return Tag(SCRIPT, timestamp, metadata, Part.METADATA) if metadata else None


def _video_tag(timestamp: int, payload: bytes, inside: bool) -> Tag | None:
    if not payload[0] & _ENHANCED:
        return Tag(VIDEO, timestamp, payload, _video_part(payload))
    frame, what, four = payload[0] >> 4 & 7, payload[0] & 15, payload[1:5]
    if what == _MULTITRACK_VIDEO:
        raise MultitrackStream
    if four == VP8 and inside and what in _CODED:
        key = Part.KEY if frame == _KEY_FRAME else Part.FRAME
        return Tag(VIDEO, timestamp, payload, Part.VIDEO_SETUP if what == _START else key)
    if four != b"avc1":
        raise UnsupportedCodec
    if what not in _CODED:
        return None  # the end of a sequence, colour metadata
    first = bytes([frame << 4 | _AVC, what != _START])
    offset = b"" if what == _FRAMES else bytes(3)
    return _video_tag(timestamp, first + offset + payload[5:], inside)


def _audio_tag(timestamp: int, payload: bytes) -> Tag | None:
    sound, what = payload[0] >> 4, payload[0] & 15
    if sound != _ENHANCED_SOUND:
        setup = sound == _AAC and payload[1:2] == b"\0"
        return Tag(AUDIO, timestamp, payload, Part.AUDIO_SETUP if setup else Part.SOUND)
    if what == _MULTITRACK_SOUND:
        raise MultitrackStream
    four = payload[1:5]
    if four not in (b"mp4a", OPUS):
        raise UnsupportedCodec
    if what not in (_START, _FRAMES):
        return None
    if four == b"mp4a":
        return _audio_tag(timestamp, bytes([_AAC << 4 | 15, what]) + payload[5:])
    part = Part.AUDIO_SETUP if what == _START else Part.SOUND
    return Tag(AUDIO, timestamp, payload, part)


def _video_part(payload: bytes) -> Part:
    if payload[0] & 0x0F != _AVC:
        raise UnsupportedCodec
    if payload[1:2] == b"\0":
        return Part.VIDEO_SETUP
    return Part.KEY if payload[0] >> 4 == _KEY_FRAME else Part.FRAME


def metadata_payload(payload: bytes) -> bytes | None:
    """`onMetaData` as a file has it, without the `@setDataFrame` before it; None for other data.

    The values are decoded and written anew, so that only well-formed AMF0 goes on.
    """
    try:
        name, at = decode_first(payload)
        if name == _SET_DATA_FRAME:
            name, at = decode_first(payload := payload[at:])
        if name != _META or at >= len(payload):
            return None
        values, _ = decode_first(payload[at:])
        return encode(_META, values) if isinstance(values, dict) else None
    except AmfError:
        return None


def promised_tracks(metadata: bytes | None) -> tuple[bool, bool]:
    """Whether sound and picture are promised; both when the metadata does not say."""
    if metadata is None:
        return True, True
    values, _ = decode_first(metadata[len(encode(_META)) :])
    audio, video = values.get("audiocodecid"), values.get("videocodecid")
    if not audio and not video:
        return True, True
    return bool(audio), bool(video)
