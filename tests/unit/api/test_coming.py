"""The clerk sees what waits to air and decides about it; the rules and the audit see it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from courtstream.control.protocol import ComingLine, ComingSpan, Reply, Verb, WorkerBeat
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import MinuteState
from courtstream.services.nodes.board import Board, coming_views
from courtstream.services.people import audit
from tests.support.platform import MemoryBus, World, sign_in, site


def beat(hearing_id: str, **more: Any) -> WorkerBeat:
    return WorkerBeat(
        hearing_id=hearing_id,
        epoch=1,
        pid=1,
        seq=1,
        state=MinuteState.LIVE,
        aired=30.0,
        media_time=40.0,
        coming=(
            ComingSpan(start=33.0, end=36.0, reason="ID", before="身份证号是", after="，核对"),
            ComingSpan(start=38.0, end=39.0, reason="NUMBER", may_keep=True),
        ),
        coming_lines=(ComingLine(start=31.0, end=32.5, text="请坐。"),),
        **more,
    )


def test_the_list_is_in_order_of_time_and_says_when_it_airs() -> None:
    rows = coming_views(beat("h"))
    assert [(row.airs_in, row.reason) for row in rows] == [(1.0, ""), (3.0, "ID"), (8.0, "NUMBER")]
    assert rows[1].text == "身份证号是〔个人信息〕，核对" and not rows[1].may_keep


def test_clerks_see_it_and_the_public_does_not(tmp_path: Path) -> None:
    world, bus = World.make(tmp_path), MemoryBus()
    hearing_id, _ = world.live()
    with site(world, bus) as client:
        board: Board = client.app.state.context.board  # type: ignore[attr-defined]
        board.worker(beat(hearing_id), utc_now())
        path = f"/api/v1/hearings/{hearing_id}/coming"
        assert client.get(path).status_code == 401
        sign_in(client, "far")
        assert client.get(path).status_code in {403, 404}
        client.cookies.clear()
        sign_in(client, "clerk")
        rows = client.get(path).json()["coming"]
        assert [row["may_keep"] for row in rows] == [False, False, True]


@pytest.mark.parametrize(
    ("verb", "reply", "acts"),
    [
        (Verb.HIDE, Reply(ok=True), ["command"]),
        (Verb.KEEP, Reply(ok=True), ["command"]),
        (Verb.KEEP, Reply(ok=False, code="forbidden"), ["keep_refused", "command"]),
    ],
)
def test_decisions_reach_the_worker_and_the_audit(
    tmp_path: Path, verb: Verb, reply: Reply, acts: list[str]
) -> None:
    world, bus = World.make(tmp_path), MemoryBus()
    bus.worker = reply
    hearing_id, _ = world.live()
    with site(world, bus) as client:
        headers = sign_in(client, "clerk")
        path = f"/api/v1/hearings/{hearing_id}/commands"
        order = {"verb": verb.value, "start": 33.0, "end": 36.0}
        answer = client.post(path, json=order, headers=headers)
        assert answer.status_code == (200 if reply.ok else 409)
        bad = client.post(path, json={"verb": verb.value, "start": 5.0}, headers=headers)
        assert bad.status_code == 422
    ((_, command),) = bus.commands
    assert (command.start, command.end, command.by) == (33.0, 36.0, world.users["clerk"].id)
    entries = world.work.read(audit.entries, hearing_id, 10)
    told = [e for e in entries if e.action in {"command", "keep_refused"}]
    assert [e.action for e in told] == acts
    assert told[-1].detail["start"] == 33.0
