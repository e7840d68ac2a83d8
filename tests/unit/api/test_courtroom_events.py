"""The courtroom page's stream of figures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from courtstream.api.app import create_app
from courtstream.api.pages import courtroom
from courtstream.domain.clock import utc_now
from courtstream.services.people import sessions
from tests.support.platform import ROOM, World, entered


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


async def test_the_figures_stop_when_the_sign_in_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courtroom, "EVERY_SECONDS", 0.0)
    found, token = entered(world.work, "clerk")
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"cookie", f"cs_session={token}".encode())],
        "app": create_app(world.settings),
        "path_params": {"courtroom_id": ROOM},
        "courtstream.sign_in": found,
    }

    async def connected() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    stream = courtroom._snapshots(Request(scope, connected))
    assert (await anext(stream)) is not None
    world.work.write(sessions.end, found.session_id, utc_now())
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
