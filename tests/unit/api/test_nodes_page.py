from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from courtstream.control.protocol import NodeBeat, WorkerBeat
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import MinuteState
from courtstream.seal import load_or_create_master_key
from courtstream.services.nodes import placing
from tests.support.platform import World, sign_in, site


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


def beat(node: str, **facts: object) -> NodeBeat:
    given = {"node": node, "pid": 1, "version": "0.1.0", "cores": 8.0, "busy": 2.0, "cost": 1.0}
    return NodeBeat.model_validate({**given, **facts})


def test_the_administrator_sees_load_hearings_leases_and_who_is_silent(world: World) -> None:
    hearing_id, _ = world.live()
    load_or_create_master_key(world.settings.master_key)
    with site(world) as client:
        board = client.app.state.context.board  # type: ignore[attr-defined]
        now = utc_now()
        board.node(beat("n1", hearings=(hearing_id,)), now)
        board.node(beat("n2", seal="ffffffffffff"), now)
        board.node(beat("n3"), now - timedelta(minutes=1))
        board.worker(
            WorkerBeat(
                hearing_id=hearing_id, epoch=1, pid=1, seq=1, state=MinuteState.LIVE, leased=True
            ),
            now,
        )
        sign_in(client, "admin")
        page = client.get("/staff/nodes").text
        assert "（2026）江0102民初1号" in page
        assert page.index("n1") < page.index("持有，正在发布") < page.index("主密钥不符")
        assert "失联" in page
        assert "请勿删除它的数据目录" in page


def test_a_node_is_closed_and_opened_and_others_may_not(world: World) -> None:
    with site(world) as client:
        client.app.state.context.board.node(beat("n1"), utc_now())  # type: ignore[attr-defined]
        token = sign_in(client, "admin")
        form = {"node": "n1", "act": "cordon"}
        answer = client.post("/staff/nodes", data=form, headers=token)
        assert "停止接收新庭审" in answer.text
        assert world.work.read(placing.cordoned) == {"n1"}
        client.post("/staff/nodes", data={**form, "act": "open"}, headers=token)
        assert world.work.read(placing.cordoned) == frozenset()
        wrong = client.post("/staff/nodes", data={**form, "act": "erase"}, headers=token)
        assert wrong.status_code == 422
        token = sign_in(client, "clerk")
        assert client.get("/staff/nodes").status_code == 403
        assert client.post("/staff/nodes", data=form, headers=token).status_code == 403
