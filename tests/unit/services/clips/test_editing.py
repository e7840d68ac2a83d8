from __future__ import annotations

from itertools import pairwise

import pytest

from courtstream.api.pages.clips import seconds_of
from courtstream.domain.errors import InvalidInput
from courtstream.domain.time import SECOND, Span, seconds
from courtstream.services.clips import editing as clip_editing
from courtstream.services.clips.editing import ClipEdit
from courtstream.services.clips.proposals import ISSUES, snap
from courtstream.store.tables import ClipRow, ClipState, UtteranceRow
from tests.support.clips import choose, desk, ended
from tests.support.platform import NOW, World


def test_steps_and_issues_are_proposed_within_lengths_and_not_where_it_was_closed(
    world: World,
) -> None:
    hearing, _ = ended(world)
    world.work.write(clip_editing.propose, world.users["clerk"], hearing, NOW)
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
    assert world.work.write(clip_editing.propose, world.users["clerk"], hearing, NOW) == 0


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
    world.work.write(clip_editing.shift, clerk, ids[0], 1, NOW)
    assert [c.id for c in desk(world, hearing).clips][:2] == [ids[1], ids[0]]
    change = ClipEdit("立案", "电话13812345678", 20.0, 42.0, True)
    hidden = world.work.write(clip_editing.edit, clerk, ids[0], change, NOW)
    assert hidden == ("PHONE",)
    moved = next(c for c in desk(world, hearing).clips if c.id == ids[0])
    assert "13812345678" not in moved.text
    assert moved.start < 20.0 < 43.0 <= moved.end  # whole words on both sides
    for start, end in ((5.0, 8.0), (0.0, 199.0), (95.0, 112.0)):
        with pytest.raises(InvalidInput):
            world.work.write(clip_editing.add, clerk, hearing, start, end, NOW)
    world.work.write(clip_editing.drop, clerk, ids[1], NOW)
    assert ids[1] not in [c.id for c in desk(world, hearing).clips]


def test_times_are_read_as_people_write_them() -> None:
    assert [seconds_of(t) for t in ("75.5", "1:15.5", "0：01：15.5")] == [75.5, 75.5, 75.5]
    for wrong in ("", "a", "-1", "1:x"):
        with pytest.raises(InvalidInput):
            seconds_of(wrong)


def test_issues_in_dispute_are_known_by_their_words() -> None:
    assert ISSUES.search("归纳本案争议焦点如下")
    assert not ISSUES.search("请看镜头焦点")


def test_rows_of_clips_begin_as_proposals(world: World) -> None:
    hearing, _ = ended(world)
    world.work.write(clip_editing.propose, world.users["clerk"], hearing, NOW)
    states = world.work.read(lambda s: {(r.state, r.chosen) for r in s.query(ClipRow)})
    assert states == {(ClipState.PROPOSED, False)}
