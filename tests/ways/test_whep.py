"""A camera in Chromium by WHIP, seen by staff over WHEP and by the public without a face."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import cv2
import httpx
import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
import pytest
from playwright.async_api import async_playwright

from courtstream.control.protocol import RowKind
from courtstream.services.people import audit
from media_workers.runtime.journal import read_rows
from media_workers.vision.detect import YuNetFinder
from tests.support.platform import PASSWORD
from tests.support.published import read
from tests.support.rig import SHORT
from tests.support.ways import Site, site, until
from tests.ways.test_whip import CHROMIUM, FLAGS, PUBLISH, page_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(480),
    pytest.mark.browser,
    pytest.mark.skipif(not SHORT.exists(), reason="no sample media"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Chromium is not installed"),
]

PROMPT_WORKER = (sys.executable, str(Path(__file__).with_name("prompt_worker.py")), "--spec")


def camera(folder: Path) -> list[str]:
    """Chromium's fake camera and microphone play the sample, in which faces are to be seen."""
    picture, sound = folder / "camera.y4m", folder / "microphone.wav"
    start = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(SHORT)]
    subprocess.run(
        [*start, "-an", "-vf", "scale=640:360,fps=15", "-pix_fmt", "yuv420p", str(picture)],
        check=True,
    )
    subprocess.run([*start, "-vn", "-ar", "48000", str(sound)], check=True)
    return [
        *FLAGS,
        f"--use-file-for-fake-video-capture={picture}",
        f"--use-file-for-fake-audio-capture={sound}",
    ]


def originals() -> list[npt.NDArray[np.uint8]]:
    with av.open(str(SHORT)) as container:
        return [f.to_ndarray(format="yuv420p") for f in container.decode(video=0)]


def faces_of(picture: npt.NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    """The middle of each face (left, top, right, bottom) that is surely one."""
    found = YuNetFinder().find(picture, 640)
    return [
        (int(x + w / 5), int(y + h / 5), int(x + w * 4 / 5), int(y + h * 4 / 5))
        for x, y, w, h, score in found[:, :5]
        if score > 0.6 and w >= 16
    ]


def clearest(pictures: list[npt.NDArray[np.uint8]], sent: list[npt.NDArray[np.uint8]]) -> float:
    """How much of any face's fine detail that was sent is in any of the pictures: 1 is all."""
    height, width = pictures[0].shape[0] * 2 // 3, pictures[0].shape[1]
    small = [cv2.resize(p[: p.shape[0] * 2 // 3], (width, height)) for p in sent]
    factor = width / sent[0].shape[1]
    best = -1.0
    for picture, source in ((p, s) for p in pictures for s in range(len(sent))):
        for box in faces_of(sent[source]):
            left, top, right, bottom = (round(v * factor) for v in box)
            a = _detail(picture[:height])[top:bottom, left:right].ravel()
            b = _detail(small[source])[top:bottom, left:right].ravel()
            best = max(best, float(np.corrcoef(a, b)[0, 1]))
    return best


def _detail(luma: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    fine: npt.NDArray[np.float32] = luma.astype(np.float32)
    return fine - cv2.GaussianBlur(fine, (0, 0), 2.0)


def live(ways: Site) -> bool:
    journal = ways.folder / "journal.jsonl"
    return journal.exists() and '"state":"LIVE"' in journal.read_text(encoding="utf-8")


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
    for _ in range(900):
        found = await page.evaluate(SEEN)
        if found.get("video", {}).get("frames", 0) >= frames and "audio" in found:
            return {**found, "location": reply["location"]}
        await page.wait_for_timeout(100)
    raise AssertionError(f"too little was shown: {found}")


async def test_a_browser_publishes_staff_look_and_the_public_sees_no_face(tmp_path: Path) -> None:
    """One hearing: WHIP in, WHEP to staff, HLS to the public."""
    async with site(tmp_path, PROMPT_WORKER) as ways, async_playwright() as playwright:
        flags = camera(tmp_path)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        publisher = await page_of(browser)
        asked = {"url": f"{ways.base}/whip", "key": ways.key, "codec": "video/H264"}
        reply = await publisher.evaluate(PUBLISH, asked)
        assert reply["status"] == 201, reply
        await until(lambda: live(ways), within=300, what="the live picture")
        page = await page_of(browser)
        assert (await ticket(ways, "far", "redacted")).status_code == 403
        assert (await ticket(ways, "admin", "raw")).status_code == 403
        assert (await ticket(ways, "office", "raw")).status_code == 403
        forged = {"url": f"{ways.base}/whep/{ways.hearing}", "ticket": "forged"}
        assert (await page.evaluate(WATCH, forged))["status"] == 401

        redacted = await ticket(ways, "office", "redacted")
        assert redacted.status_code == 201, redacted.text
        await shown(page, ways, redacted.json()["ticket"], 10)
        raw = await ticket(ways, "clerk", "raw")
        other = await page_of(browser)
        seen = await shown(other, ways, raw.json()["ticket"], 5)
        await other.screenshot(path=str(tmp_path / "raw.png"))
        async with httpx.AsyncClient() as client:
            bearer = {"Authorization": f"Bearer {raw.json()['ticket']}"}
            assert (await client.delete(seen["location"], headers=bearer)).status_code == 200
        await browser.close()
        published = read(ways.live)
        rows = list(read_rows(ways.folder / "journal.jsonl"))
        looked = ways.world.work.read(audit.entries, ways.hearing)
        assert {"look_raw", "look_redacted"} <= {entry.action for entry in looked}
        clerk = ways.world.users["clerk"].id
        assert all(e.actor == clerk for e in looked if e.action == "look_raw")
    faces = [r for r in rows if r.kind is RowKind.MEASURE and r.body["faces"]]
    assert faces, "faces were there to hide"
    sent = originals()[::50]
    assert clearest(sent[:1], sent[:1]) > 0.95, "the measure sees a face that is not hidden"
    found = clearest([frame for _, frame in published.frames[::25]], sent)
    assert found < 0.6, f"a face can be made out in public: {found:.2f}"
    skews = [r.body["skew"] for r in rows if r.kind is RowKind.MEASURE]
    assert max(skews) <= 40_000_000, "sound and picture are together"
