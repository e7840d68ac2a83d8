"""From a camera in Chromium by WHIP to what the public sees: hidden faces, sound, both together."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
import pytest
from playwright.async_api import async_playwright

from courtstream.control.protocol import RowKind
from courtstream.domain.trial import MinuteState
from media_workers.runtime.journal import read_rows
from media_workers.vision.detect import YuNetFinder
from tests.support.published import read
from tests.support.rig import SHORT
from tests.support.ways import Site, site, until
from tests.ways.test_whip import CHROMIUM, FLAGS, PUBLISH, page_of

pytestmark = [
    pytest.mark.slow,
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


def with_faces(pictures: list[npt.NDArray[np.uint8]]) -> int:
    """How many of the pictures a face can surely be found in."""
    finder = YuNetFinder()
    found = [finder.find(picture, 640) for picture in pictures]
    return sum(bool(len(faces)) and faces[:, 4].max() > 0.7 for faces in found)


def segments(ways: Site) -> int:
    playlist = ways.live / "index.m3u8"
    return playlist.read_text().count("#EXTINF") if playlist.exists() else 0


@asynccontextmanager
async def pushed(ways: Site, media: Path = SHORT) -> AsyncIterator[None]:
    """A stock ffmpeg pushes the sample over RTMP, again and again, until the end."""
    url = f"rtmp://127.0.0.1:{ways.open.rtmp_port}/live/{ways.key}"
    options = ("-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", str(media))
    pusher = await asyncio.create_subprocess_exec(
        imageio_ffmpeg.get_ffmpeg_exe(), *options, "-c", "copy", "-f", "flv", url
    )
    try:
        yield
    finally:
        pusher.kill()
        await pusher.wait()


def live(ways: Site) -> bool:
    journal = ways.folder / "journal.jsonl"
    return journal.exists() and '"state":"LIVE"' in journal.read_text(encoding="utf-8")


async def test_a_browser_publishes_and_the_public_sees_no_face(tmp_path: Path) -> None:
    async with site(tmp_path, PROMPT_WORKER) as ways, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=camera(tmp_path))
        page = await page_of(browser)
        asked = {"url": f"{ways.base}/whip", "key": ways.key, "codec": "video/H264"}
        reply = await page.evaluate(PUBLISH, asked)
        assert reply["status"] == 201, reply
        await until(lambda: live(ways) and segments(ways) >= 4, within=150, what="the live picture")
        await browser.close()
        published = read(ways.live)
        rows = list(read_rows(ways.folder / "journal.jsonl"))
    shown = [r for r in rows if r.kind is RowKind.STATE and r.body.get("state") == MinuteState.LIVE]
    assert shown, "something was let out"
    faces = [r for r in rows if r.kind is RowKind.MEASURE and r.body["faces"]]
    assert faces, "faces were there to hide"
    shown_faces = with_faces([frame for _, frame in published.frames[::5]])
    assert shown_faces == 0, f"{shown_faces} public pictures show a face"
    assert with_faces(originals()[::25]) > 0, "the finder sees the faces that were sent"
    skews = [r.body["skew"] for r in rows if r.kind is RowKind.MEASURE]
    assert np.median(skews) < 40_000_000
