"""Promise: a recording brought after its hearing is sealed and redacted like any other, waits for a
person's release, and never counts as a broadcast; a clock that does not fit is told to people.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from courtstream.control.protocol import LateSpec, RowKind
from courtstream.domain.errors import (
    BrokenStream,
    Conflict,
    CourtstreamError,
    DiskPressure,
    FileChanged,
    FileTooLarge,
    Forbidden,
    InvalidInput,
    NoVideoTrack,
    RecordingPresent,
    SecondPassOpen,
    UnsupportedContainer,
)
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key, verify
from courtstream.services.people import audit
from courtstream.services.publication import media, publishing
from courtstream.services.sealed import late_files, late_rows, late_uploads, sealing
from courtstream.services.sealed.late_uploads import Intake, Probed
from courtstream.services.second_pass import errands
from courtstream.services.supervision import monthly
from courtstream.settings import LateSettings
from courtstream.store.tables import Hearing, LateState, Notice, SittingFact
from media_workers.late.work import LateRecording
from media_workers.recheck.job import SecondPass
from media_workers.runtime.journal import read_rows
from tests.support.platform import NOW, SECOND, World, site
from tests.support.published import Published, likeness, read
from tests.support.rig import SHORT, PromptSpeech
from tests.support.truth import CLEAR, clear_by_person, originals

pytestmark = pytest.mark.skipif(not SHORT.exists(), reason="sample_media/short.mp4 is not there")

SECONDS = 5
MORNING = NOW + timedelta(days=1)
BEGAN = NOW + timedelta(minutes=7)
PLENTY = 1 << 50


def clip(path: Path, *how: str, seconds: int = SECONDS, clock: datetime | None = BEGAN) -> Path:
    """The recorder's file: the sample's beginning, with the recorder's clock in it."""
    stamp = () if clock is None else ("-metadata", f"creation_time={clock.isoformat()}")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(SHORT))
    given = how or ("-c", "copy")
    subprocess.run(
        [*command, "-t", str(seconds), *given, *stamp, str(path)], check=True, timeout=60
    )
    return path


@dataclass
class Late:
    """One hearing nobody saw, and whoever brings its recording."""

    world: World
    hearing_id: str
    login: str = "clerk"
    notes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, **changes: Any) -> Late:
        world = World.make(folder / "data")
        return cls(world, world.hearing(**changes))

    @property
    def folder(self) -> Path:
        return self.world.settings.hearings / self.hearing_id

    @property
    def public(self) -> Path:
        return self.world.settings.public / self.hearing_id

    def begin(self, size: int, free: int = PLENTY, now: datetime = MORNING, **how: Any) -> Intake:
        given = {"began": None, "why": "法院专线中断", **how}
        return self.world.work.write(
            late_uploads.begin, self.world.users[self.login], self.hearing_id,
            self.world.settings, size=size, free=free, now=now, **given,
        )  # fmt: skip

    def bring(self, file: Path, **how: Any) -> Probed:
        """Everything up to the moment when the platform has taken it in."""
        intake = self.begin(file.stat().st_size, **how)
        data, at = file.read_bytes(), 0
        while at < len(data):
            at = late_files.take(intake, at, data[at : at + 100_000])
        found = late_files.probed(intake)
        person = self.world.users[self.login]
        self.world.work.write(late_uploads.accept, person, intake.id, found, "n1", MORNING)
        return found

    def order(self) -> Any:
        found = self.world.work.read(errands.errands, self.world.settings, MORNING)
        assert [e.spec.hearing_id for e in found if e.ask] == [self.hearing_id]
        return found[0].spec

    def work(self) -> None:
        """What the hearing's node does, and what the platform hears of it."""
        spec = self.order()
        assert isinstance(spec.late, LateSpec)
        try:
            LateRecording(spec, spec.late, PromptSpeech).run()
        finally:
            self.world.take(read_rows(self.folder / "journal.jsonl"))

    def second_pass(self) -> None:
        spec = self.order()
        assert spec.late is None
        SecondPass(spec).run()
        self.world.take(read_rows(self.folder / "journal.jsonl"))

    def state(self) -> LateState:
        row = self.world.work.read(late_rows.latest, self.hearing_id)
        assert row is not None
        return row.state

    def fact(self) -> SittingFact:
        return self.world.work.read(lambda s: s.get_one(SittingFact, self.hearing_id))

    def release(self) -> None:
        clerk = self.world.users["clerk"]
        self.world.work.write(publishing.release_replay, clerk, self.hearing_id, MORNING)

    def served(self) -> int:
        with site(self.world) as client:
            return int(client.get(f"/media/{self.hearing_id}/live/index.m3u8").status_code)

    def findings(self) -> list[Notice]:
        self.world.work.write(monthly.run, "2026-11", MORNING)
        return self.world.work.read(
            lambda s: list(s.query(Notice).filter(Notice.code == "OLD_CLOCK"))
        )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Late:
    """The whole way; what can be seen on it is noted where it can be seen."""
    folder = tmp_path_factory.mktemp("late")
    late = Late.make(folder, replay_release="automatic")
    file = clip(folder / "recorder.mp4")
    late.notes["brought"] = late.bring(file)
    late.notes["waiting"] = (late.state(), late.served())
    late.work()
    late.notes["worked"] = (late.state(), late.served())
    late.notes["before"] = outcome(late.release)
    late.second_pass()
    late.notes["looked"] = late.served()
    late.release()
    late.notes["released"] = late.served()
    late.notes["file"] = file
    return late


def outcome(verb: Callable[[], None]) -> type[CourtstreamError] | None:
    try:
        verb()
    except CourtstreamError as error:
        return type(error)
    return None


def test_it_becomes_the_sealed_original_and_the_file_is_gone(story: Late) -> None:
    master = load_or_create_master_key(story.world.settings.master_key)
    sealed = story.folder / "sealed"
    report = verify(sealed, hearing_key(sealed, master))
    assert report.ok and not report.gaps
    reader = SealReader(sealed, hearing_key(sealed, master))
    media = b"".join(piece for part in reader.parts for piece in reader.clear(part))
    assert len(media) > 0.9 * story.notes["file"].stat().st_size
    assert list((story.folder / "late").iterdir()) == []


def test_the_log_sheet_shows_when_it_was_recorded(story: Late) -> None:
    office = story.world.users["office"]
    sheet = story.world.work.read(sealing.log_sheet, office, story.hearing_id, ())
    assert [s.start for s in sheet.recorded] == [BEGAN]
    assert sheet.recorded[0].seconds == pytest.approx(SECONDS, abs=0.2)


def test_nothing_is_public_before_the_second_look_and_a_persons_word(story: Late) -> None:
    assert story.notes["waiting"] == (LateState.WAITING, 404)
    assert story.notes["worked"] == (LateState.DONE, 404)
    assert story.notes["before"] is SecondPassOpen
    assert story.notes["looked"] == 404  # though the hearing's policy releases replays by itself
    assert story.notes["released"] == 200


def test_the_replay_hides_faces_and_keeps_the_sound(story: Late) -> None:
    published = read(story.public / "live")
    source = originals()
    seen = clear_by_person(published, source, range(len(source)))
    clear = {p: sum(like > CLEAR for _, like in frames) for p, frames in seen.items()}
    assert clear and not any(clear.values())
    assert min(likeness(published, story.notes["file"], [(1.0, 2.5), (3.0, 4.5)])) > 0.95


def test_every_step_is_in_the_audit_chain(story: Late) -> None:
    acts = story.world.work.read(audit.entries, story.hearing_id, 100)
    assert {"late_begun", "late_taken", "late_worked", "publication"} <= {a.action for a in acts}
    assert story.notes["brought"].sha256 in json.dumps([str(a.detail) for a in acts])


def test_it_is_recorded_but_never_a_broadcast(story: Late) -> None:
    fact = story.fact()
    assert (fact.held, fact.eligible, fact.recorded) == (1, 1, 1)
    assert (fact.broadcast, fact.valid, fact.timed) == (0, 0, 0)
    assert (fact.silent, fact.reasoned, fact.reason) == (1, 1, "BROUGHT_LATE")


def test_a_clock_that_fits_is_no_finding(story: Late) -> None:
    assert story.findings() == []


def test_a_second_recording_is_refused(story: Late) -> None:
    with pytest.raises(RecordingPresent):
        story.begin(1000)


def test_a_process_that_was_killed_goes_on_where_it_had_got_to(tmp_path: Path) -> None:
    late = Late.make(tmp_path)
    late.bring(clip(tmp_path / "r.mkv", "-c", "copy", seconds=6))
    spec = late.order()
    LateRecording(spec, spec.late, PromptSpeech).run()
    path = late.folder / "journal.jsonl"
    whole = read(late.public / "live")
    lines = path.read_bytes().splitlines(keepends=True)
    kinds = [json.loads(line)["kind"] for line in lines]
    second = [n for n, kind in enumerate(kinds) if kind == "segment"][1]
    path.write_bytes(b"".join(lines[: second + 1]) + b'{"torn')
    LateRecording(spec, spec.late, PromptSpeech).run()
    rows = list(read_rows(path))
    spans = [(r.body["start"], r.body["end"]) for r in rows if r.kind is RowKind.SEGMENT]
    gaps = [(b[0] - a[1]) / SECOND for a, b in pairwise(spans)]
    assert len(spans) >= 3 and max(map(abs, gaps)) < 0.04
    resumed = read(late.public / "live")
    assert frames(resumed) == pytest.approx(frames(whole), abs=2)
    late.world.take(rows)
    assert late.state() is LateState.DONE


def frames(published: Published) -> int:
    return len(published.frames)


def test_transport_streams_and_pictures_out_of_order_are_taken(tmp_path: Path) -> None:
    late = Late.make(tmp_path)
    encoder = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "copy")
    found = late.bring(clip(tmp_path / "r.ts", *encoder, seconds=3, clock=None))
    assert found.clock is None
    late.work()
    published = read(late.public / "live")
    assert len(published.frames) == pytest.approx(75, abs=3)
    assert min(likeness(published, tmp_path / "r.ts", [(0.5, 2.0)])) > 0.95
    assert late.findings() == []  # no clock says nothing


def test_what_the_law_closes_is_sealed_and_nothing_more(tmp_path: Path) -> None:
    late = Late.make(tmp_path, public=False)
    late.bring(clip(tmp_path / "r.mp4", seconds=3))
    late.work()
    assert late.state() is LateState.DONE
    assert verify(late.folder / "sealed").ok and not late.public.exists()
    assert late.fact().recorded == 1


@pytest.mark.parametrize(
    ("clock", "older"),
    [
        (NOW - timedelta(days=400), True),
        (NOW + timedelta(hours=20), False),
    ],
)
def test_a_clock_that_does_not_fit_is_a_finding_for_a_person(
    tmp_path: Path, clock: datetime, older: bool
) -> None:
    late = Late.make(tmp_path)
    late.bring(clip(tmp_path / "r.mp4", seconds=3, clock=clock))
    [notice] = late.findings()
    assert (notice.subject_id, notice.state.value) == (late.hearing_id, "detected")
    assert (notice.facts["minutes"] < -60 * 24 * 399) if older else notice.facts["minutes"] > 60
    assert late.state() is LateState.WAITING  # told, never refused for it


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n" * 50, UnsupportedContainer),
        ("noise.mkv", b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 400, BrokenStream),
        ("noise.mp4", b"\0\0\0\x20ftypisom" + bytes(range(256)) * 400, BrokenStream),
        ("noise.ts", (b"\x47" + bytes(187)) * 2000, BrokenStream),
        ("page.html", b"<html>" * 100, UnsupportedContainer),
    ],
)
def test_what_is_no_recording_is_refused_and_nothing_has_happened(
    tmp_path: Path, name: str, data: bytes, error: type[CourtstreamError]
) -> None:
    late = Late.make(tmp_path)
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises((error, NoVideoTrack)):
        late.bring(file)
    assert late.world.state(late.hearing_id) == "scheduled"
    assert late.fact().held == 0


def test_a_recording_without_a_picture_is_refused(tmp_path: Path) -> None:
    late = Late.make(tmp_path)
    with pytest.raises(NoVideoTrack):
        late.bring(clip(tmp_path / "r.mkv", "-vn", "-c:a", "copy"))


def test_sizes_times_and_states_are_asked_before_a_byte_is_taken(tmp_path: Path) -> None:
    late = Late.make(tmp_path)
    late.world.settings.late = LateSettings(most_gb=0.001)
    with pytest.raises(FileTooLarge):
        late.begin(2_000_000)
    with pytest.raises(DiskPressure):
        late.begin(1000, free=1 << 20)
    with pytest.raises(InvalidInput):
        late.begin(1000, why=" ")
    with pytest.raises(Conflict):
        late.begin(1000, now=NOW)  # it has not begun
    late.world.change(late.hearing_id, scheduled_start=MORNING - timedelta(seconds=2))
    with pytest.raises(InvalidInput):  # it would end in the future
        late.bring(clip(tmp_path / "r.mp4", clock=None))


def test_pieces_come_in_order_and_an_upload_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    late = Late.make(tmp_path)
    data = clip(tmp_path / "r.mp4", seconds=3).read_bytes()
    intake = late.begin(len(data))
    assert late_files.take(intake, 0, data[:1000]) == 1000
    with pytest.raises(FileChanged):
        late_files.take(intake, 2000, data[2000:3000])
    with pytest.raises(FileChanged):
        late_files.probed(intake)
    again = late.begin(len(data))
    assert again.id == intake.id and late_files.have(again) == 1000
    assert late_files.take(again, 0, data[:1000]) == 1000  # the answer was lost on the way
    with pytest.raises(FileChanged):
        late_files.take(again, 1000, data[1000:] + b"more")
    assert late.begin(len(data) + 5).id != intake.id


@pytest.mark.parametrize("login", ["judge", "judge2", "far"])
def test_judges_and_other_courts_bring_nothing(tmp_path: Path, login: str) -> None:
    late = Late.make(tmp_path)
    late.login = login
    with pytest.raises(Forbidden):
        late.begin(1000)


def test_nothing_of_it_is_granted_before_release(story: Late, tmp_path: Path) -> None:
    late = Late.make(tmp_path)
    late.bring(clip(tmp_path / "r.mp4", seconds=3))
    grant = late.world.work.read(media.media_grant, late.hearing_id, MORNING)
    assert not (grant.live or grant.replay)
    assert late.world.work.read(lambda s: s.get_one(Hearing, late.hearing_id).wall_zero) is None
