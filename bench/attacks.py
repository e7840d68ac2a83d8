"""Damaged and hostile media for each way in, one function a way; `bench.hostile` runs them.

Each takes the running parts, a good clip and a folder, and comes back when it has done its worst.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
import httpx
import imageio_ffmpeg
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from courtstream.control.feed import door_socket
from tests.support.platform import PASSWORD, ROOM
from tests.support.rtsp import installed, serving_rtsp
from tests.support.ways import Site

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SEED = 20261128
Attack = Callable[[Site, Path, Path], Awaitable[None]]


async def pushing(clip: Path, url: str, *options: str) -> asyncio.subprocess.Process:
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
    await _for(await pushing(clip, url, *NOISE), 8)


async def _srt(ways: Site, clip: Path, folder: Path) -> None:
    url = f"srt://127.0.0.1:{ways.open.srt_port}?mode=caller"
    await _for(await pushing(clip, url, *NOISE, "-srt_streamid", ways.key), 10)


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
    async with _serving(body) as port:
        await _pulled(ways, f"http://127.0.0.1:{port}/court.ts", 8)


async def _pulled(ways: Site, url: str, seconds: float) -> None:
    """The platform is told to fetch `url` for so long."""
    async with httpx.AsyncClient(base_url=ways.base, timeout=20) as client:
        signed = await client.post("/api/v1/session", json={"login": "clerk", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = signed.json()["csrf"]
        place = f"/api/v1/courtrooms/{ROOM}/sources"
        made = await client.post(place, json={"url": url})
        await asyncio.sleep(seconds)
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


async def _rtsp(ways: Site, clip: Path, folder: Path) -> None:
    """A real RTSP server whose pictures and sound are damaged, lightly and then badly."""
    for damage in (0.0005, 0.02):
        async with serving_rtsp(clip, damage) as port:
            await _pulled(ways, f"rtsp://127.0.0.1:{port}/court", 8)


SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    "a=rtpmap:96 H264/90000\r\na=control:track0\r\n"
)


async def _rtsp_liar(ways: Site, clip: Path, folder: Path) -> None:
    """A server that keeps the protocol's form and sends random packets; then one that does not."""
    chance = random.Random(SEED)

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while request := (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace"):
                writer.write(_answer(request))
                if request.startswith("PLAY"):
                    await _random_packets(writer, chance)
        writer.close()

    async def raves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read(4096)
            writer.write(b"RTSP/1.0 200 OK\r\n" + chance.randbytes(60_000))
            await writer.drain()
        writer.close()

    for serve in (answers, raves):
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        await _pulled(ways, f"rtsp://127.0.0.1:{port}/court", 8)
        server.close()


def _answer(request: str) -> bytes:
    """What a server says to it: sound to the letter, H.264 promised."""
    told = next(x for x in request.split("\r\n") if x.lower().startswith("cseq"))
    verb, body, more = request.split(" ", 1)[0], "", ""
    if verb == "OPTIONS":
        more = "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
    elif verb == "DESCRIBE":
        body, more = SDP, f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n"
    elif verb == "SETUP":
        more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
    return f"RTSP/1.0 200 OK\r\n{told}\r\nSession: 7\r\n{more}\r\n{body}".encode()


async def _random_packets(writer: asyncio.StreamWriter, chance: random.Random) -> None:
    """RTP of payload type 96 between the answers, as TCP carries it: a head and chance."""
    for n in range(400):
        head = bytes([0x80, 96, n >> 8, n & 255]) + (n * 3600).to_bytes(4, "big") + b"\0\0\0\7"
        packet = head + chance.randbytes(chance.randrange(1, 1400))
        writer.write(b"$\0" + len(packet).to_bytes(2, "big") + packet)
        await writer.drain()
        await asyncio.sleep(0.01)


ATTACKS: dict[str, Attack] = {
    "RTMP, every packet damaged": _rtmp,
    "RTMP port, random bytes": _rtmp_bytes,
    "SRT, every packet damaged": _srt,
    "SRT port, random datagrams": _srt_bytes,
    "WHIP, random bytes as H.264": _whip,
    "MPEG-TS over HTTP, damaged": _ts,
    "HTTP source of random bytes": _noise,
    **({"RTSP, damaged pictures and sound": _rtsp} if installed() else {}),
    "RTSP server of random packets and answers": _rtsp_liar,
    "the door's inner entrance": _inner,
}
"""Without GStreamer's RTSP server the damaged stream by RTSP is left out."""
