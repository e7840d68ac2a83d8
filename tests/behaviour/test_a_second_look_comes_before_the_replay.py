"""The replay waits for a second look: a face that a blinded first pass left bare is found in the
sealed original's pictures, a person says hide, and only then the replay goes out, without it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from courtstream.control.protocol import RowKind, WorkerSpec
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Conflict, Forbidden, SecondPassOpen
from courtstream.services.people import audit
from courtstream.services.publication import media, publishing, shape
from courtstream.services.second_pass import desk as second_pass_desk
from courtstream.services.second_pass import errands as second_pass_errands
from courtstream.services.second_pass import judging as second_pass_judging
from courtstream.services.views import UserView
from courtstream.store.tables import Hearing, MomentVerdict
from media_workers.recheck.job import SecondPass
from media_workers.runtime.items import Planes
from media_workers.runtime.journal import read_rows
from media_workers.vision.detect import Found, YuNetFinder
from tests.support.ended import Ended
from tests.support.platform import World, site
from tests.support.platform import sign_in as api_sign_in
from tests.support.published import Published
from tests.support.rig import SHORT
from tests.support.truth import CLEAR, Luma, clear_by_person, originals

pytestmark = pytest.mark.skipif(not SHORT.exists(), reason="sample_media/short.mp4 is not there")

SECONDS = 5
LEFT_BARE = "defendant"


class Blinded:
    """A face finder that never finds the defendant, as a bad one might."""

    def __init__(self) -> None:
        self._finder = YuNetFinder()

    def find(self, i420: Planes, *how: Any, **more: Any) -> Found:
        found = self._finder.find(i420, *how, **more)
        middle = found[:, 0] + found[:, 2] / 2
        seen = ~((middle > 980) & (middle < 1110)) if i420.shape[1] == 1280 else middle > -1
        kept: Found = found[seen]
        return kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


@dataclass
class Story:
    """One hearing, told step by step by the fixture."""

    world: World
    hearing_id: str
    ended: Ended
    source: list[Luma]
    aired: dict[str, int]
    low_aired: dict[str, int]
    released_by_policy: bool = True
    refused: bool = False
    moments: int = 0
    released: bool = False
    replay: dict[str, int] | None = None
    low_replay: dict[str, int] | None = None
    old: frozenset[str] = frozenset()

    @property
    def clerk(self) -> UserView:
        return self.world.users["clerk"]

    def write(self, verb: Callable[..., Any], *args: Any) -> Any:
        return self.world.work.write(verb, self.clerk, self.hearing_id, *args)


def clear(published: Published, source: list[Luma]) -> dict[str, int]:
    """How many frames each person's face was left clear in."""
    people = clear_by_person(published, source, range(len(source)))
    return {person: sum(like > CLEAR for _, like in seen) for person, seen in people.items()}


def low(ended: Ended) -> Published:
    """The rendition of 360 lines, at the size of the other."""
    return ended.published("low.m3u8").enlarged(1280, 720)


def take(world: World, folder: Path) -> None:
    """The journal's rows into the database, as the platform does."""
    world.take(read_rows(folder / "journal.jsonl"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    world = World.make(tmp_path_factory.mktemp("second") / "data")
    clip = world.settings.data / "clip.mp4"
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(SHORT)),
            *("-t", str(SECONDS), "-c", "copy", str(clip)),
        ],
        check=True,
        timeout=60,
    )
    hearing_id = world.hearing(replay_release="automatic")
    order = world.admit()
    assert isinstance(order, WorkerSpec)
    ended = Ended(
        world.settings.hearings / hearing_id,
        clip,
        finder=Blinded(),
        hearing_id=hearing_id,
        public=world.settings.public / hearing_id,
        master=world.settings.master_key,
    )
    published = ended.run()
    take(world, ended.folder)
    source = originals()
    told = Story(
        world, hearing_id, ended, source, clear(published, source), clear(low(ended), source)
    )
    look(told)
    settle(told)
    return told


def look(told: Story) -> None:
    """The second pass, before which nothing is released."""
    hearing = told.world.work.read(lambda s: shape.replay_open(s.get(Hearing, told.hearing_id)))
    told.released_by_policy = hearing
    pursue(told)
    try:
        told.write(publishing.release_replay, utc_now())
    except SecondPassOpen:
        told.refused = True
    told.moments = len(told.write(second_pass_desk.page, utc_now()).moments)


def pursue(told: Story) -> None:
    """Do what the platform asks the hearing's node to do."""
    now = utc_now()
    errands = told.world.work.read(second_pass_errands.errands, told.world.settings, now)
    assert [e.spec.hearing_id for e in errands if e.ask] == [told.hearing_id]
    SecondPass(errands[0].spec).run()
    take(told.world, told.ended.folder)


def settle(told: Story) -> None:
    """A person hides what was found; the replay is made anew and can go out."""
    for moment in told.write(second_pass_desk.page, utc_now()).moments:
        told.write(second_pass_judging.judge, moment.n, MomentVerdict.HIDE, utc_now())
    with pytest.raises(SecondPassOpen):  # ordered, but not made anew yet
        told.write(publishing.release_replay, utc_now())
    pursue(told)
    told.write(publishing.release_replay, utc_now())
    told.released = True
    told.replay = clear(told.ended.published(), told.source)
    told.low_replay = clear(low(told.ended), told.source)
    grant = told.world.work.read(media.media_grant, told.hearing_id, utc_now())
    told.old = grant.replaced


def test_the_blinded_first_pass_left_one_face_bare(story: Story) -> None:
    assert story.aired[LEFT_BARE] > 100
    assert {p: n for p, n in story.aired.items() if n and p != LEFT_BARE} == {}
    assert story.low_aired[LEFT_BARE] > 100
    assert {p: n for p, n in story.low_aired.items() if n and p != LEFT_BARE} == {}


def test_the_replay_is_not_released_before_the_second_look_is_settled(story: Story) -> None:
    assert not story.released_by_policy
    assert story.refused
    assert story.moments >= 1


def test_the_list_names_the_moment_the_place_and_why(story: Story) -> None:
    rows = [row.body for row in story.ended.rows(RowKind.MOMENT)]
    assert {row["why"] for row in rows} <= {"not_hidden", "exposed_at_cut"}
    for row in rows:
        x, y, w, h = row["box"]
        assert 980 < x + w / 2 < 1110 and 300 < y + h / 2 < 430
        assert row["visible"] > 0.8
        image = story.ended.folder / "secondpass" / row["image"]
        assert image.read_bytes()[:2] == b"\xff\xd8"
    assert max(row["end"] for row in rows) - min(row["start"] for row in rows) > 4e9


def test_what_a_person_hides_is_hidden_in_the_replays_pixels(story: Story) -> None:
    assert story.released and story.replay is not None
    assert {person: n for person, n in story.replay.items() if n} == {}
    assert story.low_replay is not None and not any(story.low_replay.values())
    published = story.ended.published()
    assert len(published.frames) >= SECONDS * 25 - 10
    assert published.rms(1, SECONDS - 1) > 0.001  # the sound is there as before


def test_the_files_with_the_bare_face_are_gone_and_never_served_again(story: Story) -> None:
    live = story.ended.public / "live"
    lists = [p.read_text(encoding="utf-8") for p in live.glob("*.m3u8")]
    assert story.old and not any(name in text for name in story.old for text in lists)
    assert {name[:3] for name in story.old} == {"seg", "low"}
    breaks = {text.count("#EXT-X-DISCONTINUITY\n") for text in lists if "#EXTINF" in text}
    assert len(breaks) == 1
    assert not any((live / name).exists() for name in story.old)
    name = next(iter(story.old))
    (live / name).write_bytes(b"as if it had been kept in memory")
    with site(story.world) as client:
        assert client.get(f"/media/{story.hearing_id}/live/{name}").status_code == 404
        shown = client.get(f"/media/{story.hearing_id}/live/index.m3u8")
        assert shown.status_code == 200
    (live / name).unlink()


def test_the_record_and_the_audit_chain_say_who_hid_it(story: Story) -> None:
    hidden = [r.body for r in story.ended.rows(RowKind.REDACTION) if r.body["reason"] == "REVIEW"]
    assert {row["by"] for row in hidden} == {story.clerk.id}
    acts = story.world.work.read(audit.entries, story.hearing_id, 100)
    assert {"second_pass_seen", "moment_judged", "publication"} <= {act.action for act in acts}


def test_a_moments_picture_is_for_those_who_may_release_and_each_look_is_on_record(
    story: Story,
) -> None:
    address = f"/staff/hearings/{story.hearing_id}/moments/1.jpg?large"
    with site(story.world) as client:
        assert client.get(address, follow_redirects=False).status_code in {303, 401}
        api_sign_in(client, "far")
        assert client.get(address).status_code == 403
    with site(story.world) as client:
        api_sign_in(client, "clerk")
        answer = client.get(address)
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        page = client.get(f"/staff/hearings/{story.hearing_id}/moments")
        assert "已在录播中遮蔽" in page.text
    acts = story.world.work.read(audit.entries, story.hearing_id, 100)
    assert [act.detail for act in acts if act.action == "moment_seen"] == [{"moment": 1}]


def test_nobody_undoes_what_is_hidden_and_a_sound_pass_is_not_waived(story: Story) -> None:
    with pytest.raises(Conflict):
        story.write(second_pass_judging.judge, 1, MomentVerdict.HARMLESS, utc_now())
    with pytest.raises(Conflict):
        story.write(second_pass_judging.waive, "来不及复核", utc_now())
    with pytest.raises(Forbidden):
        story.world.work.write(
            second_pass_judging.judge,
            story.world.users["far"],
            story.hearing_id,
            1,
            MomentVerdict.HIDE,
            utc_now() + timedelta(seconds=1),
        )
