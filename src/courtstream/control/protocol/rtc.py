"""WebRTC sessions on their way to the node that has the media."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from courtstream.control.protocol.base import Message, Report


class RtcVerb(StrEnum):
    """What a WebRTC session can be asked: RFC 9725's POST, PATCH and DELETE."""

    OFFER = "offer"
    CANDIDATES = "candidates"
    CLOSE = "close"


class RtcRequest(Message):
    """A WHIP publisher's or a WHEP viewer's HTTP request, on its way to the node.

    `sdp` holds the offer or the fragment. A publisher proves itself by `key`; a viewer was
    checked by the platform and is bound to its session by `viewer` (a user id). `view` "raw" is
    marked with `mark`. `socket`: the worker's window, put in by the node.
    """

    kind: Literal["whip", "whep"]
    verb: RtcVerb
    session: str = Field("", max_length=64)
    key: str = Field("", max_length=512)
    sdp: str = Field("", max_length=65_536)
    etag: str = Field("", max_length=128)
    remote: str = ""
    hearing_id: str = ""
    view: Literal["redacted", "raw"] = "redacted"
    viewer: str = ""
    mark: str = ""
    socket: str = ""


class RtcReply(Report):
    """An HTTP status with the answer, or with a code and a sentence."""

    status: int
    session: str = ""
    sdp: str = ""
    etag: str = ""
    code: str = ""
    message: str = ""
