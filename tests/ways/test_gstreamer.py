"""GStreamer as a courtroom's encoder, by RTMP and by SRT, where it is installed."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.ways import site, until

LAUNCH = shutil.which("gst-launch-1.0") or ""
SOURCES = (
    "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1"
    " ! x264enc tune=zerolatency key-int-max=45 ! h264parse config-interval=-1 ! queue ! m."
    " audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! {sound} ! aacparse ! queue ! m."
)


def element(*names: str) -> str:
    """The first of the elements that is installed; skips the test when none is."""
    for name in names if LAUNCH else ():
        probe = ["gst-inspect-1.0", "--exists", name]
        if not subprocess.run(probe, check=False, capture_output=True).returncode:
            return name
    pytest.skip("GStreamer is not installed: apt-get install gstreamer1.0-tools gstreamer1.0-"
                "plugins-base gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly")  # fmt: skip


@pytest.mark.parametrize("way", ["rtmp", "srt"])
async def test_gstreamer_publishes(tmp_path: Path, way: str) -> None:
    element("x264enc")
    sources = SOURCES.format(sound=element("voaacenc", "avenc_aac"))
    sink = element({"rtmp": "rtmp2sink", "srt": "srtsink"}[way])
    async with site(tmp_path) as ways:
        if way == "rtmp":
            place = f"rtmp://127.0.0.1:{ways.open.rtmp_port}/live/{ways.key}"
            out = f"flvmux streamable=true name=m ! {sink} location={place}"
        else:
            port = ways.open.srt_port
            place = f"srt://127.0.0.1:{port}?mode=caller streamid={ways.key}"
            out = f"mpegtsmux alignment=7 name=m ! {sink} uri={place}"
        pusher = await asyncio.create_subprocess_exec(
            LAUNCH, "-q", *f"{out} {sources}".split(), stderr=asyncio.subprocess.PIPE
        )
        try:
            await until(
                lambda: ways.files() and ways.files()[-1].stat().st_size > 60_000, what="media"
            )
        finally:
            if pusher.returncode is None:
                pusher.terminate()
            _, words = await pusher.communicate()
        await until(lambda: ways.codes("disconnected"), what="the end")
        got = ways.received()
    assert got.video is not None and got.audio is not None, words.decode(errors="replace")
    assert (got.video.codec, got.audio.codec) == ("h264", "aac")
    assert (got.video.width, got.video.height) == (320, 180)
    assert len(got.of("video")) > 4 and len(got.of("audio")) > 5
