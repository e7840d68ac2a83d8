"""The transcript over the API and on its page: read by all, masked; decided by those who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.timed_text import MASK
from courtstream.reports.transcripts import FORMATS
from courtstream.services.publication import publishing
from tests.support.platform import NOW, MemoryBus, World, sign_in, site


@pytest.fixture
def ended(tmp_path: Path) -> tuple[World, str]:
    world = World.make(tmp_path)
    hearing_id, tape = world.live(segments=5)
    world.take(
        [
            tape.words(0, 2, "请坐，现在开庭。", role="J", speaker="审判员"),
            tape.words(3, 6, f"我的手机号是{MASK}。"),
            tape.end(10),
            tape.row(RowKind.SECOND_PASS, None, state="done", done=10.0, of=10.0),
        ]
    )
    world.work.write(lambda s: publishing.release_replay(s, world.users["office"], hearing_id, NOW))
    return world, hearing_id


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_everybody_gets_the_masked_file_once_it_is_released(
    ended: tuple[World, str], name: str
) -> None:
    world, hearing_id = ended
    with site(world) as client:
        answer = client.get(f"/api/v1/hearings/{hearing_id}/transcript/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == FORMATS[name][0]
        assert f".{name}" in answer.headers["content-disposition"]
        path = f"/api/v1/hearings/{hearing_id}/transcript/{name}?revision=0"
        assert client.get(path).status_code == 401, "single revisions are for staff"
        withdraw = lambda s: publishing.withdraw(s, world.users["office"], hearing_id, "x", NOW)  # noqa: E731
        world.work.write(withdraw)
        gone = client.get(f"/api/v1/hearings/{hearing_id}/transcript/{name}")
        assert gone.status_code in {404, 410}


def test_the_life_of_a_transcript_over_the_api(ended: tuple[World, str]) -> None:
    world, hearing_id = ended
    base = f"/api/v1/hearings/{hearing_id}"
    with site(world, MemoryBus()) as client:
        assert client.get(f"{base}/text").status_code == 401
        headers = sign_in(client, "clerk")
        turn = client.get(f"{base}/text").json()["turns"][0]["id"]
        edited = client.patch(
            f"{base}/turns/{turn}", json={"text": "请坐下，现在开庭。"}, headers=headers
        )
        assert edited.json()["turns"][0]["text"] == "请坐下，现在开庭。"
        found = client.get(f"{base}/transcript/changes?old=0&new=2").json()["changes"]
        assert [p for p in found[0]["pieces"] if p[0] != "same"] == [["new", "下"]]
        for act, capacity in (("check", ""), ("sign", "书记员")):
            body = {"act": act, "capacity": capacity}
            assert client.post(f"{base}/text/state", json=body, headers=headers).status_code == 200
        again = client.patch(f"{base}/turns/{turn}", json={"text": "x"}, headers=headers)
        assert again.status_code == 409
        asked = {"turn_id": turn, "asked_by": "原告", "why": "听错", "wanted": "请坐，开庭。"}
        request = client.post(f"{base}/requests", json=asked, headers=headers).json()["requests"][0]
        decision = f"/api/v1/requests/{request['id']}/decision"
        assert client.post(decision, json={"yes": True}, headers=headers).status_code == 204
        assert client.get(f"{base}/text").json()["turns"][0]["text"] == "请坐，开庭。"


def test_hiding_later_stops_the_replay_until_it_is_made_again(ended: tuple[World, str]) -> None:
    world, hearing_id = ended
    world.files(hearing_id)
    media = f"/media/{hearing_id}/live/index.m3u8"
    with site(world, MemoryBus()) as client:
        assert client.get(media).status_code == 200
        headers = sign_in(client, "clerk")
        body = {"op": "hide", "start": 0.0, "end": 2.0, "note": "涉密"}
        path = f"/api/v1/hearings/{hearing_id}/speech"
        told = client.post(path, json=body, headers=headers)
        assert told.status_code == 200 and told.json()["speech"][0]["making"]
        client.app.state.media._grants.clear()  # type: ignore[attr-defined]
        assert client.get(media).status_code == 404
        lines = client.get(f"/api/v1/hearings/{hearing_id}/transcript").json()["lines"]
        assert lines[0]["text"] == MASK


def test_the_page_takes_the_same_decisions(ended: tuple[World, str]) -> None:
    world, hearing_id = ended
    page = f"/staff/hearings/{hearing_id}/words"
    with site(world, MemoryBus()) as client:
        token = sign_in(client, "clerk")["X-CSRF-Token"]
        text = client.get(page).text
        assert "请坐，现在开庭。" in text and "VTT" in text
        form = {"csrf": token, "act": "hide", "start": "0", "end": "2"}
        assert client.post(page, data=form, follow_redirects=False).status_code == 303
        assert "请坐" not in client.get(page).text
        wrong = client.post(page, data={"csrf": token, "act": "sign", "capacity": "书记员"})
        assert wrong.status_code == 409
        bad = client.post(page, data={"csrf": token, "act": "hide", "start": "5", "end": "2"})
        assert bad.status_code == 422
