"""Closed files go to S3 while the hearing runs, the rest when it is over, and come back whole."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from courtstream.control.archive import STATE, Archiver
from courtstream.control.objects import PIECE, Objects, ObjectsAway
from courtstream.domain.time import SECOND, Span
from courtstream.seal import SealWriter, hearing_key
from courtstream.settings import Settings
from tests.support.platform import World, site
from tests.support.stores import bucket

DAY = 86_400.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", objects=bucket(tmp_path))


@pytest.fixture
def objects(settings: Settings) -> Objects:
    made = Objects.of(settings)
    assert made is not None
    return made


def record(settings: Settings, *, over: bool) -> Path:
    """A hearing's files on a node; its folder."""
    folder, public = settings.hearings / "h1", settings.public / "h1"
    (public / "live").mkdir(parents=True, exist_ok=True)
    (public / "live" / "seg-000000-1.m4s").write_bytes(os.urandom(3 * PIECE // 2))
    for kind in ("low", "snd"):
        (public / "live" / f"{kind}-000000-1.m4s").write_bytes(kind.encode() * 10)
    for kind in ("init", "initlow", "initsnd"):
        (public / "live" / f"{kind}-1-0.mp4").write_bytes(b"init")
    (public / "live" / "index.m3u8").write_text("#EXTM3U\n")
    key = hearing_key(folder / "sealed", (b"m" * 32,), create=True)
    writer = SealWriter(folder / "sealed", key)
    writer.write(b"a second", Span(0, SECOND))
    writer.close()
    rows = [{"hearing_id": "h1", "seq": 1, "epoch": 1, "at": "", "kind": "started"}]
    if over:
        rows.append({**rows[0], "seq": 2, "kind": "ended"})
    (folder / "journal.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def archiver(settings: Settings, objects: Objects, now: float = 1e10) -> Archiver:
    return Archiver(settings, objects, lambda hearing: False, lambda: now)


def names(folder: Path) -> set[str]:
    return set(json.loads((folder / STATE).read_bytes())["files"])


async def stored(objects: Objects, name: str) -> bytes | None:
    pieces = await objects.read(name)
    return None if pieces is None else b"".join([piece async for piece in pieces])


async def test_the_live_edge_stays_and_closed_segments_go(
    settings: Settings, objects: Objects
) -> None:
    folder = record(settings, over=False)
    segment = settings.public / "h1" / "live" / "seg-000000-1.m4s"
    await archiver(settings, objects).archive(folder)
    closed = {f"{kind}-000000-1.m4s" for kind in ("seg", "low", "snd")}
    closed |= {f"{kind}-1-0.mp4" for kind in ("init", "initlow", "initsnd")}
    assert names(folder) == {f"public/h1/live/{name}" for name in closed}
    assert await stored(objects, "public/h1/live/seg-000000-1.m4s") == segment.read_bytes()
    assert await stored(objects, "public/h1/live/index.m3u8") is None


async def test_a_file_that_is_still_being_written_waits(
    settings: Settings, objects: Objects
) -> None:
    folder = record(settings, over=False)
    segment = settings.public / "h1" / "live" / "seg-000000-1.m4s"
    now = segment.stat().st_mtime + 0.5
    await archiver(settings, objects, now).archive(folder)
    assert names(folder) == set()


async def test_when_all_is_over_everything_is_kept_and_large_public_files_make_room(
    settings: Settings, objects: Objects
) -> None:
    folder = record(settings, over=True)
    segment = settings.public / "h1" / "live" / "seg-000000-1.m4s"
    data = segment.read_bytes()
    await archiver(settings, objects).archive(folder)
    assert {"public/h1/live/index.m3u8", "hearings/h1/sealed/chain.jsonl"} <= names(folder)
    assert segment.exists()
    later = archiver(settings, objects, 1e10 + 8 * DAY)
    await later.archive(folder)
    left = {path.name for path in segment.parent.iterdir()}
    assert left == {"index.m3u8", "init-1-0.mp4", "initlow-1-0.mp4", "initsnd-1-0.mp4"}
    assert list((folder / "sealed").glob("*")), "evidence is never erased here"
    await later.archive(folder)  # cleaned is not erased: the store keeps it
    assert await stored(objects, "public/h1/live/seg-000000-1.m4s") == data
    await later.bring_back("h1")
    assert segment.read_bytes() == data


async def test_what_was_erased_by_rule_is_erased_there_too(
    settings: Settings, objects: Objects
) -> None:
    folder = record(settings, over=True)
    await archiver(settings, objects).archive(folder)
    (settings.public / "h1" / "live" / "seg-000000-1.m4s").unlink()
    (folder / "journal.jsonl").touch()
    os.utime(folder / "journal.jsonl", (2e10, 2e10))
    await archiver(settings, objects).archive(folder)
    assert await stored(objects, "public/h1/live/seg-000000-1.m4s") is None
    assert await stored(objects, "hearings/h1/sealed/chain.jsonl") is not None


async def test_a_file_made_anew_replaces_the_kept_one(settings: Settings, objects: Objects) -> None:
    folder = record(settings, over=True)
    await archiver(settings, objects).archive(folder)
    init = settings.public / "h1" / "live" / "init-1-0.mp4"
    init.write_bytes(b"made anew")
    os.utime(folder / "journal.jsonl", (2e10, 2e10))
    await archiver(settings, objects).archive(folder)
    assert await stored(objects, "public/h1/live/init-1-0.mp4") == b"made anew"


async def test_a_store_that_is_away_loses_nothing_and_is_tried_again(
    settings: Settings, objects: Objects
) -> None:
    folder = record(settings, over=False)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    away = settings.objects.model_copy(update={"endpoint": address, "retry_seconds": 0.2})
    broken = Objects.of(settings.model_copy(update={"objects": away}))
    assert broken is not None
    with pytest.raises(ObjectsAway):
        await archiver(settings, broken).archive(folder)
    assert names(folder) == set()
    await archiver(settings, objects).archive(folder)
    assert "public/h1/live/seg-000000-1.m4s" in names(folder)


async def test_the_public_gets_a_file_that_only_the_store_has(
    settings: Settings, objects: Objects, tmp_path: Path
) -> None:
    world = World.make(tmp_path / "site")
    world.settings.objects = settings.objects
    hearing_id, _ = world.live()
    local = world.files(hearing_id) / "live" / "seg-000000-1.m4s"
    await objects.put(f"public/{hearing_id}/live/seg-000000-1.m4s", local)
    data = local.read_bytes()
    local.unlink()
    with site(world) as client:
        answer = client.get(f"/media/{hearing_id}/live/seg-000000-1.m4s")
        assert (answer.status_code, answer.content) == (200, data)
        assert client.get(f"/media/{hearing_id}/live/seg-000001-1.m4s").status_code == 404


async def test_a_recording_that_only_the_store_has_can_be_wound(
    settings: Settings, objects: Objects, tmp_path: Path
) -> None:
    world = World.make(tmp_path / "site")
    world.settings.objects = settings.objects
    hearing_id, tape = world.live(replay_release="automatic")
    film = world.files(hearing_id, here=True) / "recording.mp4"
    film.write_bytes(bytes(range(250)))
    world.take([tape.end(6), tape.looked_twice()])
    await objects.put(f"public/{hearing_id}/recording.mp4", film)
    film.unlink()
    with site(world) as client:
        path = f"/media/{hearing_id}/recording.mp4"
        whole = client.get(path)
        assert (whole.status_code, whole.content) == (200, bytes(range(250)))
        assert whole.headers["content-length"] == "250"
        assert whole.headers["accept-ranges"] == "bytes"
        tag = whole.headers["etag"]
        part = client.get(path, headers={"Range": "bytes=240-999", "If-Range": tag})
        assert (part.status_code, part.content) == (206, bytes(range(240, 250)))
        assert part.headers["content-range"] == "bytes 240-249/250"
        other = client.get(path, headers={"Range": "bytes=240-", "If-Range": '"older"'})
        assert (other.status_code, len(other.content)) == (200, 250)
        assert client.get(path, headers={"Range": "bytes=300-"}).status_code == 416
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
