"""Who is hidden follows the seats, judged from the pixels that were published.

The courtroom's camera shows the room, then for two seconds something nearer, then the room again.
The bench is open; the defendant sits where a protected witness would; nobody else has a zone.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import imageio_ffmpeg
import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.redaction import Reason
from courtstream.domain.zones import Seat, Treatment, View, Why, Zone, ZoneMap, rectangle
from tests.support.ended import Ended
from tests.support.published import Published
from tests.support.rig import SHORT
from tests.support.truth import CLEAR, Luma, clear_by_person, detail_left

pytestmark = pytest.mark.skipif(not SHORT.exists(), reason="sample_media/short.mp4 is not there")

ROOM, NEAR, BACK = 125, 50, 75
"""Frames of each part."""
KNOWN = 58
"""The frame from which on the judge is known to sit on the bench: two seconds and a little."""
WITNESS = (990, 290, 120, 240)
OTHERS = {"bailiff", "gallery_far", "clerk", "plaintiff", "defendant"}


@dataclass(frozen=True)
class Aired:
    published: Published
    source: list[Luma]
    ended: Ended


def cut_clip(folder: Path) -> Path:
    """The sample, two seconds of a nearer view, the sample again."""
    media = folder / "cut.mp4"
    room, near, back = (
        f"[0:v]trim=start_frame={a}:end_frame={b},setpts=PTS-STARTPTS{extra}"
        for a, b, extra in (
            (0, ROOM, ""),
            (ROOM, ROOM + NEAR, ",crop=800:450:240:60,scale=1280:720"),
            (ROOM + NEAR, ROOM + NEAR + BACK, ""),
        )
    )
    graph = f"{room}[a];{near}[b];{back}[c];[a][b][c]concat=n=3[v]"
    subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(SHORT)),
            *("-filter_complex", graph, "-map", "[v]", "-map", "0:a", "-t", "10"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "16", "-pix_fmt", "yuv420p"),
            *("-threads", "1", "-c:a", "copy", str(media)),
        ],
        check=True,
        timeout=120,
    )
    return media


@pytest.fixture(scope="module")
def aired(tmp_path_factory: pytest.TempPathFactory) -> Aired:
    folder = tmp_path_factory.mktemp("seats")
    media = cut_clip(folder)
    x, y, w, h = WITNESS
    seats = (
        Zone("bench", Seat.BENCH, Treatment.SHOW, rectangle(0.40, 0.10, 0.20, 0.30)),
        Zone(
            "stand", Seat.WITNESS, Treatment.FIGURE, rectangle(x / 1280, y / 720, w / 1280, h / 720)
        ),
    )
    ended = Ended(folder / "hearing", media, zones=ZoneMap((View("room", seats, anchor="first"),)))
    published = ended.run()
    with av.open(str(media)) as container:
        source = [f.to_ndarray(format="yuv420p")[: f.height] for f in container.decode(video=0)]
    return Aired(published, source, ended)


def sample_frames(count: int) -> list[int]:
    near = range(ROOM, ROOM + NEAR)
    return [-1 if n in near else n for n in range(count)]


def test_the_bench_is_seen_and_nobody_else_is(aired: Aired) -> None:
    people = clear_by_person(aired.published, aired.source, sample_frames(len(aired.source)))
    assert set(people) == OTHERS | {"judge"}
    for person in OTHERS:
        assert [n for n, like in people[person] if like > CLEAR] == [], person
        assert len(people[person]) > 150
    judge = dict(people["judge"])
    room = [like > CLEAR for n, like in judge.items() if KNOWN <= n < ROOM - 12]
    assert len(room) > 40 and all(room)
    assert not any(like > CLEAR for n, like in judge.items() if n < 40)  # not known yet


def test_while_the_camera_shows_something_else_nothing_is_seen_of_it(aired: Aired) -> None:
    zero = aired.published.frames[0][0]
    looked = 0
    for t, frame in aired.published.frames:
        n = round((t - zero) * 25)
        if not ROOM <= n < ROOM + NEAR:
            continue
        luma = frame[: frame.shape[0] * 2 // 3]
        for box in ((560, 140, 160, 160), (100, 300, 300, 300), (800, 200, 300, 300)):
            looked += 1
            assert detail_left(luma, aired.source[n], box) < CLEAR
    assert looked > 100


def test_when_the_room_is_back_the_bench_is_seen_at_once(aired: Aired) -> None:
    people = clear_by_person(aired.published, aired.source, sample_frames(len(aired.source)))
    back = ROOM + NEAR
    judge = [like > CLEAR for n, like in people["judge"] if back + 2 <= n < back + BACK - 15]
    assert len(judge) > 40 and sum(judge) >= 0.9 * len(judge)


def test_a_protected_witness_is_hidden_whole(aired: Aired) -> None:
    body, other = (1010, 410, 80, 60), (200, 420, 80, 60)
    zero = aired.published.frames[0][0]
    for t, frame in aired.published.frames:
        n = round((t - zero) * 25)
        if n >= ROOM - 12:
            break
        luma = frame[: frame.shape[0] * 2 // 3]
        assert detail_left(luma, aired.source[n], body) < CLEAR
        if n % 25 == 10:  # the plaintiff's coat is nobody's secret: the check can tell
            assert detail_left(luma, aired.source[n], other) > CLEAR


def test_the_record_says_who_was_hidden_by_which_zone_and_who_was_not(aired: Aired) -> None:
    rows = [row.body for row in aired.ended.rows(RowKind.REDACTION)]
    assert {(r["kind"], r["reason"], r["zone"]) for r in rows if r["kind"] == "area"} >= {
        ("area", Reason.WITNESS, "stand"),
        ("area", Reason.VIEW_UNKNOWN, ""),
    }
    assert {r["why"] for r in rows if r["kind"] == "face"} >= {Why.OUTSIDE, Why.VIEW}
    shown = [row.body for row in aired.ended.rows(RowKind.SHOWN)]
    assert {(r["zone"], r["why"]) for r in shown} == {("bench", Why.SHOWN)}
