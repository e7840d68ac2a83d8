"""What a WHIP client or WHEP player offers, judged before anything is opened for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiortc import RTCIceCandidate
from aiortc.sdp import MediaDescription, SessionDescription, candidate_from_sdp

LARGEST_OFFER = 65_536
MOST_CANDIDATES = 64
_SENDS = ("sendonly", "sendrecv")
_RECEIVES = ("recvonly", "sendrecv")
_H264_FMTP = re.compile(r"^(a=fmtp:\d+ [^\r\n]*profile-level-id=[^\r\n]*)", re.MULTILINE)
_START_RATE = ";x-google-start-bitrate=2000;x-google-min-bitrate=1000"


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """An HTTP status, a stable code, and a sentence in Chinese and English."""

    status: int
    code: str
    message: str


def malformed() -> Refusal:
    """The SDP cannot be read. Made anew each time: one exception raised again and again would
    keep the frames of every raise, and with them what strangers sent.
    """
    return Refusal(400, "sdp_malformed", "SDP 无法解析 / the SDP cannot be parsed")


def not_acceptable() -> Refusal:
    """The tracks are none that a court can use."""
    return Refusal(
        406, "sdp_not_acceptable",
        "须为一路视频（H.264 或 VP8）与至多一路音频（Opus） / "
        "one video track (H.264 or VP8) and at most one audio track (Opus) are taken",
    )  # fmt: skip


def parsed_offer(sdp: str, *, publishing: bool) -> SessionDescription:
    """The offer, when it can be answered. Raises Refusal.

    aiortc's parser raises whatever it stumbles over, so all of it counts as malformed.
    """
    if len(sdp) > LARGEST_OFFER or not sdp.startswith("v=0"):
        raise malformed()
    try:
        description = SessionDescription.parse(sdp)
    except Exception:  # noqa: BLE001 a foreign parser over hostile text: the boundary is here
        raise malformed() from None
    _check(description, _SENDS if publishing else _RECEIVES)
    return description


def _check(description: SessionDescription, directions: tuple[str, ...]) -> None:
    kinds = [m.kind for m in description.media]
    media = [m for m in description.media if m.kind in ("audio", "video")]
    if len(media) != len(kinds) or kinds.count("video") != 1 or kinds.count("audio") > 1:
        raise not_acceptable()
    for section in media:
        if section.direction not in directions or not _codec(section):
            raise not_acceptable()
        ice = section.ice
        usable = ice is not None and ice.usernameFragment and ice.password
        if section.dtls is None or not section.dtls.fingerprints or not usable:
            raise malformed()
        if len(section.ice_candidates) > MOST_CANDIDATES or not section.rtp.muxId:
            raise malformed()


def _codec(section: MediaDescription) -> bool:
    wanted = {"video": ("h264", "vp8"), "audio": ("opus",)}[section.kind]
    return any(c.mimeType.split("/")[-1].lower() in wanted for c in section.rtp.codecs)


def with_start_rate(sdp: str) -> str:
    """The answer with a start rate for H.264: Chromium begins at 230 kbit/s without it."""
    return _H264_FMTP.sub(rf"\1{_START_RATE}", sdp)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A trickle-ICE SDP fragment (RFC 8840 §9)."""

    ufrag: str
    password: str
    candidates: tuple[RTCIceCandidate, ...]
    complete: bool


def parsed_fragment(text: str) -> Fragment:
    """Candidates of a PATCH. Raises Refusal."""
    if len(text) > LARGEST_OFFER:
        raise malformed()
    mid: str | None = None
    ufrag = password = ""
    found: list[RTCIceCandidate] = []
    complete = False
    for line in text.splitlines():
        name, _, value = line.strip().partition(":")
        if name == "a=mid":
            mid = value
        elif name == "a=ice-ufrag":
            ufrag = value
        elif name == "a=ice-pwd":
            password = value
        elif name == "a=candidate":
            found.append(_candidate(value, mid))
        elif name == "a=end-of-candidates":
            complete = True
    if not ufrag and not found and not complete:
        raise malformed()
    if len(found) > MOST_CANDIDATES:
        raise malformed()
    return Fragment(ufrag, password, tuple(found), complete)


def _candidate(value: str, mid: str | None) -> RTCIceCandidate:
    try:
        candidate = candidate_from_sdp(value)
    except (ValueError, AssertionError, IndexError, KeyError):
        raise malformed() from None
    candidate.sdpMid = mid
    if mid is None:
        candidate.sdpMLineIndex = 0
    return candidate
