"""More faults with figures: `python -m bench hostile`.

A disk that fills up, a wall clock that is set an hour on and back between two runs, and damaged or
hostile media through every way in: the worker may die, the platform may not.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
import httpx
import imageio_ffmpeg
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from courtstream.control.feed import door_socket
from courtstream.control.protocol import RowKind
from courtstream.domain.time import to_seconds
from courtstream.settings import Settings
from tests.support.aftermath import look
from tests.support.court import Court, small_clip
from tests.support.feeding import Feeder
from tests.support.platform import PASSWORD, ROOM
from tests.support.rig import ROOT
from tests.support.ways import Site, site, until

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
WORKER = (sys.executable, str(ROOT / "tests" / "ways" / "prompt_worker.py"), "--spec")
SEED = 20261128
FULL_SECONDS = 12.0
HOUR = 3600.0


def main(folder: Path) -> str:
    """All of it; gives the figures as lines of Markdown."""
    clip = small_clip(folder / "clip.mp4", 60)
    lines = [_full_disk(folder, clip), *(_clock(folder, clip, step) for step in (HOUR, -HOUR))]
    lines += asyncio.run(_hostile(folder, clip))
    return "\n".join(f"* {line}" for line in lines)


def _full_disk(folder: Path, clip: Path) -> str:
    """A small disk of its own is filled up while a hearing runs, and freed again."""
    if os.geteuid() != 0:
        return "full disk: skipped, mounting needs root"
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], check=True)
    try:
        court = Court(disk)
        court.start()
        with Feeder(clip, court.socket) as encoder:
            court.until(lambda: court.aired() >= 2)
            began = encoder.sent
            with suppress(OSError), (disk / "fill").open("wb") as file:
                while True:
                    file.write(bytes(65_536))
                    file.flush()
            time.sleep(FULL_SECONDS)
            alive = court.worker is not None and court.worker.poll() is None
            (disk / "fill").unlink()
            court.until(lambda: court.aired() > began + FULL_SECONDS + 8)
            court.leave()
        after = look(court.hearing, court.public, disk / "master.key")
    finally:
        subprocess.run(["umount", str(disk)], check=False)
    return (
        f"disk full for {FULL_SECONDS:.0f} s: the same worker went on: {alive}; original missing "
        f"{sum(after.sealed_gaps):.1f} s, public missing {sum(after.public_gaps):.1f} s; "
        f"faults: {after.faults or 'none'}"
    )


def _clock(folder: Path, clip: Path, step: float) -> str:
    """The machine's wall clock is set between a kill and the next run."""
    home = folder / f"clock{step:+.0f}"
    home.mkdir()
    court = Court(home)
    court.start()
    with Feeder(clip, court.socket) as encoder:
        court.until(lambda: court.aired() >= 2)
        court.kill()
        lost = encoder.sent
        court.start(step)
        court.until(lambda: court.aired() > lost + 2)
        court.leave()
    after = look(court.hearing, court.public, home / "master.key")
    cards = {str(r.body["state"]) for r in court.rows(RowKind.STATE) if "state" in r.body}
    late = encoder.sent - to_seconds(court.rows(RowKind.SEGMENT)[-1].body["upto"])
    return (
        f"wall clock set {step / HOUR:+.0f} h between a kill and the next run: original missing "
        f"{sum(after.sealed_gaps):.1f} s, public missing {sum(after.public_gaps):.1f} s, states "
        f"{'/'.join(sorted(cards))}, {late:.0f} s behind at the end; faults: "
        f"{after.faults or 'none'}"
    )


# -- hostile media ---------------------------------------------------------------------------------


def _open_listed(settings: Settings) -> Settings:
    allow = settings.ingest.model_copy(update={"pull_allow": ("127.0.0.1/32",)})
    return settings.model_copy(update={"ingest": allow})


async def _hostile(folder: Path, clip: Path) -> list[str]:
    """Every way in, one after the other into one courtroom; then a good stream must air."""
    attacks: dict[str, Callable[[Site, Path, Path], Awaitable[None]]] = {
        "RTMP, every packet damaged": _rtmp,
        "RTMP port, random bytes": _rtmp_bytes,
        "SRT, every packet damaged": _srt,
        "SRT port, random datagrams": _srt_bytes,
        "WHIP, random bytes as H.264": _whip,
        "MPEG-TS over HTTP, damaged": _ts,
        "HTTP source of random bytes": _noise,
        "the door's inner entrance": _inner,
    }
    lines = []
    async with site(folder / "hostile", WORKER, _open_listed) as ways:
        for name, attack in attacks.items():
            before = _pid(ways)
            await attack(ways, clip, folder)
            await asyncio.sleep(1.0)
            lines.append(
                f"{name}: platform answers: {await _well(ways)}, worker: {_fate(ways, before)}"
            )
        rows = len(list((ways.live).glob("*.m4s"))) if ways.live.exists() else 0
        pusher = await _push(clip, f"rtmp://127.0.0.1:{ways.open.rtmp_port}/live/{ways.key}")
        await until(lambda: len(list(ways.live.glob("*.m4s"))) > rows + 3, 90, "a good stream")
        pusher.kill()
        await pusher.wait()
        lines.append("after all of them a good stream airs in the same hearing")
    return lines


def _pid(ways: Site) -> int:
    known = ways.agent.status().get(ways.hearing)
    return int(str(known["pid"])) if known else 0


def _fate(ways: Site, before: int) -> str:
    now = ways.agent.status().get(ways.hearing)
    if now is None:
        return "not started"
    same = before in (0, int(str(now["pid"])))
    return f"{now['state']}" + ("" if same else " (replaced)")


async def _well(ways: Site) -> bool:
    async with httpx.AsyncClient(base_url=ways.base, timeout=20) as client:
        return (await client.get("/healthz")).status_code == 200


async def _push(clip: Path, url: str, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        FFMPEG, "-nostdin", "-loglevel", "quiet", "-re", "-i", str(clip), "-c", "copy", *options,
        "-f", "flv" if url.startswith("rtmp") else "mpegts", url,
    )  # fmt: skip


async def _for(process: asyncio.subprocess.Process, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), seconds)
    if process.returncode is None:
        process.kill()
        await process.wait()


NOISE = ("-bsf:v", "noise=amount=100", "-bsf:a", "noise=amount=20")


async def _rtmp(ways: Site, clip: Path, folder: Path) -> None:
    url = f"rtmp://127.0.0.1:{ways.open.rtmp_port}/live/{ways.key}"
    await _for(await _push(clip, url, *NOISE), 8)


async def _srt(ways: Site, clip: Path, folder: Path) -> None:
    url = f"srt://127.0.0.1:{ways.open.srt_port}?mode=caller"
    await _for(await _push(clip, url, *NOISE, "-srt_streamid", ways.key), 10)


async def _rtmp_bytes(ways: Site, clip: Path, folder: Path) -> None:
    chance = random.Random(SEED)
    for n in range(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", ways.open.rtmp_port)
        with suppress(OSError):
            head = b"\x03" + bytes(1536) if n % 2 else b""
            writer.write(head + chance.randbytes(chance.randrange(1, 9000)))
            await writer.drain()
        writer.close()
        del reader


async def _srt_bytes(ways: Site, clip: Path, folder: Path) -> None:
    chance = random.Random(SEED)
    loop = asyncio.get_running_loop()
    there = ("127.0.0.1", ways.open.srt_port)
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=there)
    for n in range(400):
        head = bytes.fromhex("80000000000000000000000100000000") if n % 2 else b""
        transport.sendto(head + chance.randbytes(chance.randrange(0, 1400)))
        await asyncio.sleep(0)
    transport.close()


class _Garbage(MediaStreamTrack):
    """What says it is H.264."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._n, self._chance = 0, random.Random(SEED)

    async def recv(self) -> av.Packet:  # type: ignore[override,type-arg]
        await asyncio.sleep(0.04)
        start = b"\x00\x00\x00\x01" + bytes([self._chance.choice((0x65, 0x67, 0x68, 0x41, 0x7C))])
        packet: av.Packet = av.Packet(start + self._chance.randbytes(3000))  # type: ignore[type-arg]
        packet.pts, packet.time_base = self._n * 3600, Fraction(1, 90_000)
        self._n += 1
        return packet


async def _whip(ways: Site, clip: Path, folder: Path) -> None:
    peer = RTCPeerConnection()
    peer.addTrack(_Garbage())
    await peer.setLocalDescription(await peer.createOffer())
    headers = {"Authorization": f"Bearer {ways.key}", "Content-Type": "application/sdp"}
    async with httpx.AsyncClient(base_url=ways.base, timeout=40) as client:
        made = await client.post("/whip", content=peer.localDescription.sdp, headers=headers)
        if made.status_code == 201:
            await peer.setRemoteDescription(RTCSessionDescription(made.text, "answer"))
            await asyncio.sleep(8)
            await client.delete(made.headers["location"], headers=headers)
    await peer.close()


async def _ts(ways: Site, clip: Path, folder: Path) -> None:
    chance = random.Random(SEED)
    stream = folder / "damaged.ts"
    subprocess.run([FFMPEG, "-v", "quiet", "-y", "-i", clip, "-c", "copy", stream], check=True)
    data = bytearray(stream.read_bytes())
    for _ in range(len(data) // 200):
        data[chance.randrange(len(data))] = chance.randrange(256)
    await _fetched(ways, bytes(data))


async def _noise(ways: Site, clip: Path, folder: Path) -> None:
    await _fetched(ways, random.Random(SEED).randbytes(2_000_000))


async def _fetched(ways: Site, body: bytes) -> None:
    """The platform fetches `body` as a courtroom's recorder for a while."""
    async with _serving(body) as port, httpx.AsyncClient(base_url=ways.base, timeout=20) as client:
        signed = await client.post("/api/v1/session", json={"login": "clerk", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = signed.json()["csrf"]
        place = f"/api/v1/courtrooms/{ROOM}/sources"
        made = await client.post(place, json={"url": f"http://127.0.0.1:{port}/court.ts"})
        await asyncio.sleep(8)
        await client.delete(f"{place}/{made.json()['id']}")


@asynccontextmanager
async def _serving(body: bytes) -> AsyncIterator[int]:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read(4096)
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n"
            )
            for at in range(0, len(body), 16_384):
                writer.write(body[at : at + 16_384])
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _inner(ways: Site, clip: Path, folder: Path) -> None:
    chance = random.Random(SEED)
    knock = b'{"key":"%s","protocol":"whip","remote":"x"}\n' % ways.key.encode()
    for n in range(20):
        with suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(
                str(door_socket(ways.settings.data))
            )
            writer.write((knock if n % 2 else b"") + chance.randbytes(20_000))
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.close()
            del reader


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(main(Path(name)))
