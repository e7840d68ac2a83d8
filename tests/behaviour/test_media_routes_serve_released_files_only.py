"""Promise: media routes give released files and nothing else; what is withdrawn is gone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from courtstream.api import media_memory
from courtstream.domain.clock import utc_now
from courtstream.services.publication import publishing
from tests.support.platform import World, sign_in, site

LISTS = ("master", "listen", "index", "low", "sound", "captions")
FILES = {
    **{f"live/{name}.m3u8": "application/vnd.apple.mpegurl" for name in LISTS},
    **{f"live/{kind}-000000-1.m4s": "video/iso.segment" for kind in ("seg", "low", "snd")},
    **{f"live/{kind}-1-0.mp4": "video/mp4" for kind in ("init", "initlow", "initsnd")},
    "live/cap-000000-1.vtt": "text/vtt; charset=utf-8",
    "stills/000010.jpg": "image/jpeg",
    "recording.mp4": "video/mp4",
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(media_memory, "GRANT_SECONDS", 0.0)
    return World.make(tmp_path / "data")


def codes(client: TestClient, hearing_id: str) -> set[int]:
    return {client.get(f"/media/{hearing_id}/{name}").status_code for name in FILES}


def test_before_the_gate_has_let_it_out_nothing_is_there(world: World) -> None:
    hearing_id = world.hearing()
    world.files(hearing_id)
    with site(world) as client:
        assert codes(client, hearing_id) == {404}
        sign_in(client, "clerk")
        assert codes(client, hearing_id) == {404}  # staff get no more than the public


def test_while_live_the_stream_is_there_and_the_recording_is_not(world: World) -> None:
    hearing_id, _ = world.live()
    world.files(hearing_id)
    with site(world) as client:
        for name, kind in FILES.items():
            answer = client.get(f"/media/{hearing_id}/{name}")
            if name == "recording.mp4":
                assert answer.status_code == 404
                continue
            assert answer.status_code == 200, name
            assert answer.headers["content-type"] == kind
            changing = name.endswith(".m3u8")
            expected = "public, max-age=0, s-maxage=1" if changing else "public, max-age=1"
            assert answer.headers["cache-control"] == expected
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_after_the_end_only_a_released_replay_is_there(world: World) -> None:
    hearing_id, tape = world.live()
    world.files(hearing_id)
    world.take([tape.end(6), tape.looked_twice()])
    world.change(hearing_id, actual_end=utc_now() - timedelta(hours=1))
    with site(world) as client:
        assert codes(client, hearing_id) == {404}
        world.work.write(publishing.release_replay, world.users["clerk"], hearing_id, utc_now())
        assert codes(client, hearing_id) == {200}


def test_the_tail_of_the_delay_may_still_be_watched_after_the_end(world: World) -> None:
    hearing_id, tape = world.live()
    world.files(hearing_id)
    world.take([tape.end(6)])
    world.change(hearing_id, actual_end=utc_now())
    with site(world) as client:
        assert client.get(f"/media/{hearing_id}/live/index.m3u8").status_code == 200
        assert client.get(f"/media/{hearing_id}/recording.mp4").status_code == 404


def test_what_is_withdrawn_is_gone_from_every_rendition_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No grant of before is believed any more, however long it might have been kept."""
    monkeypatch.setattr(media_memory, "GRANT_SECONDS", 3600.0)
    hearing_id, tape = world.live(replay_release="automatic")
    world.files(hearing_id)
    world.take([tape.end(6), tape.looked_twice()])
    files = (*FILES, "storyboard.vtt")
    with site(world) as client:
        for name in files:
            assert client.get(f"/media/{hearing_id}/{name}").status_code == 200, name
        header = sign_in(client, "clerk")
        gone = client.post(
            f"/api/v1/hearings/{hearing_id}/withdraw", json={"reason": "申请"}, headers=header
        )
        assert gone.status_code == 204
        for name in files:
            answer = client.get(f"/media/{hearing_id}/{name}", headers={"If-None-Match": "*"})
            assert answer.status_code == 410, name
        problem = client.get(f"/media/{hearing_id}/live/low.m3u8").json()
        assert problem["code"] == "withdrawn"
        assert "撤回" in problem["title_zh"]


@pytest.mark.parametrize(
    "path",
    [
        "live/../../../hearings/{id}/spec.json",
        "live/..%2f..%2f..%2fhearings%2f{id}%2fspec.json",
        "live/%2e%2e/%2e%2e/%2e%2e/courtstream.sqlite3",
        "live/....//spec.json",
        "live/spec.json",
        "live/sealed-0001.mkv",
        "live/index.m3u8%00.jpg",
        "live/.index.m3u8.tmp",
        "live/seg-000000-1.m4s.tmp",
        "live/INDEX.M3U8",
        "live/",
        "stills/../recording.mp4",
        "stills/index.m3u8",
        "recording.mp4/x",
        "sealed-0001.mkv",
        "",
    ],
)
def test_no_other_name_opens_anything(world: World, path: str) -> None:
    hearing_id, _ = world.live(replay_release="automatic")
    folder = world.files(hearing_id)
    (folder / "live" / "spec.json").write_text("secret")
    (folder / "live" / ".index.m3u8.tmp").write_text("secret")
    with site(world) as client:
        answer = client.get(f"/media/{hearing_id}/{path.format(id=hearing_id)}")
        assert answer.status_code in {404, 405}
        assert "secret" not in answer.text


def test_a_link_in_the_public_folder_leads_nowhere(world: World) -> None:
    hearing_id, _ = world.live()
    folder = world.files(hearing_id)
    secret = world.settings.hearings / hearing_id / "sealed-0001.mkv"
    (folder / "live" / "seg-000009-1.m4s").symlink_to(secret)
    with site(world) as client:
        assert client.get(f"/media/{hearing_id}/live/seg-000009-1.m4s").status_code == 404


def test_another_hearings_grant_opens_nothing_here(world: World) -> None:
    live, _ = world.live()
    world.files(live)
    world.files("h_other")
    with site(world) as client:
        assert codes(client, "h_other") == {404}
        for name in ("..", "%2e%2e", quote("h other"), "x" * 200):
            assert client.get(f"/media/{name}/live/index.m3u8").status_code == 404


def test_players_may_ask_for_parts_and_ask_again(world: World) -> None:
    hearing_id, tape = world.live(replay_release="automatic")
    world.files(hearing_id)
    world.take([tape.end(6), tape.looked_twice()])
    path = f"/media/{hearing_id}/live/seg-000000-1.m4s"
    with site(world) as client:
        whole = client.get(path)
        assert whole.headers["accept-ranges"] == "bytes"

        def part(value: str) -> tuple[int, bytes]:
            answer = client.get(path, headers={"Range": value})
            return answer.status_code, answer.content

        assert part("bytes=10-19") == (206, bytes(range(10, 20)))
        assert part("bytes=90-") == (206, bytes(range(90, 100)))
        assert part("bytes=-5") == (206, bytes(range(95, 100)))
        assert part("bytes=50-5000") == (206, bytes(range(50, 100)))
        assert part("bytes=200-")[0] == 416
        assert part("bytes=5-1")[0] == 416
        assert part(f"bytes={'9' * 5000}-") == (200, bytes(range(100)))
        assert part("bytes=0-1,5-6") == (200, bytes(range(100)))
        film_path = f"/media/{hearing_id}/recording.mp4"
        for asked in (path, film_path):  # a cache that asks again hears that nothing is new
            etag = client.get(asked).headers["etag"]
            assert client.get(asked, headers={"If-None-Match": etag}).status_code == 304
        head = client.head(path)
        assert (head.status_code, head.headers["content-length"]) == (200, "100")
        film = client.get(film_path, headers={"Range": "bytes=0-9"})
        assert (film.status_code, len(film.content)) == (206, 10)


def test_a_playlist_that_grows_is_never_served_old(world: World) -> None:
    hearing_id, _ = world.live()
    folder = world.files(hearing_id)
    path = f"/media/{hearing_id}/live/index.m3u8"
    with site(world) as client:
        first = client.get(path)
        same = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert same.status_code == 304
        (folder / "live" / "index.m3u8").write_text(first.text + "seg-000001-1.m4s\n")
        second = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert second.status_code == 200
        assert second.text.endswith("seg-000001-1.m4s\n")


def test_segments_stay_bounded_in_memory(world: World) -> None:
    hearing_id, _ = world.live()
    folder = world.files(hearing_id)
    for n in range(20):
        (folder / "live" / f"seg-{n:06}-2.m4s").write_bytes(bytes(1000))
    with site(world) as client:
        cache = media_memory.MediaCache(limit=5000)
        client.app.state.media = cache  # type: ignore[attr-defined]
        for n in range(20):
            path = f"/media/{hearing_id}/live/seg-{n:06}-2.m4s"
            assert len(client.get(path).content) == 1000
        assert cache.held <= 5000


def test_a_long_playlist_travels_packed_and_is_packed_once(world: World) -> None:
    hearing_id, _ = world.live()
    folder = world.files(hearing_id)
    path = f"/media/{hearing_id}/live/index.m3u8"
    long = "#EXTM3U\n" + "".join(f"#EXTINF:2.0,\nseg-{n:06}-1.m4s\n" for n in range(3600))
    (folder / "live" / "index.m3u8").write_text(long)
    with site(world) as client:
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip" and packed.text == long
        assert int(packed.headers["content-length"]) < len(long) / 5
        assert packed.headers["vary"] == "Accept-Encoding"
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers and plain.text == long
        assert plain.headers["etag"] != packed.headers["etag"]
        again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
        assert client.get(path, headers=again).status_code == 304
        (folder / "live" / "index.m3u8").write_text(long + "#EXT-X-ENDLIST\n")
        assert client.get(path, headers=again).text.endswith("ENDLIST\n")
