"""WHEP: staff look at a running hearing in a stock Chromium; raw only the court's own, marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import async_playwright

from courtstream.services import audit
from tests.support.platform import PASSWORD
from tests.support.rig import SHORT
from tests.support.ways import Site, site, until
from tests.ways.test_whip import CHROMIUM, FLAGS, page_of
from tests.ways.test_whip_to_the_public import PROMPT_WORKER, live, pushed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not SHORT.exists(), reason="no sample media"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]

WATCH = """async ({url, ticket}) => {
  const peer = window.peer = new RTCPeerConnection();
  const stream = new MediaStream();
  peer.ontrack = event => stream.addTrack(event.track);
  peer.addTransceiver('video', {direction: 'recvonly'});
  peer.addTransceiver('audio', {direction: 'recvonly'});
  await peer.setLocalDescription();
  await new Promise(done => { peer.onicegatheringstatechange = () =>
    peer.iceGatheringState === 'complete' && done(); setTimeout(done, 1500); });
  const reply = await fetch(url, {method: 'POST', body: peer.localDescription.sdp,
    headers: {'Content-Type': 'application/sdp', 'Authorization': 'Bearer ' + ticket}});
  const text = await reply.text();
  if (reply.status !== 201) return {status: reply.status, body: text};
  await peer.setRemoteDescription({type: 'answer', sdp: text});
  const video = window.video = document.createElement('video');
  video.muted = true; video.srcObject = stream; document.body.append(video);
  await video.play();
  return {status: 201, location: new URL(reply.headers.get('Location'), url).href};
}"""
SEEN = """async () => {
  const found = {};
  for (const report of (await window.peer.getStats()).values())
    if (report.type === 'inbound-rtp') found[report.kind] = report.kind === 'video'
      ? {frames: report.framesDecoded, width: report.frameWidth}
      : {samples: report.totalSamplesReceived, energy: report.totalAudioEnergy};
  return found;
}"""


async def ticket(ways: Site, login: str, view: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=ways.base, timeout=30) as client:
        signed = await client.post("/api/v1/session", json={"login": login, "password": PASSWORD})
        csrf = {"X-CSRF-Token": signed.json()["csrf"]}
        path = f"/api/v1/hearings/{ways.hearing}/looks"
        return await client.post(path, json={"view": view}, headers=csrf)


async def shown(page: Any, ways: Site, token: str, frames: int) -> dict[str, Any]:
    reply = await page.evaluate(WATCH, {"url": f"{ways.base}/whep/{ways.hearing}", "ticket": token})
    assert reply["status"] == 201, reply
    found: dict[str, Any] = {}
    for _ in range(400):
        found = await page.evaluate(SEEN)
        if found.get("video", {}).get("frames", 0) >= frames and "audio" in found:
            return {**found, "location": reply["location"]}
        await page.wait_for_timeout(100)
    raise AssertionError(f"too little was shown: {found}")


async def test_staff_look_at_what_airs_and_the_courts_own_at_what_comes(tmp_path: Path) -> None:
    async with site(tmp_path, PROMPT_WORKER) as ways, async_playwright() as playwright:
        async with pushed(ways):
            await until(lambda: live(ways), within=120, what="the live picture")
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = await page_of(browser)

            assert (await ticket(ways, "far", "redacted")).status_code == 403
            assert (await ticket(ways, "admin", "raw")).status_code == 403
            assert (await ticket(ways, "office", "raw")).status_code == 403
            forged = {"url": f"{ways.base}/whep/{ways.hearing}", "ticket": "forged"}
            assert (await page.evaluate(WATCH, forged))["status"] == 401

            redacted = await ticket(ways, "office", "redacted")
            assert redacted.status_code == 201, redacted.text
            seen = await shown(page, ways, redacted.json()["ticket"], 20)
            assert seen["video"]["width"] == 1280
            await page.screenshot(path=str(tmp_path / "redacted.png"))

            raw = await ticket(ways, "clerk", "raw")
            other = await page_of(browser)
            seen = await shown(other, ways, raw.json()["ticket"], 10)
            assert seen["video"]["width"] == 640
            await other.screenshot(path=str(tmp_path / "raw.png"))
            async with httpx.AsyncClient() as client:
                bearer = {"Authorization": f"Bearer {raw.json()['ticket']}"}
                assert (await client.delete(seen["location"], headers=bearer)).status_code == 200
            await browser.close()
        looked = ways.world.work.read(audit.entries, ways.hearing)
        assert {"look_raw", "look_redacted"} <= {entry.action for entry in looked}
        clerk = ways.world.users["clerk"].id
        assert all(e.actor == clerk for e in looked if e.action == "look_raw")
