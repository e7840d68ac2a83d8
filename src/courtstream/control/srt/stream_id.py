"""The key in an SRT stream id: plain, or the `#!::` form of the SRT access control guidelines."""

from __future__ import annotations

from courtstream.control.srt.handshake import Rejection

LONGEST_KEY = 128


def key_of(stream_id: str) -> str | Rejection:
    """The ingest key, or why there is none.

    `#!::r=KEY,m=publish`; keys may stand in any order, others are passed over. A resource may be
    written `live/KEY`, as in the RTMP address.
    """
    text = stream_id.strip()
    if text.startswith("#!::"):
        pairs = (part.partition("=") for part in text[4:].split(","))
        fields = {name.strip(): value.strip() for name, _, value in pairs}
        if fields.get("m", "publish") not in ("publish", "bidirectional"):
            return Rejection.BAD_MODE
        text = fields.get("r", "")
    elif text.startswith("#!"):
        return Rejection.BAD_REQUEST
    key = text.removeprefix("/").removeprefix("live/")
    if not key or len(key) > LONGEST_KEY:
        return Rejection.UNAUTHORIZED
    return key
