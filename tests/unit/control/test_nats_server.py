from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from courtstream.control.broker import NatsBus
from courtstream.control.nats_server import greets, plan_server
from courtstream.domain.errors import ControlAway, PortTaken


async def test_a_running_server_is_adopted_by_the_next_start(tmp_path: Path) -> None:
    first = plan_server(tmp_path / "nats", 0)
    child = subprocess.Popen(first.arguments())
    try:
        first.note(child.pid)
        await first.ready()
        again = plan_server(tmp_path / "nats", 4222)
        assert again.port == first.port
        assert again.running is not None
        assert again.running.pid == child.pid
        bus = await NatsBus.connect(again.url, "test", within=5)
        assert bus.connected
        await bus.close()
    finally:
        child.kill()
        child.wait()
    assert plan_server(tmp_path / "nats", 0).running is None


async def test_a_taken_port_is_named_with_its_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            plan_server(tmp_path / "nats", port)
        assert str(port) in str(caught.value)
        assert "COURTSTREAM_NATS__PORT" in str(caught.value)


async def test_nobody_there(tmp_path: Path) -> None:
    server = plan_server(tmp_path / "nats", 0)
    assert not await greets(server.port)
    with pytest.raises(ControlAway):
        await server.ready(within=0.3)
    with pytest.raises(ControlAway):
        await NatsBus.connect(server.url, "test", within=0.5)
