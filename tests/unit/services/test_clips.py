from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from courtstream.api import films
from courtstream.api.films import Films, webvtt
from courtstream.api.pages.clips import seconds_of
from courtstream.control.protocol import RowKind
from courtstream.domain.errors import Conflict, InvalidInput, NotFound
from courtstream.domain.time import SECOND, Span, seconds
from courtstream.services import clips, publishing
from courtstream.services.clip_proposals import ISSUES, snap
from courtstream.services.clips import ClipEdit
from courtstream.services.media import media_grant
from courtstream.store.tables import (
    ClipRow,
    ClipState,
    PassState,
    SecondPassRow,
    UtteranceRow,
)
from tests.support.platform import NOW, Tape, World, sign_in, site


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


def ended(world: World) -> tuple[str, Tape]:
    """An ended hearing of 200 s with steps, an issue in dispute and a stretch that was closed."""
    hearing, tape = world.live(segments=100)
    said = [
        (2.0, "J", "现在开庭。"),
        (20.0, "J", "请原告陈述诉讼请求和事实理由。"),
        (24.0, "P", "请求判令被告返还借款本金五万元。"),
        (40.0, "J", "请被告答辩。"),
        (44.0, "D", "答辩如下，借款已经还清。"),
        (62.0, "J", "本庭归纳本案争议焦点，借款是否还清。"),
        (70.0, "J", "双方对争议焦点有无异议。"),
        (76.0, "P", "没有异议。"),
        (90.0, "J", "下面由原告举证。"),
        (96.0, "P", "出示借条一份，证明目的是借款事实。"),
        (130.0, "J", "最后意见，原告。"),
        (134.0, "P", "坚持诉讼请求。"),
        (150.0, "J", "现在休庭。"),
    ]
    rows = [tape.words(t, t + 3, text, role=role) for t, role, text in said]
    shut = {"id": "w", "kind": "whole_picture", "reason": "CLOSED"}
    rows.append(tape.row(RowKind.REDACTION, 0, **shut, start=100 * SECOND, end=110 * SECOND))
    world.take([*rows, tape.end(200)])
    return hearing, tape


def desk(world: World, hearing: str) -> clips.ClipDesk:
    return world.work.read(clips.desk, world.users["clerk"], hearing)


def cut(world: World, hearing: str, monkeypatch: pytest.MonkeyPatch, fails: bool = False) -> None:
    """Films as the platform makes them, with a cutter that only pretends."""

    async def child(live: Path, target: Path, order: Any) -> dict[str, str] | None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"film")
        target.with_suffix(".jpg").write_bytes(b"jpeg")
        return None if fails else {"bytes": "4", "sha256": "x" * 64}

    monkeypatch.setattr(films, "_child", child)
    world.work.write(clips.order_films, world.users["clerk"], hearing, NOW)

    async def run() -> None:
        cutter = Films(world.work, world.settings.public)
        cutter.wake()
        await cutter.idle()

    asyncio.run(run())


def choose(world: World, hearing: str) -> list[str]:
    clerk = world.users["clerk"]
    world.work.write(clips.propose, clerk, hearing, NOW)
    for c in desk(world, hearing).clips:
        change = ClipEdit("", c.text, c.start, c.end, True)
        world.work.write(clips.edit, clerk, c.id, change, NOW)
    return [c.id for c in desk(world, hearing).clips]


def test_steps_and_issues_are_proposed_within_lengths_and_not_where_it_was_closed(
    world: World,
) -> None:
    hearing, _ = ended(world)
    world.work.write(clips.propose, world.users["clerk"], hearing, NOW)
    found = desk(world, hearing).clips
    assert {"step", "issue"} <= {c.why for c in found}
    issue = next(c for c in found if c.why == "issue")
    assert "争议焦点" in issue.text
    for c in found:
        assert 15 <= c.end - c.start <= 180
        assert c.end <= 100 or c.start >= 110
    starts = [c.start for c in found]
    assert starts == sorted(starts)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert world.work.write(clips.propose, world.users["clerk"], hearing, NOW) == 0


def test_borders_lie_between_words_never_in_one() -> None:
    words = [
        ["早", 0, 2 * SECOND],
        ["请", 10 * SECOND, 11 * SECOND],
        ["问", 11 * SECOND, 12 * SECOND],
    ]
    late = [["答", 12_200_000_000, 13 * SECOND], ["完", 40 * SECOND, 41 * SECOND]]
    lines = [
        UtteranceRow(start=0, end=12 * SECOND, words=words, text="早请问"),
        UtteranceRow(start=12_200_000_000, end=41 * SECOND, words=late, text="答完"),
    ]
    got = snap(lines, Span.of_seconds(10.5, 11.5), 60 * SECOND)
    assert got == Span(seconds(9.75), seconds(12.1))  # half way to the neighbour, never into it
    assert snap(lines, Span.of_seconds(12.5, 40.5), 60 * SECOND).start == seconds(12.1)
    assert snap([], Span.of_seconds(3, 90), 60 * SECOND) == Span.of_seconds(3, 60)


def test_an_editor_arranges_and_texts_are_screened(world: World) -> None:
    hearing, _ = ended(world)
    clerk, ids = world.users["clerk"], choose(world, hearing)
    world.work.write(clips.shift, clerk, ids[0], 1, NOW)
    assert [c.id for c in desk(world, hearing).clips][:2] == [ids[1], ids[0]]
    change = ClipEdit("立案", "电话13812345678", 20.0, 42.0, True)
    hidden = world.work.write(clips.edit, clerk, ids[0], change, NOW)
    assert hidden == ("PHONE",)
    moved = next(c for c in desk(world, hearing).clips if c.id == ids[0])
    assert "13812345678" not in moved.text
    assert moved.start < 20.0 < 43.0 <= moved.end  # whole words on both sides
    for start, end in ((5.0, 8.0), (0.0, 199.0), (95.0, 112.0)):
        with pytest.raises(InvalidInput):
            world.work.write(clips.add, clerk, hearing, start, end, NOW)
    world.work.write(clips.drop, clerk, ids[1], NOW)
    assert ids[1] not in [c.id for c in desk(world, hearing).clips]


def test_they_are_released_together_once_every_film_is_there_and_the_replay_is_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing, _ = ended(world)
    clerk = world.users["clerk"]
    choose(world, hearing)
    with pytest.raises(Conflict):
        world.work.write(clips.release, clerk, hearing, NOW)
    cut(world, hearing, monkeypatch)
    assert all(c.state is ClipState.READY for c in desk(world, hearing).clips)
    with pytest.raises(Conflict):  # the recording itself waits for its own release
        world.work.write(clips.release, clerk, hearing, NOW)
    assert media_grant_clips(world, hearing) == frozenset()
    release_replay(world, hearing)
    world.work.write(clips.release, clerk, hearing, NOW)
    shown = world.work.read(clips.story, hearing).clips
    assert media_grant_clips(world, hearing) == {c.film for c in shown}
    assert len(shown) == len(desk(world, hearing).clips)


def test_what_is_hidden_later_takes_the_old_film_from_the_public(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing, tape = ended(world)
    clerk, ids = world.users["clerk"], choose(world, hearing)
    cut(world, hearing, monkeypatch)
    release_replay(world, hearing)
    world.work.write(clips.release, clerk, hearing, NOW)
    first = desk(world, hearing).clips[0]
    at = int(first.start + 1) * SECOND
    body = {"id": "r1", "kind": "face", "reason": "FACE", "start": at, "end": at + SECOND}
    world.take([tape.row(RowKind.REDACTION, at, **body)])
    assert first.film not in media_grant_clips(world, hearing)
    assert ids[0] not in [c.id for c in world.work.read(clips.story, hearing).clips]
    cut(world, hearing, monkeypatch)
    fresh = desk(world, hearing).clips[0]
    assert not fresh.stale
    assert fresh.film != first.film
    assert fresh.film in media_grant_clips(world, hearing)
    assert not (world.settings.public / hearing / "clips" / first.film).exists()


def test_a_film_that_fails_is_named_and_can_be_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing, _ = ended(world)
    choose(world, hearing)
    cut(world, hearing, monkeypatch, fails=True)
    assert {c.state for c in desk(world, hearing).clips} == {ClipState.FAILED}
    cut(world, hearing, monkeypatch)
    assert {c.state for c in desk(world, hearing).clips} == {ClipState.READY}


def test_the_story_has_its_page_its_frame_and_is_gone_when_withdrawn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courtstream.api.media_memory.GRANT_SECONDS", 0.0)
    hearing, _ = ended(world)
    choose(world, hearing)
    with pytest.raises(NotFound):
        world.work.read(clips.story, hearing)
    cut(world, hearing, monkeypatch)
    release_replay(world, hearing)
    world.work.write(clips.release, world.users["clerk"], hearing, NOW)
    film = desk(world, hearing).clips[0].film
    html = {"accept": "text/html"}
    with site(world) as client:
        page = client.get(f"/clips/{hearing}", headers=html)
        assert film in page.text
        assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
        frame = client.get(f"/embed/{hearing}", headers=html)
        assert "frame-ancestors *" in frame.headers["content-security-policy"]
        for name in (film, film.replace("mp4", "jpg"), film.replace("mp4", "vtt")):
            assert client.get(f"/media/{hearing}/clips/{name}").status_code == 200
        part = client.get(f"/media/{hearing}/clips/{film}", headers={"Range": "bytes=0-1"})
        assert (part.status_code, part.content) == (206, b"fi")
        header = sign_in(client, "clerk")
        gone = f"/api/v1/hearings/{hearing}/withdraw"
        client.post(gone, json={"reason": "申请"}, headers=header)
        assert client.get(f"/media/{hearing}/clips/{film}").status_code == 410
        assert client.get(f"/clips/{hearing}", headers=html).status_code == 410
        assert client.get(f"/embed/{hearing}", headers=html).status_code == 410


def test_a_lifted_withdrawal_brings_nothing_back_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing, _ = ended(world)
    choose(world, hearing)
    cut(world, hearing, monkeypatch)
    release_replay(world, hearing)
    clerk, office = world.users["clerk"], world.users["office"]
    world.work.write(clips.release, clerk, hearing, NOW)
    world.work.write(publishing.withdraw, clerk, hearing, "申请", NOW)
    world.work.write(publishing.lift, office, hearing, "理由不成立", NOW)
    grant = world.work.read(media_grant, hearing, NOW)
    assert (grant.withdrawn, grant.replay, grant.clips) == (False, False, frozenset())
    release_replay(world, hearing)
    world.work.write(clips.release, clerk, hearing, NOW)
    assert media_grant_clips(world, hearing)


def release_replay(world: World, hearing: str) -> None:
    """As after a second pass that has nothing left to ask."""

    def settle(session: Any) -> None:
        row = session.get(SecondPassRow, hearing)
        if row is not None:
            row.state = PassState.WAIVED

    world.work.write(settle)
    world.work.write(publishing.release_replay, world.users["clerk"], hearing, NOW)


def media_grant_clips(world: World, hearing: str) -> frozenset[str]:
    return world.work.read(media_grant, hearing, NOW).clips


def test_times_are_read_as_people_write_them() -> None:
    assert [seconds_of(t) for t in ("75.5", "1:15.5", "0：01：15.5")] == [75.5, 75.5, 75.5]
    for wrong in ("", "a", "-1", "1:x"):
        with pytest.raises(InvalidInput):
            seconds_of(wrong)


def test_captions_of_a_film_are_webvtt() -> None:
    text = webvtt([(0.0, 2.5, "请坐"), (61.25, 3661.0, "退庭")])
    assert text.startswith("WEBVTT\n")
    assert "00:00:00.000 --> 00:00:02.500\n请坐" in text
    assert "00:01:01.250 --> 01:01:01.000" in text


def test_issues_in_dispute_are_known_by_their_words() -> None:
    assert ISSUES.search("归纳本案争议焦点如下")
    assert not ISSUES.search("请看镜头焦点")


def test_rows_of_clips_begin_as_proposals(world: World) -> None:
    hearing, _ = ended(world)
    world.work.write(clips.propose, world.users["clerk"], hearing, NOW)
    states = world.work.read(lambda s: {(r.state, r.chosen) for r in s.query(ClipRow)})
    assert states == {(ClipState.PROPOSED, False)}
