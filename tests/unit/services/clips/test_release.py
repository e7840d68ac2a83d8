from __future__ import annotations

import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import Conflict, NotFound
from courtstream.domain.time import SECOND
from courtstream.services.clips import release as clip_release
from courtstream.services.publication import publishing
from courtstream.services.publication.media import media_grant
from courtstream.store.tables import ClipState
from tests.support.clips import choose, cut, desk, ended, media_grant_clips, release_replay
from tests.support.platform import NOW, World, sign_in, site


def test_they_are_released_together_once_every_film_is_there_and_the_replay_is_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing, _ = ended(world)
    clerk = world.users["clerk"]
    choose(world, hearing)
    with pytest.raises(Conflict):
        world.work.write(clip_release.release, clerk, hearing, NOW)
    cut(world, hearing, monkeypatch)
    assert all(c.state is ClipState.READY for c in desk(world, hearing).clips)
    with pytest.raises(Conflict):  # the recording itself waits for its own release
        world.work.write(clip_release.release, clerk, hearing, NOW)
    assert media_grant_clips(world, hearing) == frozenset()
    release_replay(world, hearing)
    world.work.write(clip_release.release, clerk, hearing, NOW)
    shown = world.work.read(clip_release.story, hearing).clips
    assert media_grant_clips(world, hearing) == {c.film for c in shown}
    assert len(shown) == len(desk(world, hearing).clips)


def test_what_is_hidden_later_takes_the_old_film_from_the_public(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing, tape = ended(world)
    clerk, ids = world.users["clerk"], choose(world, hearing)
    cut(world, hearing, monkeypatch)
    release_replay(world, hearing)
    world.work.write(clip_release.release, clerk, hearing, NOW)
    first = desk(world, hearing).clips[0]
    at = int(first.start + 1) * SECOND
    body = {"id": "r1", "kind": "face", "reason": "FACE", "start": at, "end": at + SECOND}
    world.take([tape.row(RowKind.REDACTION, at, **body)])
    assert first.film not in media_grant_clips(world, hearing)
    assert ids[0] not in [c.id for c in world.work.read(clip_release.story, hearing).clips]
    cut(world, hearing, monkeypatch)
    fresh = desk(world, hearing).clips[0]
    assert not fresh.stale
    assert fresh.film != first.film
    assert fresh.film in media_grant_clips(world, hearing)
    assert not (world.settings.public / hearing / "clips" / first.film).exists()


def test_the_story_has_its_page_its_frame_and_is_gone_when_withdrawn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courtstream.api.media_memory.GRANT_SECONDS", 0.0)
    hearing, _ = ended(world)
    choose(world, hearing)
    with pytest.raises(NotFound):
        world.work.read(clip_release.story, hearing)
    cut(world, hearing, monkeypatch)
    release_replay(world, hearing)
    world.work.write(clip_release.release, world.users["clerk"], hearing, NOW)
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
    world.work.write(clip_release.release, clerk, hearing, NOW)
    world.work.write(publishing.withdraw, clerk, hearing, "申请", NOW)
    world.work.write(publishing.lift, office, hearing, "理由不成立", NOW)
    grant = world.work.read(media_grant, hearing, NOW)
    assert (grant.withdrawn, grant.replay, grant.clips) == (False, False, frozenset())
    release_replay(world, hearing)
    world.work.write(clip_release.release, clerk, hearing, NOW)
    assert media_grant_clips(world, hearing)
