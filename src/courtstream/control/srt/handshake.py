"""SRT handshake packets (draft-sharabayko-srt-01 §3.2.1): read, answered, handed on. No I/O."""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass
from enum import IntEnum

HEADER, BODY = 16, 48
LARGEST = 1500
_CONTROL_HANDSHAKE = 0x8000_0000
_MAGIC = 0x4A17
_VERSION = 5
_SID, _KMREQ_FLAG = 5, 0x2
_COOKIE_AT = HEADER + 28
_FIELDS = struct.Struct(">IHHIIIIII16s")
LONGEST_STREAM_ID = 512


class Kind(IntEnum):
    """Handshake types that matter here."""

    INDUCTION = 1
    CONCLUSION = 0xFFFF_FFFF


class Rejection(IntEnum):
    """Reasons a caller is shown (SRT access control; on the wire with 1000 added)."""

    BAD_REQUEST = 1400
    UNAUTHORIZED = 1401
    OVERLOAD = 1402
    FORBIDDEN = 1403
    BAD_MODE = 1405
    CONFLICT = 1409
    LOCKED = 1423


@dataclass(frozen=True, slots=True)
class Handshake:
    """A caller's handshake packet. `peer` is the caller's socket id."""

    kind: int
    peer: int
    cookie: int
    encrypted: bool
    stream_id: str
    packet: bytes


def parsed(packet: bytes) -> Handshake | None:
    """The handshake in a datagram; None when it is another packet or damaged."""
    if not HEADER + BODY <= len(packet) <= LARGEST:
        return None
    if int.from_bytes(packet[:4], "big") != _CONTROL_HANDSHAKE:
        return None
    fields = _FIELDS.unpack_from(packet, HEADER)
    _, _, extension, _, _, _, kind, peer, cookie, _ = fields
    if kind not in (Kind.INDUCTION, Kind.CONCLUSION):
        return None
    concluding = kind == Kind.CONCLUSION
    stream_id = _stream_id(packet[HEADER + BODY :]) if concluding else ""
    if stream_id is None:
        return None
    encrypted = concluding and bool(extension & _KMREQ_FLAG)
    return Handshake(kind, peer, cookie, encrypted, stream_id, packet)


def _stream_id(extensions: bytes) -> str | None:
    """The stream id extension, empty when there is none; None when the extensions are damaged."""
    at = 0
    while at + 4 <= len(extensions):
        kind, words = struct.unpack_from(">HH", extensions, at)
        content = extensions[at + 4 : at + 4 + 4 * words]
        if len(content) < 4 * words:
            return None
        if kind == _SID:
            if len(content) > LONGEST_STREAM_ID:
                return None
            # each word is written with its bytes the other way round
            turned = b"".join(content[i : i + 4][::-1] for i in range(0, len(content), 4))
            return turned.rstrip(b"\0").decode("utf-8", "replace")
        at += 4 + 4 * words
    return ""


def cookie_of(secret: bytes, address: tuple[str, int], minute: int) -> int:
    """What a caller at this address must bring back within the minute or the next."""
    text = f"{address[0]}:{address[1]}:{minute}".encode()
    return int.from_bytes(hmac.new(secret, text, hashlib.sha256).digest()[:4], "big") or 1


def induction_answer(asked: Handshake, cookie: int) -> bytes:
    """The listener's answer to an induction: version 5, the magic code, the cookie."""
    return _answer(asked, _VERSION, _MAGIC, Kind.INDUCTION, cookie)


def rejection(asked: Handshake, reason: Rejection) -> bytes:
    """No, with a reason the caller can show."""
    return _answer(asked, _VERSION, 0, 1000 + reason, asked.cookie)


def induction_like(asked: Handshake) -> bytes:
    """The induction that a conclusion's caller began with, for the one who really listens."""
    return _answer(asked, 4, 2, Kind.INDUCTION, 0, to=0)


def with_cookie(packet: bytes, cookie: int) -> bytes:
    """The conclusion with the real listener's cookie."""
    return packet[:_COOKIE_AT] + cookie.to_bytes(4, "big") + packet[_COOKIE_AT + 4 :]


def _answer(
    asked: Handshake, version: int, extension: int, kind: int, cookie: int, to: int | None = None
) -> bytes:
    header = asked.packet[:12] + (asked.peer if to is None else to).to_bytes(4, "big")
    fields = list(_FIELDS.unpack_from(asked.packet, HEADER))
    fields[0], fields[1], fields[2] = version, 0, extension
    fields[6], fields[8] = kind, cookie
    return header + _FIELDS.pack(*fields)
