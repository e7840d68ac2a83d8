"""Offers and fragments of strangers: taken, or refused with a status; never anything else."""

from __future__ import annotations

import asyncio
from typing import Any

import aiortc
import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver
from hypothesis import given, settings
from hypothesis import strategies as st

from media_workers.rtc import patches
from media_workers.rtc.offer import (
    Refusal,
    parsed_fragment,
    parsed_offer,
    with_start_rate,
)


async def _offer(direction: str = "sendonly", kinds: tuple[str, ...] = ("video", "audio")) -> str:
    peer = RTCPeerConnection()
    for kind in kinds:
        peer.addTransceiver(kind, direction=direction)
    await peer.setLocalDescription(await peer.createOffer())
    sdp: str = peer.localDescription.sdp
    await peer.close()
    return sdp


OFFER = asyncio.run(_offer())
FRAGMENT = (
    "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    "a=mid:0\r\na=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n"
    "a=end-of-candidates\r\n"
)


def test_an_offer_of_one_picture_and_one_sound_is_taken() -> None:
    assert [m.kind for m in parsed_offer(OFFER, publishing=True).media] == ["video", "audio"]


@pytest.mark.parametrize(
    ("direction", "kinds"),
    [
        ("recvonly", ("video", "audio")),
        ("sendonly", ("audio",)),
        ("sendonly", ("video", "video")),
        ("sendonly", ("video", "audio", "audio")),
    ],
)
async def test_other_shapes_are_not_acceptable(direction: str, kinds: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        parsed_offer(await _offer(direction, kinds), publishing=True)
    assert refused.value.status == 406


def test_only_codecs_that_a_court_can_use() -> None:
    hevc = OFFER.replace("H264", "H265").replace("VP8", "VP9")
    with pytest.raises(Refusal) as refused:
        parsed_offer(hevc, publishing=True)
    assert refused.value.status == 406


def test_a_fragment_gives_its_candidates() -> None:
    fragment = parsed_fragment(FRAGMENT)
    assert fragment.ufrag == "EsAw" and fragment.complete
    assert [c.ip for c in fragment.candidates] == ["192.0.2.1"]
    assert fragment.candidates[0].sdpMid == "0"


def test_the_start_rate_stands_on_every_h264_line() -> None:
    answer = "a=fmtp:97 profile-level-id=42e01f;packetization-mode=1\r\na=fmtp:98 apt=97\r\n"
    told = with_start_rate(answer)
    assert told.count("x-google-start-bitrate=2000") == 1
    assert "42e01f;packetization-mode=1;x-google" in told
    assert told.endswith("a=fmtp:98 apt=97\r\n")


mutations = st.lists(
    st.tuples(st.integers(0, len(OFFER)), st.integers(0, 40), st.text(max_size=20)), max_size=6
)


def mutated(text: str, changes: list[tuple[int, int, str]]) -> str:
    for at, cut, new in changes:
        text = text[:at] + new + text[at + cut :]
    return text


@settings(max_examples=300, deadline=None)
@given(mutations)
def test_mutated_offers_are_taken_or_refused(changes: list[tuple[int, int, str]]) -> None:
    try:
        parsed_offer(mutated(OFFER, changes), publishing=True)
    except Refusal as refusal:
        assert refusal.status in (400, 406)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), mutations.map(lambda c: mutated(FRAGMENT, c))))
def test_mutated_fragments_are_taken_or_refused(text: str) -> None:
    try:
        fragment = parsed_fragment(text)
    except Refusal as refusal:
        assert refusal.status == 400
    else:
        assert len(fragment.candidates) <= 64


async def test_the_library_is_the_one_that_was_measured() -> None:
    """Names that `patches` reaches for; a new aiortc must be looked at before it is pinned."""
    assert aiortc.__version__ == "1.16.0"
    peer = RTCPeerConnection()
    receiver: Any = peer.addTransceiver("video", direction="recvonly").receiver
    assert isinstance(receiver, RTCRtpReceiver)
    patches.keep_stamps(receiver)
    assert receiver._RTCRtpReceiver__timestamp_mapper.map(5) == 5
    assert patches.missing_packets(receiver) == []
    assert patches.media_ssrc(receiver) is None
    assert patches.codec_name(receiver, 111) == ""
    assert callable(receiver._handle_rtp_packet)
    patches.forget_frames(receiver)
    assert callable(receiver._send_rtcp_pli) and callable(receiver._send_rtcp_nack)
    assert callable(receiver._handle_rtcp_packet)
    await peer.close()
