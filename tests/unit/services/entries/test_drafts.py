from __future__ import annotations

from datetime import timedelta

from courtstream.control.protocol import RowKind
from tests.support.entries import desk, follow, told
from tests.support.platform import NOW, SECOND, World


def test_drafts_are_cut_where_the_speaker_changes_and_carry_time_step_and_picture(
    world: World,
) -> None:
    hearing, _ = told(world)
    follow(world, hearing)
    drafts = desk(world, hearing).drafts
    assert [(d.speaker, d.text) for d in drafts][:2] == [
        ("审判长", "现在开庭。请原告陈述诉讼请求。"),
        ("原告", "请求判令被告返还借款。"),
    ]
    assert drafts[1].start == 10.0
    assert drafts[1].at == NOW + timedelta(seconds=10)
    assert drafts[1].still == "000010.jpg"
    assert any(d.step_zh for d in drafts)
    assert not follow(world, hearing)
    assert len(desk(world, hearing).drafts) == len(drafts)  # nothing is drafted twice


def test_what_has_not_aired_or_was_silenced_is_never_drafted(world: World) -> None:
    hearing, tape = world.live(segments=5)  # ten seconds have aired
    body = {"id": "r", "kind": "whole_picture", "reason": "CLOSED", "start": 0, "end": 3 * SECOND}
    world.take(
        [
            tape.words(1, 2, "不公开的话。", role="J"),
            tape.words(4, 5, "公开的话。", role="J"),
            tape.words(9, 12, "尚未播出的话。", role="P"),
            tape.row(RowKind.REDACTION, 0, **body),
        ]
    )
    world.take([tape.end(11)])
    world.change(hearing, duration=11 * SECOND)
    follow(world, hearing)
    assert [d.text for d in desk(world, hearing).drafts] == ["公开的话。"]
