from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from courtstream.api import media_memory
from courtstream.control.protocol import RowKind
from courtstream.domain.errors import NotFound
from courtstream.domain.trial import PublicationMode, Role
from courtstream.services.entries import files as entry_files
from courtstream.services.entries import reading as entry_reading
from courtstream.services.entries import release as entry_release
from courtstream.services.entries import writing as entry_writing
from courtstream.services.publication import publishing
from courtstream.store.tables import EntryRow, EntryState, Hearing, PublicationState
from tests.support.entries import desk, follow, told
from tests.support.platform import NOW, SECOND, Tape, World, sign_in, site

ID_NUMBER = "11010519491231002X"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(media_memory, "GRANT_SECONDS", 0.0)
    return World.make(tmp_path / "data")


def test_readers_get_files_with_new_entries_corrections_and_removals(world: World) -> None:
    hearing, _ = told(world)
    follow(world, hearing)
    clerk, ids = world.users["clerk"], [d.id for d in desk(world, hearing).drafts]
    with pytest.raises(NotFound):
        world.work.read(entry_reading.running_page, hearing)
    world.work.write(entry_release.release, clerk, hearing, ids[:1], NOW)
    folder = world.settings.public

    def latest() -> dict[str, Any]:
        entry_files.publish(world.work, folder, hearing)
        path = folder / hearing / "text" / "latest.json"
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return found

    first = latest()
    assert [e["id"] for e in first["entries"]] == ids[:1]
    world.work.write(entry_release.release, clerk, hearing, ids[1:2], NOW)
    text = f"请求返还借款，身份证号码{ID_NUMBER}。"
    hidden = world.work.write(
        entry_writing.edit, clerk, ids[0], text=text, speaker="审判长", still="", now=NOW
    )
    assert hidden == ("ID",)
    second = latest()
    assert second["revision"] > first["revision"]
    shown = {e["id"]: e["text"] for e in second["entries"]}
    assert ID_NUMBER not in json.dumps(second, ensure_ascii=False)
    assert shown[ids[0]].startswith("请求返还借款")
    world.work.write(entry_writing.drop, clerk, ids[1], NOW)
    third = latest()
    assert third["ids"] == ids[:1]
    assert third["revision"] > second["revision"]


def test_files_are_cacheable_asked_again_cheaply_and_gone_when_withdrawn(world: World) -> None:
    hearing, _ = told(world)
    world.files(hearing)
    follow(world, hearing)
    with site(world) as client:
        path = f"/media/{hearing}/text/latest.json"
        assert client.get(path).status_code == 404
        token = sign_in(client, "clerk")["X-CSRF-Token"]
        form = {"csrf": token, "act": "release_all"}
        page = client.post(
            f"/staff/hearings/{hearing}/entries", data=form, headers={"accept": "text/html"}
        )
        assert "已全部发布" in page.text
        answer = client.get(path)
        assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=1"
        again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert "请求判令被告返还借款" in client.get(f"/text/{hearing}").text
        world.work.write(publishing.withdraw, world.users["clerk"], hearing, "申请", NOW)
        assert client.get(path).status_code == 410
        html = {"accept": "text/html"}
        assert client.get(f"/text/{hearing}", headers=html).status_code == 410


def test_pictures_of_entries_are_served_where_the_stream_is_not(world: World) -> None:
    hearing, clerk = world.hearing(), world.users["clerk"]
    tape = Tape(hearing)
    world.take([tape.row(RowKind.STILL, 10 * SECOND, uri="000010.jpg")])
    folder = world.files(hearing)
    (folder / "stills" / "000020.jpg").write_bytes(b"jpeg")
    world.work.write(
        entry_writing.post,
        clerk,
        hearing,
        text="开庭。",
        role=Role.JUDGE,
        still="000010.jpg",
        now=NOW,
    )
    with site(world) as client:
        assert client.get(f"/media/{hearing}/stills/000010.jpg").status_code == 200
        assert client.get(f"/media/{hearing}/stills/000020.jpg").status_code == 404
        assert client.get(f"/media/{hearing}/live/index.m3u8").status_code == 404


def test_many_entries_make_many_pages_and_the_newest_are_at_hand(
    world: World, tmp_path: Path
) -> None:
    hearing, folder = world.hearing(), tmp_path / "text"

    def fill(session: Any) -> None:
        for n in range(120):
            session.add(
                EntryRow(
                    id=f"en_{n:03}", hearing_id=hearing, at=NOW + timedelta(seconds=n),
                    role=Role.JUDGE, text=f"第{n}条", state=EntryState.RELEASED, revision=n + 1,
                )
            )  # fmt: skip

    world.work.write(fill)

    released = PublicationMode.PICTURE_TEXT, PublicationState.RELEASED
    world.work.write(lambda s: publishing.put(s, s.get(Hearing, hearing), *released, "t", NOW))
    shown = world.work.read(entry_reading.running_page, hearing).entries
    entry_files.write(folder, shown, 120, going_on=True)
    assert sorted(p.name for p in folder.iterdir()) == [
        "latest.json", "page-1.json", "page-2.json", "page-3.json",
    ]  # fmt: skip
    first = (folder / "page-1.json").stat().st_mtime_ns
    entry_files.write(folder, shown[:90], 121, going_on=True)
    assert not (folder / "page-3.json").exists()
    assert (folder / "page-1.json").stat().st_mtime_ns == first  # unchanged pages stay
    assert len(json.loads((folder / "latest.json").read_text("utf-8"))["entries"]) == 20
