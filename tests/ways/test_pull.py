"""Sources the node fetches: a real RTSP server, MPEG-TS over HTTP, and those that are refused."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import imageio_ffmpeg
import pytest
from sqlalchemy.orm import Session

from courtstream.services.people import audit
from courtstream.settings import Settings
from courtstream.store.tables import Base
from tests.faults.test_ingest import clip
from tests.support.platform import PASSWORD, ROOM
from tests.support.rtsp import MISSING, installed, serving_rtsp
from tests.support.ways import Site, site, until

__all__ = ["clip"]


def listed(settings: Settings) -> Settings:
    allow = settings.ingest.model_copy(update={"pull_allow": ("127.0.0.1/32", "*.court.example")})
    return settings.model_copy(update={"ingest": allow})


@pytest.fixture
async def ways(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, change=listed) as made:
        yield made


@contextlib.asynccontextmanager
async def staff(ways: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=ways.base, timeout=30) as client:
        signed = await client.post("/api/v1/session", json={"login": "clerk", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = signed.json()["csrf"]
        yield client


async def add(client: httpx.AsyncClient, url: str) -> httpx.Response:
    return await client.post(f"/api/v1/courtrooms/{ROOM}/sources", json={"url": url})


async def state(client: httpx.AsyncClient) -> dict[str, Any]:
    found = await client.get(f"/api/v1/courtrooms/{ROOM}/sources")
    items: list[dict[str, Any]] = found.json()["items"]
    return items[0]


async def told(client: httpx.AsyncClient, code: str) -> None:
    for _ in range(300):
        if (await state(client))["last_code"] == code:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never {code}: {await state(client)}")


async def test_a_recorder_is_fetched_by_rtsp_until_its_source_is_removed(
    ways: Site, clip: Path
) -> None:
    if not installed():
        pytest.skip(MISSING)
    async with serving_rtsp(clip) as port, staff(ways) as client:
        url = f"rtsp://operator:kept-sealed@127.0.0.1:{port}/court"
        made = await add(client, url)
        assert made.status_code == 201, made.text
        assert made.json()["has_login"] and "kept-sealed" not in made.text
        await until(lambda: ways.files() and ways.files()[-1].stat().st_size > 30_000, what="media")
        kept = ways.world.work.read(everything)
        assert made.json()["id"] in kept
        assert "kept-sealed" not in kept, "the recorder's password is sealed at rest"
        removed = await client.delete(f"/api/v1/courtrooms/{ROOM}/sources/{made.json()['id']}")
        assert removed.status_code == 204
        await until(lambda: ways.codes("disconnected"), what="the end")
    got = ways.received()
    assert got.video is not None and got.audio is not None
    assert (got.video.codec, got.audio.codec) == ("h264", "aac")


def everything(session: Session) -> str:
    """Every row of every table."""
    tables = Base.metadata.sorted_tables
    return repr([session.execute(table.select()).all() for table in tables])


async def served(answer: bytes, body: bytes = b"") -> tuple[asyncio.Server, int]:
    """A server that gives one answer to everybody."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(4096)
            writer.write(answer)
            for at in range(0, len(body), 16_384):
                writer.write(body[at : at + 16_384])
                await writer.drain()
                await asyncio.sleep(0.02)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    return server, int(server.sockets[0].getsockname()[1])


async def test_mpeg_ts_over_http_comes_in_and_a_redirect_is_refused(
    ways: Site, clip: Path, tmp_path: Path
) -> None:
    stream = tmp_path / "clip.ts"
    remux = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip), "-c", "copy"]
    subprocess.run([*remux, str(stream)], check=True)
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n"
    server, port = await served(ok, stream.read_bytes())
    away = b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"
    leading, other = await served(away)
    async with staff(ways) as client:
        made = await add(client, f"http://127.0.0.1:{port}/court.ts")
        assert made.status_code == 201, made.text
        await until(lambda: ways.codes("disconnected"), what="the end of the stream")
        got = ways.received()
        assert got.video is not None and got.audio is not None
        assert len(got.of("video")) > 100
        await client.delete(f"/api/v1/courtrooms/{ROOM}/sources/{made.json()['id']}")
        await add(client, f"http://127.0.0.1:{other}/court.ts")
        await told(client, "source_refused:redirect")
    entries = ways.world.work.read(audit.entries, ROOM)
    assert any(e.action == "source_refused" and e.detail["why"] == "redirect" for e in entries)
    for running in (server, leading):
        running.close()


async def test_an_rtsp_redirect_a_listed_name_at_home_and_other_protocols_are_refused(
    ways: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staff(ways) as client:
        for url in ("file:///etc/passwd", "concat:rtsp://a|b", "rtsp://evil.example/x"):
            refused = await add(client, url)
            assert refused.status_code == 422 and "source_refused" in refused.text
        moved = b"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://10.0.0.1/x\r\n\r\n"
        server, port = await served(moved)
        made = await add(client, f"rtsp://127.0.0.1:{port}/court")
        await told(client, "source_refused:redirect")
        await client.delete(f"/api/v1/courtrooms/{ROOM}/sources/{made.json()['id']}")
        server.close()

        # a name on the list that answers with a private address: rebinding
        real = socket.getaddrinfo

        def rebound(host: Any, *more: Any, **named: Any) -> Any:
            return real("10.0.0.7" if host == "cam.court.example" else host, *more, **named)

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        await add(client, "rtsp://cam.court.example/court")
        await told(client, "source_refused:private_address")
    entries = ways.world.work.read(audit.entries, ROOM)
    why = [e.detail["why"] for e in entries if e.action == "source_refused"]
    assert {"protocol", "not_listed", "redirect", "private_address"} <= set(why)
