"""A real RTSP server, GStreamer's, in a process of the system's own Python."""

from __future__ import annotations

import asyncio
import subprocess
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"
MISSING = "no RTSP server: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi"

_SERVER = textwrap.dedent(
    """
    import sys, gi
    gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1"); server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory()
    path, damage = sys.argv[1], float(sys.argv[2])
    broken = " ! breakmydata seed=7 skip=2000 probability=%f" % damage if damage else ""
    factory.set_launch(
        "( filesrc location=%s ! qtdemux name=d d.video_0 ! queue ! h264parse%s"
        " ! rtph264pay name=pay0 config-interval=1 pt=96"
        " d.audio_0 ! queue ! aacparse%s ! rtpmp4gpay name=pay1 pt=97 )" % (path, broken, broken))
    factory.set_shared(True)
    server.get_mount_points().add_factory("/court", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()
    """
)


def installed() -> bool:
    """Whether the server can be started here."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0')"
    command = [SYSTEM_PYTHON, "-c", probe]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@asynccontextmanager
async def serving_rtsp(clip: Path, damage: float = 0.0) -> AsyncIterator[int]:
    """Serves an MP4 of H.264 and AAC as `/court`; gives the port.

    `damage`: the share of its bytes that are changed, after the first 2,000 of each track.
    """
    server = await asyncio.create_subprocess_exec(
        SYSTEM_PYTHON, "-c", _SERVER, str(clip), str(damage), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    try:
        yield int(await asyncio.wait_for(server.stdout.readline(), 30))
    finally:
        server.kill()
        await server.wait()
