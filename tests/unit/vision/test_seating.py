from __future__ import annotations

from dataclasses import replace

import numpy as np

from courtstream.domain.redaction import Box, Reason
from courtstream.domain.time import SECOND, MediaTime
from courtstream.domain.zones import (
    Crossing,
    Seat,
    Treatment,
    View,
    Why,
    Zone,
    ZoneMap,
    rectangle,
)
from media_workers.runtime.items import FaceBox, FacesAt, Picture
from media_workers.runtime.zones import LiveZones
from media_workers.vision.seating import WHOLE_TRACK, Seating, tightened
from media_workers.vision.views import ROWS, cells, shows, signature

WIDTH, HEIGHT = 640, 360
SIZE = (WIDTH, HEIGHT)
FRAME = SECOND // 25
BENCH = Zone("bench", Seat.BENCH, Treatment.SHOW, rectangle(0.4, 0.1, 0.2, 0.3))
GALLERY = Zone("gallery", Seat.GALLERY, Treatment.HIDE, rectangle(0.0, 0.6, 1.0, 0.4))
WITNESS = Zone("witness", Seat.WITNESS, Treatment.FIGURE, rectangle(0.7, 0.3, 0.15, 0.3))
JUDGE = Box(300, 70, 30, 40)
VIEWER = Box(300, 260, 30, 40)
FAR = Box(30, 40, 30, 40)


def background(view: int) -> np.ndarray:
    """A luma plane with a look of its own."""
    random = np.random.default_rng(view)
    coarse = random.integers(30, 220, (ROWS // 2, 16)).astype(np.uint8)
    return np.kron(coarse, np.ones((HEIGHT // (ROWS // 2), WIDTH // 16), np.uint8))


def picture(n: int, view: int = 0, patch: Box | None = None) -> Picture:
    i420 = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    i420[:HEIGHT] = background(view)
    if patch is not None:
        x, y, w, h = (int(v) for v in (patch.x, patch.y, patch.w, patch.h))
        i420[y : y + h, x : x + w] = 255 - i420[y : y + h, x : x + w]
    return Picture(n * FRAME, i420, n)


def zones(*more: Zone, crossing: Crossing = Crossing.STAY, view: int = 0) -> ZoneMap:
    looks = signature(background(view))
    return ZoneMap((View("main", (BENCH, GALLERY, *more), looks),), crossing)


class Court:
    """A seating fed with pictures 25 frames ahead of what it is asked to judge."""

    def __init__(self, known: ZoneMap | None) -> None:
        self.live = LiveZones(known)
        self.seating = Seating(self.live)
        self.n = self.seen = 0
        self.view = 0
        self.patch: Box | None = None

    def frame(self, *faces: tuple[int, Box], cut: bool = False) -> FacesAt:
        """Judge the next frame; the pictures after it are known already."""
        while self.seen <= self.n + 25:
            self.seating.see(picture(self.seen, self.view, self.patch))
            self.seen += 1
        boxes = tuple(FaceBox(box, track, 0.9) for track, box in faces)
        answer = self.seating.judge(FacesAt(self.n * FRAME, self.n, boxes, cut))
        self.n += 1
        return answer

    def frames(self, count: int, *faces: tuple[int, Box]) -> FacesAt:
        for _ in range(count - 1):
            self.frame(*faces)
        return self.frame(*faces)


def whys(answer: FacesAt) -> dict[int, str]:
    return {face.track: face.why for face in answer.faces}


def test_without_a_map_every_face_is_hidden() -> None:
    answer = Court(None).frames(80, (1, JUDGE), (2, VIEWER))
    assert [face.track for face in answer.faces] == [1, 2]
    assert answer.bare == ()


def test_the_bench_is_shown_and_all_others_are_hidden_with_their_reasons() -> None:
    answer = Court(zones()).frames(80, (1, JUDGE), (2, VIEWER), (3, FAR))
    assert [(face.track, face.zone) for face in answer.bare] == [(1, "bench")]
    assert whys(answer) == {2: Why.ZONE, 3: Why.OUTSIDE}
    assert answer.view == "main"


def test_a_face_that_walks_to_the_bench_stays_hidden() -> None:
    court = Court(zones())
    court.frames(60, (1, VIEWER))
    for step in range(1, 20):
        court.frame((1, replace(VIEWER, y=260 - step * 10)))
    assert whys(court.frames(150, (1, JUDGE))) == {1: Why.CROSSED}


def test_one_lost_on_the_way_to_the_bench_is_not_taken_for_a_judge() -> None:
    court = Court(zones())
    court.frames(60, (1, Box(300, 150, 30, 40)))
    court.frames(20)
    assert whys(court.frames(150, (2, JUDGE))) == {2: Why.CROSSED}


def test_a_judge_lost_for_a_moment_is_not_hidden_again() -> None:
    court = Court(zones())
    court.frames(80, (1, JUDGE))
    court.frames(30)
    assert [face.track for face in court.frame((2, JUDGE)).bare] == [2]


def test_when_the_view_changes_everything_is_hidden_until_it_is_back() -> None:
    court = Court(zones(WITNESS))
    assert court.frames(80, (1, JUDGE)).bare
    court.view, court.n = 1, court.seen
    away = court.frame((2, JUDGE), cut=True)
    assert whys(away) == {2: Why.VIEW, WHOLE_TRACK: Why.VIEW}
    assert away.faces[-1].reason is Reason.VIEW_UNKNOWN
    assert away.faces[-1].box == Box(0, 0, *SIZE)
    court.frames(30, (2, JUDGE))
    court.view, court.n = 0, court.seen
    assert [face.track for face in court.frame((3, JUDGE), cut=True).bare] == [3]


def test_without_covered_areas_an_unknown_view_hides_the_faces_only() -> None:
    court = Court(zones())
    court.view = 2
    assert whys(court.frames(80, (1, JUDGE))) == {1: Why.VIEW}


def test_the_frames_before_a_view_is_lost_are_hidden_already() -> None:
    court = Court(zones())
    court.frames(80, (1, JUDGE))
    court.view = 1
    court.seating.see(picture(court.seen, 1))
    court.seen += 1
    court.n = court.seen - 5
    assert whys(court.frame((1, JUDGE))) == {1: Why.VIEW}


def test_a_picture_laid_over_the_bench_is_not_the_view() -> None:
    court = Court(zones())
    court.patch = Box(250, 20, 160, 130)
    assert whys(court.frames(80, (1, JUDGE))) == {1: Why.VIEW}


def test_a_person_who_moves_does_not_make_another_view() -> None:
    known = zones().views[0]
    now = cells(picture(0, patch=Box(40, 200, 70, 110)).planes()[0])
    assert shows(known, cells(background(0)), now)


def test_a_protected_witness_is_hidden_whole_wherever_they_go() -> None:
    court = Court(zones(WITNESS))
    head = Box(470, 130, 30, 40)
    answer = court.frames(30, (1, head))
    areas = {face.track: face.box for face in answer.faces if face.reason is Reason.WITNESS}
    assert areas[1].h > 4 * head.h and areas[1].w > 3 * head.w  # the figure
    zone = areas[WHOLE_TRACK - 1 - 2]
    assert (zone.x, zone.w) == (448.0, 96.0)  # the zone itself, though nobody were found in it
    court.frame((1, Box(400, 130, 30, 40)))
    gone = court.frames(60, (1, JUDGE))
    assert gone.bare == ()
    assert any(f.track == 1 and f.reason is Reason.WITNESS for f in gone.faces)


def test_what_moves_out_of_the_witness_zone_is_hidden_with_it() -> None:
    court = Court(zones(WITNESS))
    still = court.frames(40)
    court.patch = Box(400, 150, 60, 40)  # an arm, from inside the zone to the left of it
    moving = court.frames(40)
    court.patch = None
    waved = [court.frame() for _ in range(30)]
    first = min(f.box.x for f in still.faces)
    assert min(f.box.x for answer in [moving, *waved] for f in answer.faces) < first - 30


def test_a_view_without_a_picture_counts_only_when_a_person_vouches_for_it() -> None:
    bare = ZoneMap((View("main", (BENCH, GALLERY)),))
    court = Court(bare)
    assert whys(court.frames(80, (1, JUDGE))) == {1: Why.VIEW}
    learned: list[str] = []
    court.live.on_learned = lambda view, looks: learned.append(view)
    assert court.live.confirm("main") and not court.live.confirm("other")
    court.frames(60, (1, JUDGE))
    assert [face.track for face in court.frames(60, (1, JUDGE)).bare] == [1]
    assert learned == ["main"]


def bare_frame(t: MediaTime = 0, why: Why = Why.SHOWN) -> FacesAt:
    judge = FaceBox(JUDGE, 1, 0.9, zone="bench", why=why)
    return FacesAt(t, 0, (FaceBox(VIEWER, 2, 0.9),), bare=(judge,), view="main", policy=1)


def test_a_stricter_map_hides_what_an_older_one_had_left_open() -> None:
    closed = ZoneMap((View("main", (replace(BENCH, treatment=Treatment.HIDE),)),))
    for wanted in (None, ZoneMap(), closed):
        now = tightened(bare_frame(), wanted, 2, SIZE)
        assert now.bare == () and {f.track for f in now.faces} == {1, 2}
        assert now.policy == 2
    same = tightened(bare_frame(), zones(), 2, SIZE)
    assert same.bare == bare_frame().bare
    assert tightened(bare_frame(why=Why.FOLLOWED), zones(), 2, SIZE).bare == ()


def test_a_screen_covered_now_is_covered_in_what_waits_to_air() -> None:
    screen = Zone("screen", Seat.SCREEN, Treatment.COVER, rectangle(0.1, 0.1, 0.1, 0.1))
    now = tightened(bare_frame(), zones(screen), 2, SIZE)
    assert Box(64, 36, 64, 36) in [face.box for face in now.faces]
    assert [f.track for f in now.bare] == [1]
    other = replace(bare_frame(), view="")
    whole = tightened(other, zones(screen), 2, SIZE)
    assert Box(0, 0, *SIZE) in [face.box for face in whole.faces]
