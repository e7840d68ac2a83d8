"""Promise: someone who attacks the site gets an answer, and nothing else."""

from __future__ import annotations

import gzip
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from courtstream.api.access import TABLE, Open
from courtstream.services.people import accounts
from courtstream.settings import AccessSettings, WebSettings
from courtstream.store.tables import Hearing
from tests.support.platform import ROOM, MemoryBus, World, sign_in, site

HTML = {"accept": "text/html"}
CHANGING = sorted(
    name
    for name, needs in TABLE.items()
    if name.split()[0] not in {"GET", "OPTIONS"} and needs is not Open.OWN_KEY
)
BEGINNING = {"POST /sign-in", "POST /api/v1/session"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World.make(tmp_path_factory.mktemp("attacked") / "data")


@pytest.fixture(scope="module")
def aired(world: World) -> str:
    hearing_id, _ = world.live()
    world.files(hearing_id)
    return hearing_id


@pytest.fixture(scope="module")
def client(world: World, aired: str) -> Iterator[TestClient]:
    with site(world, MemoryBus()) as made:
        made.follow_redirects = False
        made.headers.update(sign_in(made, "clerk"))
        yield made


def spelled(name: str) -> tuple[str, str]:
    method, path = name.split()
    for key in ("hearing_id", "courtroom_id", "judge_id"):
        path = path.replace(f"{{{key}}}", ROOM if key == "courtroom_id" else "h_1")
    return method, path.replace("{", "").replace("}", "").replace(":int", "")


@pytest.mark.parametrize("name", CHANGING)
def test_no_page_of_another_site_changes_anything(client: TestClient, name: str) -> None:
    """Every address that changes something, with the browser's own cookie but not our token."""
    method, path = spelled(name)
    without = {"X-CSRF-Token": ""}
    if name not in BEGINNING:
        assert client.request(method, path, headers=without).status_code == 403
        form = client.request(method, path, data={"csrf": "x" * 43}, headers=without)
        assert form.status_code == 403
    for elsewhere in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"},
                      {"origin": "null"}):  # fmt: skip
        assert client.request(method, path, headers=elsewhere).status_code == 403, elsewhere


PLACES = ("spec.json", "keys/master.key", "etc/passwd")
WAYS_UP = ("../", "..%2f", "%2e%2e/", "..%5c", "....//", "%252e%252e%252f", "..;/", "\\..\\")


@pytest.mark.parametrize("way", WAYS_UP)
def test_no_name_leads_out_of_the_public_folder(client: TestClient, aired: str, way: str) -> None:
    for place in PLACES:
        for base in (f"/media/{aired}/live/", f"/media/{aired}/stills/", f"/media/{aired}/clips/",
                     "/assets/", f"/staff/hearings/{aired}/files/stills/",
                     f"/staff/courtrooms/{ROOM}/preview/"):  # fmt: skip
            for depth in (1, 6):
                answer = client.get(f"{base}{way * depth}{place}")
                assert answer.status_code in {303, 400, 403, 404, 422}, answer.url
                assert b"secret" not in answer.content
    assert client.get(f"/media/{way}{way}/live/seg-000000-1.m4s").status_code in {303, 404}


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-", "bytes=-1", "bytes=5-2", "bytes=1000000-", "bytes=-0", "bytes=a-b", "bytes=",
        "bytes=0-0," * 3000 + "0-0", "bytes=0-99999999999999999999999", "lines=1-2", "bytes=--1",
        "bytes=0-10,5-20,0-999", "BYTES=0-1", "bytes = 0 - 1",
    ],
)  # fmt: skip
def test_no_range_breaks_or_multiplies_a_file(client: TestClient, aired: str, asked: str) -> None:
    for path, size in ((f"/media/{aired}/recording.mp4", 1000),
                       (f"/media/{aired}/live/seg-000000-1.m4s", 100)):  # fmt: skip
        answer = client.get(path, headers={"range": asked})
        assert answer.status_code in {200, 206, 400, 404, 409, 410, 416}, path
        assert len(answer.content) <= 4 * size  # many small ranges are no way to more


def test_a_host_that_is_not_ours_is_not_answered(world: World) -> None:
    web = WebSettings(base_url="https://ting.court.example", allowed_hosts=("inner.court.example",))
    settings = world.settings.model_copy(update={"web": web})
    from courtstream.api.app import create_app

    with TestClient(create_app(settings), base_url="https://ting.court.example") as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "inner.court.example:8443"}).status_code == 200
        for host in ("evil.example", "ting.court.example.evil.example", "203.0.113.7", "", "a@b",
                     "[::1", "ting.court.example@evil.example"):  # fmt: skip
            assert client.get("/feed.xml", headers={"host": host}).status_code == 421, host
        assert "evil" not in client.get("/feed.xml").text
        forwarded = {"x-forwarded-host": "evil.example"}
        assert "evil" not in client.get("/sitemap.xml", headers=forwarded).text


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)",
     "/%09/evil.example", "\t//evil.example", "/\n/evil.example", "///evil.example",
     "evil.example"],
)  # fmt: skip
def test_no_sign_in_leads_to_another_site(world: World, target: str) -> None:
    with site(world) as fresh:
        fresh.follow_redirects = False
        form = {"login": "clerk", "password": "correct horse battery", "next": target}
        place = fresh.post("/sign-in", data=form).headers["location"]
        assert place == "/staff" or (place.startswith("/") and not place.startswith(("//", "/\\")))
        assert not any(c in place for c in "\t\r\n")


def test_nothing_but_the_embed_page_goes_into_a_frame(client: TestClient, aired: str) -> None:
    for path in ("/", "/sign-in", "/staff", f"/staff/courtrooms/{ROOM}", f"/watch/{aired}",
                 "/api/v1/hearings", "/nowhere"):  # fmt: skip
        policy = client.get(path, headers=HTML).headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy or "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy and "unsafe-eval" not in policy


def test_bodies_that_swell_are_refused_unopened(client: TestClient) -> None:
    """Decompression: a packed body is never unpacked; a form of many parts ends early."""
    packed = gzip.compress(b"0" * 50_000_000)
    headers = {"content-encoding": "gzip", "content-type": "text/csv"}
    began = time.process_time()
    assert (
        client.post("/api/v1/hearings/import", content=packed, headers=headers).status_code == 422
    )
    many = "&".join(f"f{n}=1" for n in range(50_000))
    answer = client.post("/staff/hearings", content=many,
                         headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert answer.status_code in {400, 413, 422}
    deep = "[" * 100_000 + "]" * 100_000
    nested = client.post("/api/v1/hearings/h_1/commands", content=deep,
                         headers={"content-type": "application/json"})  # fmt: skip
    assert nested.status_code == 422
    assert time.process_time() - began < 10


def bomb() -> bytes:
    """A workbook of 60 MB of blanks in 60 KB, with an entity that doubles itself."""
    out = io.BytesIO()
    entities = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};">' for n in range(1, 30))
    lol = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e29;</x>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", lol)
        archive.writestr("xl/workbook.xml", lol)
        archive.writestr("xl/worksheets/sheet1.xml", " " * 60_000_000)
        archive.writestr("../../escape.txt", "out")
    return out.getvalue()


FILES = {
    "a workbook": bomb(),
    "one endless cell": b'\xe6\xb3\x95\xe9\x99\xa2\n"' + b"x" * 1_000_000,
    "rows without end": "法院,法庭\n".encode() + b"a,b\n" * 50_000,
    "columns without end": b"a," * 50_000,
    "zeros": b"\0" * 1_000_000,
    "not text": os.urandom(100_000),
    "wide text": "法院\n".encode("utf-16") * 10_000,
    "a formula": b'=cmd|"/C calc"!A0,b\n' * 10,
}


@pytest.mark.parametrize("what", FILES)
def test_no_file_brings_the_schedule_down(client: TestClient, world: World, what: str) -> None:
    before = world.work.read(lambda s: s.query(Hearing).count())
    began = time.process_time()
    for kind in ("text/csv", "application/json"):
        answer = client.post("/api/v1/hearings/import", content=FILES[what],
                             headers={"content-type": kind})  # fmt: skip
        assert answer.status_code in {413, 422}, answer.text[:300]
        assert len(answer.content) < 2_000_000
    upload = client.post("/staff/hearings/import", headers=HTML,
                         files={"file": ("../../x.csv", FILES[what], "text/csv")})  # fmt: skip
    assert upload.status_code in {400, 413, 422}
    assert time.process_time() - began < 20
    assert world.work.read(lambda s: s.query(Hearing).count()) == before


def test_one_address_cannot_take_the_pages_from_the_others(world: World) -> None:
    access = AccessSettings(second_factor_roles=(), requests_per_minute=20)
    world.settings = world.settings.model_copy(update={"access": access})
    from courtstream.api.app import create_app

    app = create_app(world.settings)
    with (
        TestClient(app, client=("203.0.113.5", 1)) as greedy,
        TestClient(app, client=("203.0.113.6", 1)) as other,
    ):
        answers = [greedy.get("/api/v1/hearings").status_code for _ in range(25)]
        assert answers == [200] * 20 + [429] * 5
        refused = greedy.get("/api/v1/hearings")
        assert refused.headers["retry-after"]
        assert refused.json()["title_zh"]
        assert greedy.get("/healthz").status_code == 200
        assert greedy.get("/media/h_none/live/index.m3u8").status_code == 404  # watching is free
        assert other.get("/api/v1/hearings").status_code == 200


def test_guesses_from_many_accounts_are_bounded_by_address(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "password_fits", lambda *_: False)  # sixty hashes take long
    access = AccessSettings(second_factor_roles=(), requests_per_minute=0)
    world.settings = world.settings.model_copy(update={"access": access})
    with site(world) as client:
        body = {"password": "not this one"}
        answers = [
            client.post("/api/v1/session", json={**body, "login": f"nobody{n}"}).status_code
            for n in range(62)
        ]
    assert set(answers[:60]) == {401}
    assert answers[60:] == [429, 429]


def test_secrets_come_from_files_of_their_owner_only(world: World, client: TestClient) -> None:
    key = world.settings.secret_key
    assert key.stat().st_mode & 0o077 == 0
    assert key.parent.stat().st_mode & 0o077 == 0
    assert key.read_bytes() not in json.dumps(world.settings.model_dump(mode="json")).encode()
