"""SRT: a stock ffmpeg calls our one port by both forms of stream id, with and without secrets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from courtstream.auth.tokens import digest, site_secret
from courtstream.services.courtroom import keys
from courtstream.store.tables import Stream
from tests.faults.test_ingest import clip
from tests.support.ways import Site, site, until

__all__ = ["clip"]
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


@pytest.fixture
async def ways(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as made:
        yield made


async def call(
    ways: Site, media: Path, stream_id: str, passphrase: str = "", sound: str = "copy"
) -> asyncio.subprocess.Process:
    url = f"srt://127.0.0.1:{ways.open.srt_port}?mode=caller&connect_timeout=8000000"
    secret = ("-passphrase", passphrase) if passphrase else ()
    return await asyncio.create_subprocess_exec(
        FFMPEG, "-nostdin", "-loglevel", "info", "-re", "-stream_loop", "-1", "-i", str(media),
        "-c:v", "copy", "-c:a", sound, "-srt_streamid", stream_id, *secret, "-f", "mpegts", url,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def stopped(caller: asyncio.subprocess.Process) -> str:
    if caller.returncode is None:
        caller.kill()
    _, words = await caller.communicate()
    return words.decode(errors="replace")


def phrase(ways: Site) -> str:
    return keys.passphrase(site_secret(ways.settings.secret_key), digest(ways.key))


async def test_ffmpeg_calls_with_its_key_and_others_are_turned_away(ways: Site, clip: Path) -> None:
    wrong = await call(ways, clip, "not-the-key")
    player = await call(ways, clip, f"#!::r={ways.key},m=request")
    for caller in (wrong, player):
        await asyncio.wait_for(caller.wait(), 60)
        assert caller.returncode != 0
        assert "reject" in (await stopped(caller)).lower()
    assert ways.codes("refused") == ["ingest_key_unknown"]

    bad = await call(ways, clip, ways.key, "another passphrase")
    await asyncio.wait_for(bad.wait(), 60)
    assert bad.returncode != 0
    await stopped(bad)
    await until(lambda: ways.codes("disconnected"), what="the end")
    assert not ways.files() or not ways.files()[-1].stat().st_size, "nothing came of it"

    forms = ((f"live/{ways.key}", ""), (f"#!::u=encoder,r={ways.key},m=publish", phrase(ways)))
    for stream_id, secret in forms:
        before = len(ways.codes("disconnected"))
        caller = await call(ways, clip, stream_id, secret)
        try:
            await until(lambda: came(ways), what="media")
            assert not secret or told_in(secret) == {caller.pid}, (
                "only the encoder names its secret"
            )
        finally:
            words = await stopped(caller)
        await until(lambda: len(ways.codes("disconnected")) > before, what="the end")  # noqa: B023
        got = ways.received()
        assert got.video is not None and got.audio is not None, words
        assert (got.video.codec, got.audio.codec) == ("h264", "aac")
        assert got.of("video")[0].key
        for file in ways.files():
            file.unlink()
    streams = ways.world.work.read(lambda s: [row.protocol for row in s.query(Stream)])
    assert set(streams) == {"srt"}


def told_in(secret: str) -> set[int]:
    """Processes whose command line every user of the machine can read the secret in."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if secret.encode() in path.read_bytes():
                found.add(int(path.parent.name))
    return found


def came(ways: Site) -> bool:
    return bool(ways.files()) and ways.files()[-1].stat().st_size > 30_000
