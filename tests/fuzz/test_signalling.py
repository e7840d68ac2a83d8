"""What WHIP clients say, by the road they say it: a status with a problem, never a failure."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiortc import RTCPeerConnection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from media_workers.rtc.offer import Refusal, parsed_fragment, parsed_offer
from tests.fuzz.growth import ALLOWED, damaged, growth
from tests.support.platform import MemoryBus, World, site

FRAGMENT = (
    "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    "a=mid:0\r\na=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host\r\n"
)
KINDS = ["application/sdp", "application/trickle-ice-sdpfrag", "text/plain", ""]


async def _offer() -> str:
    peer = RTCPeerConnection()
    for kind in ("video", "audio"):
        peer.addTransceiver(kind, direction="sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    sdp: str = peer.localDescription.sdp
    await peer.close()
    return sdp


OFFER = asyncio.run(_offer())
LINES = OFFER.split("\r\n")


@st.composite
def offers(draw: st.DrawFn) -> str:
    """A real offer with lines left out, said twice, in another order, or with other words in."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                name = lines[at].partition(":")[0]
                lines[at] = name + ":" + draw(st.text(max_size=30))
            case _:
                lines[at] = draw(st.text(max_size=60))
        lines = lines or ["v=0"]
    return "\r\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(offers())
def test_any_offer_is_taken_or_refused_with_a_status(sdp: str) -> None:
    try:
        parsed_offer(sdp, publishing=True)
    except Refusal as refusal:
        assert refusal.status in (400, 406) and refusal.code and " / " in refusal.message


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400) | st.integers(0, 1 << 32).map(lambda n: _damaged(FRAGMENT, n)))
def test_any_fragment_is_taken_or_refused(text: str) -> None:
    try:
        parsed_fragment(text)
    except Refusal as refusal:
        assert refusal.status == 400


def test_offers_and_fragments_leave_nothing_behind() -> None:
    def feed(chance: random.Random) -> None:
        for text, read in ((OFFER, _read_offer), (FRAGMENT, parsed_fragment)):
            try:
                read(damaged(text.encode(), chance).decode(errors="replace"))
            except Refusal:
                continue

    assert growth(feed, 150) < ALLOWED


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    world = World.make(Path(tmp_path_factory.mktemp("fuzz")) / "data")
    with site(world, MemoryBus()) as made:
        yield made


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["POST", "PATCH", "DELETE", "PUT", "OPTIONS"]),
    st.sampled_from(["/whip", "/whip/local/s", "/whip/%00/..%2f..", "/whip/local/" + "x" * 300]),
    st.sampled_from(KINDS),
    st.binary(max_size=300) | st.just(OFFER.encode()),
    st.text('abc \u00e9=,;"', max_size=20),
)
def test_any_request_to_the_endpoint_is_answered_in_order(
    client: TestClient, method: str, path: str, kind: str, body: bytes, token: str
) -> None:
    headers = {"Content-Type": kind, "If-Match": '"x"'}
    headers |= {"Authorization": f"Bearer {token}".encode().decode("latin-1")} if token else {}
    reply = client.request(method, path, content=body, headers=_sendable(headers))
    assert 200 <= reply.status_code < 500 or reply.status_code == 503, reply.text
    if reply.status_code >= 400 and method in ("POST", "PATCH", "DELETE"):
        assert "Traceback" not in reply.text


def _sendable(headers: dict[str, str]) -> dict[str, bytes]:
    return {name: value.encode("latin-1", "replace") for name, value in headers.items()}


def _damaged(text: str, seed: int) -> str:
    return damaged(text.encode(), random.Random(seed)).decode(errors="replace")


def _read_offer(sdp: str) -> None:
    parsed_offer(sdp, publishing=True)
