"""Face analysis with a scripted finder: order, look-ahead, filling, cuts, margins."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.errors import BrokenStream
from courtstream.domain.time import MILLISECOND, SECOND
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.canary import sane
from media_workers.vision.trace import MOST
from media_workers.vision.track import Seen, Track, margins

from .scripted import HEIGHT, WIDTH, Row, Scripted, analysed, covers, picture, time_of

FRAME = 40 * MILLISECOND
STILL: Row = (200.0, 100.0, 40.0, 50.0, 0.9)

rows = st.tuples(
    st.floats(-50, WIDTH + 50, width=32),
    st.floats(-50, HEIGHT + 50, width=32),
    st.floats(0, 300, width=32),
    st.floats(0, 300, width=32),
    st.floats(0.0, 1.0, width=32),
)


@settings(max_examples=60, deadline=None)
@given(
    seen=st.lists(st.lists(rows, max_size=6), min_size=1, max_size=70),
    fps=st.sampled_from([5.0, 12.5, 25.0, 30.0, 50.0]),
    cut=st.integers(0, 70),
)
def test_whatever_is_found_every_frame_gets_one_sane_answer_in_order(
    seen: list[list[Row]], fps: float, cut: int
) -> None:
    answers, _ = analysed(lambda i: seen[i], len(seen), fps, view=lambda i: int(i >= cut))
    assert [a.index for a in answers] == list(range(len(seen)))
    assert [a.t for a in answers] == [time_of(i, fps) for i in range(len(seen))]
    assert all(sane(answer, WIDTH, HEIGHT) for answer in answers)


def test_a_frame_is_answered_as_soon_as_a_second_of_look_ahead_is_there() -> None:
    analyser = FaceAnalyser(Scripted(lambda _: []))
    for index in range(60):
        given_now = [a.index for a in analyser.push(picture(index))]
        assert given_now == ([index - 25] if index >= 25 else [])
    assert [a.index for a in analyser.flush()] == list(range(35, 60))


@pytest.mark.parametrize("fps", [5.0, 25.0, 30.0, 50.0])
def test_at_any_frame_rate_a_look_comes_every_fifth_of_a_second(fps: float) -> None:
    _, finder = analysed(lambda _: [STILL], round(fps * 4), fps)
    assert 20 <= len(finder.looks) <= 24
    answers, _ = analysed(lambda _: [STILL], round(fps * 4), fps)
    assert all(covers(a, STILL) for a in answers)


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 60), gap=st.integers(1, 20))
def test_a_face_seen_twice_is_hidden_in_every_frame_between(first: int, gap: int) -> None:
    last = first + gap
    answers, finder = analysed(lambda i: [STILL] if i <= first or i >= last else [], 120)
    looked = [i for i, _ in finder.looks if i <= first or i >= last]
    start = min(looked)
    assert all(covers(a, STILL) for a in answers[start:])


@settings(max_examples=30, deadline=None)
@given(at=st.integers(30, 70).map(lambda i: i // 5 * 5))
def test_a_face_seen_once_is_hidden_for_six_frames_either_way(at: int) -> None:
    answers, finder = analysed(lambda i: [STILL] if i == at else [], 120)
    assert at in [i for i, _ in finder.looks]
    hidden = [a.index for a in answers if a.faces]
    assert hidden == list(range(at - 6, at + 7))
    assert all(covers(answers[i], STILL) for i in hidden)


@settings(max_examples=30, deadline=None)
@given(first=st.integers(27, 60), lasts=st.integers(6, 40))
def test_between_looks_close_ones_tell_the_frame_a_face_comes_and_goes(
    first: int, lasts: int
) -> None:
    """Six frames on either side of where it really was, wherever the looks happened to fall."""
    last = first + lasts
    answers, _ = analysed(lambda i: [STILL] if first <= i <= last else [], 140)
    assert [a.index for a in answers if a.faces] == list(range(first - 6, last + 7))


@settings(max_examples=20, deadline=None)
@given(pace=st.floats(17, 30), enters=st.integers(20, 40))
def test_somebody_who_runs_through_the_picture_is_hidden_from_edge_to_edge(
    pace: float, enters: int
) -> None:
    """Four widths between two looks: nobody would take it for one face without looking between."""

    def runner(i: int) -> list[Row]:
        x = -20.0 + pace * (i - enters)
        return [(x, 100.0, 40.0, 50.0, 0.9)] if i >= enters and x < WIDTH - 20 else []

    answers, _ = analysed(runner, enters + 60)
    shown = [a for a in answers if runner(a.index) and 0 <= runner(a.index)[0][0] <= WIDTH - 40]
    assert len(shown) > 10
    assert all(covers(a, runner(a.index)[0]) for a in shown)


def test_a_face_measured_short_once_is_hidden_as_those_before_and_after_say() -> None:
    track = Track(1)
    for n, (x, w) in enumerate([(100.0, 40.0), (108.0, 20.0), (104.0, 40.0)]):
        track.add(Seen(n * FRAME, x, 50.0, w, 50.0, 0.9))
    face = track.at(FRAME, [])
    assert face is not None and face.guessed == 0
    assert face.x - face.w / 2 <= 82 and face.x + face.w / 2 >= 122


def test_where_nothing_changes_outside_the_hidden_a_look_a_second_is_enough() -> None:
    answers, finder = analysed(lambda _: [STILL], 250, still=True)
    assert len(finder.looks) <= 14
    assert all(covers(a, STILL) for a in answers)


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(20, 80), seen_from=st.integers(0, 40))
def test_no_box_ever_crosses_a_cut(cut: int, seen_from: int) -> None:
    """What was seen only before a cut is not hidden after it, nor the other way round."""
    before, _ = analysed(lambda i: [STILL] if i < cut else [], 110, view=lambda i: int(i >= cut))
    assert all(not a.faces for a in before[cut:])
    assert all(covers(a, STILL) for a in before[:cut])
    after, _ = analysed(
        lambda i: [STILL] if i >= cut + seen_from else [], 130, view=lambda i: int(i >= cut)
    )
    assert all(not a.faces for a in after[:cut])
    assert after[cut].cut and not after[cut - 1].cut


def test_the_first_frame_after_a_cut_is_looked_at_and_its_face_hidden_there() -> None:
    answers, finder = analysed(
        lambda i: [STILL] if i >= 33 else [], 80, view=lambda i: int(i >= 33)
    )
    assert 33 in [i for i, _ in finder.looks]
    assert covers(answers[33], STILL)


def test_a_hole_in_time_parts_like_a_cut() -> None:
    analyser = FaceAnalyser(Scripted(lambda i: [STILL] if i < 40 else []))
    answers = []
    for index in range(80):
        p = picture(index, 25.0)
        late = 5 * SECOND if index >= 40 else 0
        answers += analyser.push(type(p)(p.t + late, p.i420, index))
    answers += analyser.flush()
    assert all(covers(a, STILL) for a in answers[:40])
    assert all(not a.faces for a in answers[40:])


def test_a_doubtful_face_is_hidden_only_once_it_has_been_sure() -> None:
    doubtful: Row = (*STILL[:4], 0.5)
    answers, _ = analysed(lambda i: [doubtful], 60)
    assert not any(a.faces for a in answers)
    answers, _ = analysed(lambda i: [STILL if i == 50 else doubtful], 80)
    assert all(covers(a, STILL) for a in answers[25:])


def test_a_known_face_is_followed_at_scores_that_would_not_start_one() -> None:
    faint: Row = (*STILL[:4], 0.32)
    answers, _ = analysed(lambda i: [STILL if i == 0 else faint], 100)
    assert all(covers(a, STILL) for a in answers)


@pytest.mark.parametrize("pace", [1.0, 4.0, 9.0, 16.0])
def test_a_walking_face_is_hidden_all_the_way(pace: float) -> None:
    """Up to 16 px a frame at 40 px of width: two widths between two usual looks."""

    def walker(i: int) -> list[Row]:
        return [(10.0 + pace * i, 100.0, 40.0, 50.0, 0.9)]

    frames = min(100, int(580 / pace))
    answers, _ = analysed(walker, frames)
    bare = [a.index for a in answers if not covers(a, walker(a.index)[0])]
    assert bare == []


def test_two_people_side_by_side_stay_two() -> None:
    a, b = (100.0, 100.0, 40.0, 50.0, 0.9), (160.0, 100.0, 40.0, 50.0, 0.85)
    answers, _ = analysed(lambda i: [a, b] if i % 10 else [b, a], 60)
    tracks = {f.track for answer in answers for f in answer.faces}
    assert len(tracks) == 2
    assert all(covers(x, a) and covers(x, b) for x in answers)


def test_margins_grow_with_guessing_and_doubt_and_with_small_faces() -> None:
    sure = Seen(0, 300, 200, 40, 50, 0.9)
    across, down = margins(sure, 1.0)
    assert 0.1 * 40 <= across <= 0.2 * 40 and 0.1 * 50 <= down <= 0.25 * 50
    for worse in (sure._replace(guessed=6 * FRAME), sure._replace(score=0.5)):
        assert margins(worse, 1.0) > (across, down)
    tiny = margins(sure._replace(w=14, h=18), 1.0)
    assert tiny[0] / 14 > across / 40 and tiny[1] / 18 > down / 50


def test_a_doubtful_face_gets_more_margin_than_a_sure_one() -> None:
    sure, _ = analysed(lambda _: [STILL], 60)
    unsure, _ = analysed(lambda i: [(*STILL[:4], 0.9 if i == 0 else 0.45)], 60)
    assert unsure[40].faces[0].box.w > sure[40].faces[0].box.w


def test_a_box_holds_still_while_its_face_trembles() -> None:
    """A patch that trembles costs more than the face, and every shift is another sample of it."""

    def trembling(i: int) -> list[Row]:
        x, y, w, h, score = STILL
        return [(x + i * 7 % 3 - 1, y + i * 5 % 3 - 1, w, h, score)]

    answers, _ = analysed(trembling, 200)
    boxes = [a.faces[0].box for a in answers]
    moves = sum(a != b for a, b in itertools.pairwise(boxes))
    assert moves <= 10
    assert all(covers(a, trembling(a.index)[0]) for a in answers)


HALF: Row = (-20.0, 100.0, 40.0, 50.0, 0.8)


@settings(max_examples=20, deadline=None)
@given(comes=st.integers(0, 60))
def test_who_stands_half_in_the_picture_is_hidden_from_where_they_came(comes: int) -> None:
    """The usual looks never find them; one at the edges each second does, and says since when."""
    answers, finder = analysed(lambda _: [], 120, halves=lambda i: [HALF] if i >= comes else [])
    seen: Row = (0.0, HALF[1], HALF[0] + HALF[2], HALF[3], HALF[4])
    assert all(covers(a, seen) for a in answers[comes:])
    assert all(not a.faces for a in answers[: max(0, comes - 6)])
    assert len(finder.edge_looks) <= 6


def test_a_flickering_picture_does_not_multiply_the_cost() -> None:
    _, finder = analysed(lambda _: [], 100, view=lambda i: i)
    assert len(finder.looks) <= 105
    assert sum(width > 640 for _, width in finder.looks) <= 21


def test_a_picture_full_of_doubts_has_a_bounded_cost() -> None:
    """Forty faces that are found at every second look only."""
    crowd: list[Row] = [
        (20.0 + 60 * (n % 10), 20.0 + 60 * (n // 10), 20.0, 25.0, 0.9) for n in range(40)
    ]
    _, finder = analysed(lambda i: crowd if i // 5 % 2 else [], 100)
    assert len(finder.close_looks) <= MOST * len(finder.looks)
    assert max(finder.close_looks.count(i) for i in range(100)) <= 2 * MOST


def test_time_that_does_not_rise_is_refused() -> None:
    analyser = FaceAnalyser(Scripted(lambda _: []))
    list(analyser.push(picture(3)))
    with pytest.raises(BrokenStream):
        analyser.push(picture(3))


def test_an_empty_stream_gives_nothing() -> None:
    assert list(FaceAnalyser(Scripted(lambda _: [])).flush()) == []
