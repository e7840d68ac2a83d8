"""WHIP: clients that we did not write publish into a courtroom; what RFC 9725 asks is kept."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiortc import RTCPeerConnection
from playwright.async_api import Browser, Page, async_playwright

from tests.support.platform import PASSWORD, ROOM
from tests.support.ways import Site, site, until

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-features=LocalNetworkAccessChecks",  # the page below has no address of its own
    "--disable-background-networking",
]

PUBLISH = """async ({url, key, codec}) => {
  const media = await navigator.mediaDevices.getUserMedia({
    video: {width: 640, height: 360, frameRate: 15}, audio: true});
  const peer = window.peer = new RTCPeerConnection();
  for (const track of media.getTracks()) {
    const transceiver = peer.addTransceiver(track, {direction: 'sendonly'});
    if (track.kind === 'video') {
      const able = RTCRtpSender.getCapabilities('video').codecs;
      const chosen = able.filter(c => c.mimeType === codec);
      const rest = able.filter(c => ['video/rtx'].includes(c.mimeType));
      transceiver.setCodecPreferences([...chosen, ...rest]);
    }
  }
  await peer.setLocalDescription();
  const reply = await fetch(url, {method: 'POST', body: peer.localDescription.sdp,
    headers: {'Content-Type': 'application/sdp', 'Authorization': 'Bearer ' + key}});
  const text = await reply.text();
  if (reply.status !== 201) return {status: reply.status, body: text};
  const location = new URL(reply.headers.get('Location'), url).href;
  const etag = reply.headers.get('ETag');
  await peer.setRemoteDescription({type: 'answer', sdp: text});
  return {status: 201, location, etag, body: text};
}"""


EYEVINN = """async ({url, key}) => {
  const media = await navigator.mediaDevices.getUserMedia({
    video: {width: 640, height: 360, frameRate: 15}, audio: true});
  window.client = new WHIPClient({endpoint: url, opts: {authkey: key, iceServers: []}});
  await window.client.ingest(media);
}"""
FRAGMENT = (
    "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
    "a=mid:0\r\na=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host\r\n"
)


async def _offer() -> str:
    peer = RTCPeerConnection()
    peer.addTransceiver("video", direction="sendonly")
    peer.addTransceiver("audio", direction="sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    sdp: str = peer.localDescription.sdp
    await peer.close()
    return sdp


OFFER = asyncio.run(_offer())


def bundled(folder: Path) -> Path:
    """The client's module and what it imports as one script."""
    web = Path(__file__).parents[2] / "web"
    rolldown = web / "node_modules" / ".bin" / "rolldown"
    package = web / "node_modules" / "@eyevinn" / "whip-web-client"
    if not rolldown.exists() or not package.exists():
        pytest.skip("the web packages are not installed: make web")
    entry, script = folder / "entry.js", folder / "whip.js"
    module = (package / "dist" / "whip-client.modern.js").as_posix()
    entry.write_text(f'import {{ WHIPClient }} from "{module}"; window.WHIPClient = WHIPClient;')
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = [str(rolldown), str(entry), "--format", "iife", "--file", str(script)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PATH": path})
    return script


@pytest.fixture
async def ways(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as made:
        yield made


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        await made.close()


async def page_of(browser: Browser) -> Page:
    """A page of another origin, as an encoder's page is; ours forbid the camera by policy."""
    page = await browser.new_page()
    await page.route("http://localhost/", lambda r: r.fulfill(body="<title>camera</title>"))
    await page.goto("http://localhost/")
    return page


def told(ways: Site, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {ways.key}", **more}


async def sent(ways: Site, size: int) -> None:
    await until(lambda: ways.files() and ways.files()[-1].stat().st_size > size, what="media")


@pytest.mark.browser
async def test_chromium_publishes_vp8_and_opus(ways: Site, browser: Browser) -> None:
    page = await page_of(browser)
    asked = {"url": f"{ways.base}/whip", "key": ways.key, "codec": "video/VP8"}
    reply = await page.evaluate(PUBLISH, asked)
    assert reply["status"] == 201, reply
    await sent(ways, 40_000)
    async with httpx.AsyncClient() as client:
        gone = await client.delete(reply["location"], headers=told(ways))
        assert gone.status_code == 200
        again = await client.delete(reply["location"], headers=told(ways))
        assert again.status_code == 404
    await until(lambda: ways.codes("disconnected"), what="the end")
    assert ways.codes("disconnected") == ["publisher_left"]
    got = ways.received()
    assert got.video is not None and got.audio is not None
    assert (got.video.codec, got.audio.codec) == ("vp8", "opus")
    video, audio = got.of("video"), got.of("audio")
    assert video[0].key and len(video) > 3
    # what the courtroom said first and showed first are told apart by less than a few frames
    assert abs((video[0].dts or 0) - (audio[0].dts or 0)) < 500_000_000


@pytest.mark.browser
async def test_the_client_of_eyevinn_publishes_with_trickle_ice(
    ways: Site, browser: Browser, tmp_path: Path
) -> None:
    page = await page_of(browser)
    await page.add_script_tag(path=bundled(tmp_path))
    asked = {"url": f"{ways.base}/whip", "key": ways.key}
    await page.evaluate(EYEVINN, asked)
    await sent(ways, 40_000)
    await page.evaluate("() => window.client.destroy()")
    await until(lambda: ways.codes("disconnected"), what="the end")
    assert ways.codes("disconnected") == ["publisher_left"]
    got = ways.received()
    assert got.video is not None and got.audio is not None
    assert got.of("video") and got.of("audio")


async def test_what_rfc_9725_asks_of_an_endpoint(ways: Site) -> None:
    async with httpx.AsyncClient(base_url=ways.base, timeout=40) as client:
        options = await client.options("/whip")
        assert options.status_code == 204
        assert options.headers["accept-post"] == "application/sdp"
        sdp = {"Content-Type": "application/sdp"}
        no_key = await client.post("/whip", content="v=0", headers=sdp)
        assert (no_key.status_code, no_key.headers["www-authenticate"]) == (401, "Bearer")
        wrong = await client.post(
            "/whip", content=OFFER, headers={**sdp, "Authorization": "Bearer wrong"}
        )
        assert (wrong.status_code, wrong.json()["code"]) == (401, "ingest_key_unknown")
        kind = await client.post("/whip", content="{}", headers=told(ways))
        assert kind.status_code == 415
        large = await client.post("/whip", content="v=0" * 40_000, headers=told(ways, **sdp))
        assert large.status_code == 413
        malformed = await client.post("/whip", content="v=0 nonsense", headers=told(ways, **sdp))
        assert malformed.status_code in (400, 406)
        for refused in (no_key, wrong, kind, large, malformed):
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["title_zh"]
            assert ways.key not in refused.text
        assert (await client.get("/whip")).status_code == 405

        made = await client.post("/whip", content=OFFER, headers=told(ways, **sdp))
        assert made.status_code == 201, made.text
        assert made.headers["content-type"].startswith("application/sdp")
        assert made.headers["accept-patch"] == "application/trickle-ice-sdpfrag"
        assert made.text.count("a=candidate:") >= 1, "all candidates are in the answer"
        assert "x-google-start-bitrate" in made.text
        session, etag = made.headers["location"], made.headers["etag"]
        second = await client.post("/whip", content=OFFER, headers=told(ways, **sdp))
        assert (second.status_code, second.json()["code"]) == (409, "publisher_present")
        assert (await client.get(session)).status_code == 405

        fragment = {"Content-Type": "application/trickle-ice-sdpfrag"}
        body = FRAGMENT
        missing = await client.patch(session, content=body, headers=told(ways, **fragment))
        assert missing.status_code == 428
        stale = {**fragment, "If-Match": '"other"'}
        assert (
            await client.patch(session, content=body, headers=told(ways, **stale))
        ).status_code == 412
        restart = {**fragment, "If-Match": "*"}
        assert (
            await client.patch(session, content=body, headers=told(ways, **restart))
        ).status_code == 501
        match = {**fragment, "If-Match": etag}
        assert (
            await client.patch(session, content=body, headers=told(ways, **match))
        ).status_code == 204
        stranger = {"Authorization": "Bearer other", **match}
        assert (await client.patch(session, content=body, headers=stranger)).status_code == 404

        assert (await client.delete(session)).status_code == 401
        assert (await client.delete(session, headers=told(ways))).status_code == 200
    await until(lambda: "publisher_left" in ways.codes("disconnected"), what="the end")


async def test_a_revoked_key_ends_its_publisher_at_once(ways: Site) -> None:
    sdp = {"Content-Type": "application/sdp"}
    async with httpx.AsyncClient(base_url=ways.base, timeout=40) as client:
        made = await client.post("/whip", content=OFFER, headers=told(ways, **sdp))
        assert made.status_code == 201, made.text
        login = {"login": "clerk", "password": PASSWORD}
        csrf = (await client.post("/api/v1/session", json=login)).json()["csrf"]
        rotated = await client.post(
            f"/api/v1/courtrooms/{ROOM}/keys", headers={"X-CSRF-Token": csrf}
        )
        assert rotated.status_code == 201, rotated.text
        await until(lambda: "key_revoked" in ways.codes("disconnected"), what="the cut")
        old = await client.post("/whip", content=OFFER, headers=told(ways, **sdp))
        assert old.status_code == 401
