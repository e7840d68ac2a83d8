from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from courtstream.api import media_memory
from courtstream.control.protocol import RowKind
from courtstream.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from courtstream.domain.trial import HearingState, PublicationMode, Role
from courtstream.services import entries, entry_files, gatekeeping, publishing
from courtstream.services.steps_now import StepsNow
from courtstream.store.tables import EntryRow, EntryState, Hearing, PublicationState
from tests.support.platform import NOW, SECOND, Tape, World, sign_in, site

ID_NUMBER = "11010519491231002X"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(media_memory, "GRANT_SECONDS", 0.0)
    return World.make(tmp_path / "data")


def follow(world: World, hearing: str) -> bool:
    return world.work.write(entries.follow, hearing, StepsNow(), NOW)


def desk(world: World, hearing: str) -> entries.EntryDesk:
    return world.work.read(entries.desk, world.users["clerk"], hearing)


def told(world: World, segments: int = 30) -> tuple[str, Tape]:
    """A live hearing with words of two speakers and stills."""
    hearing, tape = world.live(segments=segments)
    rows = [
        tape.words(2, 4, "现在开庭。", role="J", speaker="审判长"),
        tape.words(5, 8, "请原告陈述诉讼请求。", role="J", speaker="审判长"),
        tape.words(10, 16, "请求判令被告返还借款。", role="P", speaker="原告"),
        tape.words(20, 24, "被告答辩。", role="J", speaker="审判长"),
        tape.row(RowKind.STILL, 10 * SECOND, uri="000010.jpg"),
    ]
    world.take(rows)
    return hearing, tape


def test_drafts_are_cut_where_the_speaker_changes_and_carry_time_step_and_picture(
    world: World,
) -> None:
    hearing, _ = told(world)
    follow(world, hearing)
    drafts = desk(world, hearing).drafts
    assert [(d.speaker, d.text) for d in drafts][:2] == [
        ("审判长", "现在开庭。请原告陈述诉讼请求。"),
        ("原告", "请求判令被告返还借款。"),
    ]
    assert drafts[1].start == 10.0
    assert drafts[1].at == NOW + timedelta(seconds=10)
    assert drafts[1].still == "000010.jpg"
    assert any(d.step_zh for d in drafts)
    assert not follow(world, hearing)
    assert len(desk(world, hearing).drafts) == len(drafts)  # nothing is drafted twice


def test_what_has_not_aired_or_was_silenced_is_never_drafted(world: World) -> None:
    hearing, tape = world.live(segments=5)  # ten seconds have aired
    body = {"id": "r", "kind": "whole_picture", "reason": "CLOSED", "start": 0, "end": 3 * SECOND}
    world.take(
        [
            tape.words(1, 2, "不公开的话。", role="J"),
            tape.words(4, 5, "公开的话。", role="J"),
            tape.words(9, 12, "尚未播出的话。", role="P"),
            tape.row(RowKind.REDACTION, 0, **body),
        ]
    )
    world.take([tape.end(11)])
    world.change(hearing, duration=11 * SECOND)
    follow(world, hearing)
    assert [d.text for d in desk(world, hearing).drafts] == ["公开的话。"]


def test_the_policy_decides_who_releases(world: World) -> None:
    hearing, _ = told(world)
    clerk = world.users["clerk"]
    world.work.write(entries.set_policy, clerk, hearing, "off", NOW)
    follow(world, hearing)
    assert desk(world, hearing).drafts == ()
    world.work.write(entries.set_policy, clerk, hearing, "automatic", NOW)
    assert follow(world, hearing)
    assert desk(world, hearing).drafts == ()
    assert len(desk(world, hearing).released) >= 2
    assert world.work.read(entries.running_page, hearing).entries[0].speaker == "审判长"


def test_readers_get_files_with_new_entries_corrections_and_removals(world: World) -> None:
    hearing, _ = told(world)
    follow(world, hearing)
    clerk, ids = world.users["clerk"], [d.id for d in desk(world, hearing).drafts]
    with pytest.raises(NotFound):
        world.work.read(entries.running_page, hearing)
    world.work.write(entries.release, clerk, hearing, ids[:1], NOW)
    folder = world.settings.public

    def latest() -> dict[str, Any]:
        entry_files.publish(world.work, folder, hearing)
        path = folder / hearing / "text" / "latest.json"
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return found

    first = latest()
    assert [e["id"] for e in first["entries"]] == ids[:1]
    world.work.write(entries.release, clerk, hearing, ids[1:2], NOW)
    text = f"请求返还借款，身份证号码{ID_NUMBER}。"
    hidden = world.work.write(
        entries.edit, clerk, ids[0], text=text, speaker="审判长", still="", now=NOW
    )
    assert hidden == ("ID",)
    second = latest()
    assert second["revision"] > first["revision"]
    shown = {e["id"]: e["text"] for e in second["entries"]}
    assert ID_NUMBER not in json.dumps(second, ensure_ascii=False)
    assert shown[ids[0]].startswith("请求返还借款")
    world.work.write(entries.drop, clerk, ids[1], NOW)
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


def test_a_hearing_without_video_is_told_in_text_alone(world: World) -> None:
    hearing, clerk = world.hearing(), world.users["clerk"]
    post: dict[str, Any] = {"role": Role.JUDGE, "still": "", "now": NOW}
    hidden = world.work.write(
        entries.post, clerk, hearing, text=f"开庭。电话{13812345678}。", **post
    )
    assert hidden == ("PHONE",)
    page = world.work.read(entries.running_page, hearing)
    assert page.going_on
    assert "13812345678" not in page.entries[0].text
    assert page.entries[0].speaker == "审判员"
    with pytest.raises(InvalidInput):
        world.work.write(entries.post, clerk, hearing, text="图", **{**post, "still": "000001.jpg"})
    world.work.write(entries.finish, clerk, hearing, NOW)
    assert world.state(hearing) == HearingState.ENDED
    assert not world.work.read(entries.running_page, hearing).going_on


def test_pictures_of_entries_are_served_where_the_stream_is_not(world: World) -> None:
    hearing, clerk = world.hearing(), world.users["clerk"]
    tape = Tape(hearing)
    world.take([tape.row(RowKind.STILL, 10 * SECOND, uri="000010.jpg")])
    folder = world.files(hearing)
    (folder / "stills" / "000020.jpg").write_bytes(b"jpeg")
    world.work.write(
        entries.post, clerk, hearing, text="开庭。", role=Role.JUDGE, still="000010.jpg", now=NOW
    )
    with site(world) as client:
        assert client.get(f"/media/{hearing}/stills/000010.jpg").status_code == 200
        assert client.get(f"/media/{hearing}/stills/000020.jpg").status_code == 404
        assert client.get(f"/media/{hearing}/live/index.m3u8").status_code == 404


def test_a_closed_gate_takes_no_entries_and_far_courts_have_no_say(world: World) -> None:
    hearing, _ = told(world)
    clerk = world.users["clerk"]
    world.work.write(gatekeeping.find_closures, clerk, hearing, ("PRIVACY_CIV",), NOW)
    follow(world, hearing)
    assert desk(world, hearing).drafts == ()
    post: dict[str, Any] = {"text": "开庭", "role": Role.JUDGE, "still": "", "now": NOW}
    with pytest.raises(Conflict):
        world.work.write(entries.post, clerk, hearing, **post)
    with pytest.raises(Forbidden):
        world.work.write(entries.post, world.users["far"], hearing, **post)


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
    shown = world.work.read(entries.running_page, hearing).entries
    entry_files.write(folder, shown, 120, going_on=True)
    assert sorted(p.name for p in folder.iterdir()) == [
        "latest.json", "page-1.json", "page-2.json", "page-3.json",
    ]  # fmt: skip
    first = (folder / "page-1.json").stat().st_mtime_ns
    entry_files.write(folder, shown[:90], 121, going_on=True)
    assert not (folder / "page-3.json").exists()
    assert (folder / "page-1.json").stat().st_mtime_ns == first  # unchanged pages stay
    assert len(json.loads((folder / "latest.json").read_text("utf-8"))["entries"]) == 20
