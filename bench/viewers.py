"""Five hundred viewers of one live hearing on this machine, before our server and before nginx.

    python -m bench viewers

Anything but 200 makes the result say so first: refusals are quick, and no measurement.
Each viewer keeps one connection and does what hls.js does: every two seconds the media playlist and
the list of captions, then the new segment and its captions. The hearing has run for an hour, so the
playlist is long. Readers, writer and server share the machine; what a reader's own loop adds is in
the figures. nginx (Debian's, when installed) gives out the same folder, one worker process as ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from courtstream.domain.time import SECOND, Span
from media_workers.outputs.files import replace, write_whole
from media_workers.outputs.playlist import Segment, media_playlist

VIEWERS = 500
LONG = 60.0
"""Seconds that are measured."""

BEFORE = 1800
"""Segments of two seconds that are out when the viewers come."""

SEGMENT_BYTES = 250_000
"""A second of a courtroom at 720p25 comes to about a megabit."""

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; etag on;
  gzip on; gzip_comp_level 5; gzip_types application/vnd.apple.mpegurl text/vtt;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  types {{ application/vnd.apple.mpegurl m3u8; video/iso.segment m4s; text/vtt vtt; }}
  server {{ listen 127.0.0.1:{port}; location /media/ {{ alias {public}/; }} }}
}}
"""


@dataclass
class Seen:
    """What the viewers met: milliseconds by kind of file, statuses, bytes."""

    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    bytes: int = 0

    def refusals(self) -> list[str]:
        """One loud line when anything but the files was given out: then the times mean nothing."""
        bad = {status: n for status, n in sorted(self.statuses.items()) if status != 200}
        if self.statuses and not bad:
            return []
        return [f"NOT A MEASUREMENT: not every answer was 200, but {bad or 'none came'}"]

    def line(self, kind: str) -> str:
        values = sorted(self.times.get(kind, [])) or [0.0]
        median, p95, p99 = (values[int(share * (len(values) - 1))] for share in (0.5, 0.95, 0.99))
        return (
            f"{kind:9} {len(values):6} answers  median {median:6.1f}  p95 {p95:6.1f}  "
            f"p99 {p99:6.1f}  worst {values[-1]:6.1f} ms"
        )


class Hearing:
    """The public folder of a hearing that grows by a segment every two seconds."""

    def __init__(self, live: Path) -> None:
        self._live, self._zero = live, datetime.now(UTC)
        self._pictures: list[Segment] = []
        self._texts: list[Segment] = []
        live.mkdir(parents=True, exist_ok=True)
        write_whole(live / "init-1-0.mp4", b"init")
        for _ in range(BEFORE):
            self._enter()
        self._list()

    @property
    def newest(self) -> int:
        return self._pictures[-1].n

    def grow(self) -> None:
        n = self.newest + 1
        write_whole(self._live / f"seg-{n:06}-1.m4s", os.urandom(SEGMENT_BYTES))
        write_whole(self._live / f"cap-{n:06}-1.vtt", b"WEBVTT\n" + b"x" * 200)
        self._enter()
        self._list()

    def _enter(self) -> None:
        n = len(self._pictures)
        span = Span(2 * n * SECOND, 2 * (n + 1) * SECOND)
        self._pictures.append(Segment(n, f"seg-{n:06}-1.m4s", span, "init-1-0.mp4"))
        self._texts.append(Segment(n, f"cap-{n:06}-1.vtt", span))

    def _list(self) -> None:
        for name, entries in (("index", self._pictures), ("captions", self._texts)):
            text = media_playlist(entries, wall_zero=self._zero, window=7200.0, ended=False)
            replace(self._live / f"{name}.m3u8", text)


class Viewer:
    """One connection; asks as a player does."""

    def __init__(self, port: int, base: str, hearing: Hearing, seen: Seen) -> None:
        self._port, self._base, self._hearing, self._seen = port, base, hearing, seen

    async def watch(self, after: float, until: float) -> None:
        await asyncio.sleep(after)
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        have = self._hearing.newest
        while time.monotonic() < until:
            began = time.monotonic()
            await self._get("playlist", "index.m3u8")
            await self._get("captions", "captions.m3u8")
            newest = self._hearing.newest
            for n in range(have + 1, newest + 1):
                await self._get("segment", f"seg-{n:06}-1.m4s")
                await self._get("text", f"cap-{n:06}-1.vtt")
            have = newest
            await asyncio.sleep(max(0.0, 2.0 - (time.monotonic() - began)))
        self._writer.close()

    async def _get(self, kind: str, name: str) -> None:
        began = time.perf_counter()
        self._writer.write(
            f"GET {self._base}/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Accept-Encoding: gzip\r\n\r\n".encode()
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        body = await self._body(head.lower())
        self._seen.times.setdefault(kind, []).append(1000 * (time.perf_counter() - began))
        status = int(head[9:12])
        self._seen.statuses[status] = self._seen.statuses.get(status, 0) + 1
        self._seen.bytes += body

    async def _body(self, head: bytes) -> int:
        if b"content-length:" in head:
            size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            await self._reader.readexactly(size)
            return size
        total = 0
        while b"transfer-encoding: chunked" in head:
            size = int(await self._reader.readuntil(b"\r\n"), 16)
            await self._reader.readexactly(size + 2)
            total += size
            if size == 0:
                break
        return total


@contextlib.asynccontextmanager
async def growing(hearing: Hearing) -> AsyncIterator[None]:
    async def grow() -> None:
        while True:
            await asyncio.sleep(2.0)
            hearing.grow()

    task = asyncio.create_task(grow())
    yield
    task.cancel()


async def crowd(port: int, base: str, hearing: Hearing) -> Seen:
    """All viewers, come within two seconds, for `LONG` seconds."""
    seen = Seen()
    until = time.monotonic() + LONG
    async with growing(hearing), asyncio.TaskGroup() as group:
        for n in range(VIEWERS):
            viewer = Viewer(port, base, hearing, seen)
            group.create_task(viewer.watch(2.0 * n / VIEWERS, until))
    return seen


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def child(*command: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, once it answers; ended afterwards."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def spent(pid: int) -> float:
    """CPU seconds of a process and its children by now (proc(5))."""
    ticks, total = os.sysconf("SC_CLK_TCK"), 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(stat.parent.name) == pid or int(fields[1]) == pid:
                total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def measured(name: str, pid: int, port: int, base: str, hearing: Hearing) -> str:
    before, own = spent(pid), resource.getrusage(resource.RUSAGE_SELF)
    seen = asyncio.run(crowd(port, base, hearing))
    after = resource.getrusage(resource.RUSAGE_SELF)
    readers = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
    kinds = [seen.line(kind) for kind in ("playlist", "captions", "segment", "text")]
    return "\n".join([
        *seen.refusals(),
        f"{name}: {VIEWERS} viewers, {LONG:.0f} s, {seen.bytes / LONG / 1e6:.1f} MB/s, statuses "
        f"{dict(sorted(seen.statuses.items()))}, server {(spent(pid) - before) / LONG:.2f} cores, "
        f"readers {readers / LONG:.2f}",
        *kinds,
    ])  # fmt: skip


def serve(data: Path, port: int) -> None:
    """Our own server over a world with one live hearing."""
    import uvicorn

    from courtstream.api.app import create_app
    from courtstream.cli.running import settle
    from courtstream.settings import Settings

    app = create_app(Settings(data=data))
    settle()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def main() -> str:
    """The figures as text."""
    from tests.support.platform import World

    with tempfile.TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "data")
        hearing_id, _ = world.live()
        world.work.store.close()
        public = world.settings.public
        hearing = Hearing(public / hearing_id / "live")
        base, parts = f"/media/{hearing_id}/live", []
        port = free_port()
        own = (sys.executable, "-m", "bench.viewers", "serve", str(world.settings.data), str(port))
        with child(*own, port=port) as process:
            parts.append(measured("courtstream", process.pid, port, base, hearing))
        if (nginx := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")) is not None:
            port = free_port()
            config = Path(folder) / "nginx.conf"
            config.write_text(NGINX.format(folder=folder, port=port, public=public.absolute()))
            Path(folder).chmod(0o755)
            with child(nginx, "-c", str(config), port=port) as process:
                parts.append(measured("nginx", process.pid, port, base, hearing))
        else:
            parts.append("nginx is not installed (apt-get install nginx-light)")
    return "\n\n".join(parts)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(main())
