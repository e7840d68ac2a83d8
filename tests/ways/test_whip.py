"""WHIP: clients that we did not write publish into a courtroom; what RFC 9725 asks is kept."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright

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


@pytest.mark.browser
@pytest.mark.parametrize(("mime", "codec"), [("video/H264", "h264"), ("video/VP8", "vp8")])
async def test_chromium_with_a_fake_camera(
    ways: Site, browser: Browser, mime: str, codec: str
) -> None:
    page = await page_of(browser)
    asked = {"url": f"{ways.base}/whip", "key": ways.key, "codec": mime}
    reply = await page.evaluate(PUBLISH, asked)
    assert reply["status"] == 201, reply
    await until(lambda: ways.files() and ways.files()[-1].stat().st_size > 250_000, what="media")
    async with httpx.AsyncClient() as client:
        told = {"Authorization": f"Bearer {ways.key}"}
        gone = await client.delete(reply["location"], headers=told)
        assert gone.status_code == 200
    await until(lambda: ways.codes("disconnected"), what="the end")
    assert ways.codes("disconnected") == ["publisher_left"]
    got = ways.received()
    assert got.video is not None and got.audio is not None
    assert (got.video.codec, got.audio.codec) == (codec, "opus")
    video, audio = got.of("video"), got.of("audio")
    assert len(video) > 20 and len(audio) > 60
    await asyncio.sleep(0)
