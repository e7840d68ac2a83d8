from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from courtstream.control.protocol import HideOrder, JournalRow, RowKind
from courtstream.domain.redaction import Box
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.recheck.moments import BEFORE, Moment, MomentWhy, hidden_at, joined
from media_workers.recheck.record import Record
from media_workers.recheck.remake import Wanted
from media_workers.recheck.scan import Scan, detail_left
from media_workers.recheck.shelf import replaced_in
from media_workers.runtime.items import Picture
from media_workers.runtime.published import Published
from media_workers.vision.detect import Found
from tests.unit.vision.test_seating import HEIGHT, WIDTH, background

FACE = Box(100, 100, 60, 72)
FRAME = SECOND // 25


def row(kind: RowKind, /, **body: Any) -> JournalRow:
    return JournalRow(hearing_id="h", seq=1, epoch=1, at="", kind=kind, body=body)


def boxes(start: int, end: int, kind: RowKind = RowKind.REDACTION) -> JournalRow:
    """The face hidden (or shown) from one frame to another."""
    path = [[n * FRAME, 90, 90, 80, 92] for n in range(start, end, 5)]
    return row(kind, kind="face", start=start * FRAME, end=end * FRAME, path=path)


def segments(count: int) -> list[JournalRow]:
    return [
        row(RowKind.SEGMENT, n=n, uri=f"s{n}", init="i", start=2 * n * SECOND,
            end=2 * (n + 1) * SECOND)
        for n in range(count)
    ]  # fmt: skip


def picture(n: int, *, hidden: bool = False, view: int = 0) -> Picture:
    """A picture with a face full of detail, or with a flat box instead."""
    i420 = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    i420[:HEIGHT] = background(view)
    face = np.random.default_rng(5).integers(20, 230, (18, 15)).astype(np.uint8)
    part = i420[100:172, 100:160]
    part[:] = 120 if hidden else np.kron(face, np.ones((4, 4), np.uint8))
    return Picture(n * FRAME, i420, n)


class Finder:
    """Finds the one face in every picture."""

    def find(self, i420: Any, width: int) -> Found:
        return np.array([[FACE.x, FACE.y, FACE.w, FACE.h, 0.8]], np.float32)

    def edges(self, i420: Any) -> Found:
        return np.zeros((0, 5), np.float32)


class Film:
    """What was published: hidden in the frames `hide` names, another view from `cut` on."""

    def __init__(self, hide: range | list[int], cut: int = 10_000) -> None:
        self.hide, self.cut = hide, cut

    def at(self, segment: Published, t: MediaTime) -> Picture:
        n = t // FRAME
        return picture(n, hidden=n in self.hide, view=int(n >= self.cut))

    def first(self, segment: Published) -> Picture:
        return picture(segment.span.start // FRAME)


def scanned(rows: list[JournalRow], film: Film, frames: int = 100) -> list[Moment]:
    scan = Scan(Finder(), Record.of([*segments(frames // 50), *rows]), film)  # type: ignore[arg-type]
    for n in range(frames):
        scan.push(picture(n, view=int(n >= film.cut)))
    return scan.finish()


def test_what_was_hidden_all_the_time_asks_for_nobody() -> None:
    assert scanned([boxes(0, 100)], Film(range(100))) == []


def test_a_face_nobody_hid_is_one_moment_with_its_way() -> None:
    (moment,) = scanned([], Film([]))
    assert moment.why is MomentWhy.NOT_HIDDEN
    assert moment.span.start <= 2 * FRAME and moment.span.end >= 97 * FRAME
    assert moment.box == FACE and moment.visible > 0.9
    assert moment.jpeg[:2] == b"\xff\xd8"


def test_a_short_gap_in_the_hiding_is_a_flicker() -> None:
    hidden = [n for n in range(100) if not 50 <= n < 58]
    found = scanned([boxes(0, 50), boxes(58, 100)], Film(hidden))
    assert [m.why for m in found] == [MomentWhy.FLICKER]


def test_one_left_bare_where_the_camera_cut_is_told_as_such() -> None:
    hidden = [n for n in range(100) if not 50 <= n < 58]
    found = scanned([boxes(0, 50), boxes(58, 100)], Film(hidden, cut=50))
    assert [m.why for m in found] == [MomentWhy.AT_CUT]


def test_pixels_count_for_more_than_the_record() -> None:
    assert scanned([], Film(range(100))) == []  # not in the record, but hidden all the same
    found = scanned([boxes(0, 100)], Film([]))  # in the record, and yet to be seen
    assert [m.why for m in found] == [MomentWhy.NOT_HIDDEN]


def test_who_was_left_visible_on_purpose_and_what_was_closed_asks_for_nobody() -> None:
    assert scanned([boxes(0, 100, RowKind.SHOWN)], Film([])) == []
    whole = row(RowKind.REDACTION, kind="whole_picture", start=0, end=4 * SECOND)
    assert scanned([whole], Film([])) == []


def test_a_published_stretch_without_an_original_is_not_passed_over() -> None:
    scan = Scan(Finder(), Record.of(segments(2)), Film(range(100)))  # type: ignore[arg-type]
    for n in range(50):
        scan.push(picture(n))
    assert [(m.why, m.span.start) for m in scan.finish()] == [(MomentWhy.UNCHECKED, 2 * SECOND)]


def test_a_face_too_flat_to_compare_counts_as_visible() -> None:
    flat = picture(0, hidden=True)
    assert detail_left(flat, flat, FACE) == 1.0
    assert detail_left(picture(0), picture(0), Box(0, 0, 3, 3)) == 1.0


def test_moments_of_one_place_are_one() -> None:
    def moment(start: float, x: float) -> Moment:
        at = int(start * SECOND)
        box = Box(x, 0, 40, 40)
        return Moment(MomentWhy.NOT_HIDDEN, [(at, box), (at + SECOND, box)], 0.8, 0.9, box=box)

    found = joined([moment(20, 0), moment(0, 0), moment(5, 10), moment(0, 300)])
    assert [m.span.start for m in found] == [0, 0, 20 * SECOND]
    assert found[0].span.end >= 6 * SECOND


@pytest.mark.parametrize("t", [0.6, 1.0, 1.5, 2.0, 2.4])
def test_a_hiding_covers_the_face_with_a_margin_before_and_after(t: float) -> None:
    path = [(SECOND, FACE), (2 * SECOND, FACE)]
    (box,) = hidden_at(path, int(t * SECOND))
    assert box.x < FACE.x - 10 and box.x + box.w > FACE.x + FACE.w + 10
    assert hidden_at(path, 2 * SECOND + BEFORE + 1) == []


def test_a_persons_hiding_is_a_row_of_the_record() -> None:
    body = {"path": [[SECOND, 1, 2, 3, 4], [2 * SECOND, 1, 2, 3, 4]]}
    made = Wanted.of(body, HideOrder(n=7, by="u1")).redaction()
    assert (made.decided_by, made.reason, made.why) == ("u1", "REVIEW", "second_pass")
    assert made.span == Span(SECOND - BEFORE, 2 * SECOND + BEFORE)


def test_a_playlist_names_the_new_file_and_its_own_section_where_it_needs_one() -> None:
    before = Published(1, "b.m4s", "i.mp4", Span(0, 1))
    lines = ['#EXT-X-MAP:URI="i.mp4"', "#EXT-X-PROGRAM-DATE-TIME:x", "#EXTINF:2,", "b.m4s", "z"]
    same = replaced_in(lines, before, Published(1, "c.m4s", "i.mp4", Span(0, 1)))
    assert same == [*lines[:3], "c.m4s", "z"]
    other = replaced_in(lines, before, Published(1, "c.m4s", "j.mp4", Span(0, 1)))
    assert other == [
        lines[0], "#EXT-X-DISCONTINUITY", '#EXT-X-MAP:URI="j.mp4"', lines[1], lines[2], "c.m4s",
        "#EXT-X-DISCONTINUITY", '#EXT-X-MAP:URI="i.mp4"', "z",
    ]  # fmt: skip
