"""An encoder whose connection breaks while the platform is away goes on; a stranger stays out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from courtstream.control.agent import NodeAgent
from courtstream.control.broker import NatsBus
from courtstream.control.door import Door
from courtstream.control.policy import StopPolicy
from courtstream.control.protocol import AdmitReply, AdmitRequest, IngestEvent
from courtstream.control.returning import KnownPublishers, key_digest
from courtstream.control.rtmp.gateway import Gateway
from courtstream.settings import Settings

from .conftest import FAKE_WORKER, MakeSpec, Nats
from .test_agent import until
from .test_ingest import KEY, POLICY, clip, push

__all__ = ["clip"]  # the fixture


@dataclass
class Court:
    """A node whose door comes and goes, and a platform that does."""

    settings: Settings
    nats: Nats
    bus: NatsBus
    agent: NodeAgent
    make_spec: MakeSpec
    asked: list[AdmitRequest] = field(default_factory=list)
    events: list[IngestEvent] = field(default_factory=list)

    @asynccontextmanager
    async def platform(self, *, yes: bool = True) -> AsyncIterator[None]:
        there = await NatsBus.connect(self.nats.server.url, "platform", within=10)

        async def admit(request: AdmitRequest) -> AdmitReply:
            self.asked.append(request)
            if yes and request.key == KEY:
                return AdmitReply(ok=True, spec=self.make_spec())
            return AdmitReply(ok=False, code="ingest_key_unknown", message="推流密钥无效 / no")

        await there.serve_admit(admit)
        try:
            yield
        finally:
            await there.close()

    @asynccontextmanager
    async def door(self) -> AsyncIterator[int]:
        agent = self.agent
        known = KnownPublishers(self.settings, lambda h: agent.socket(h) is not None)
        door = Door(self.bus, agent, "local", POLICY, known)
        await self.bus.on_keys_revoked(door.revoked)
        async with Gateway(door, "127.0.0.1", 0) as gateway:
            yield gateway.port

    def codes(self) -> list[str]:
        return [e.code or e.kind for e in self.events]

    def received(self) -> int:
        return len(list(self.make_spec().folder.glob("received-*.flv")))


@pytest.fixture
async def court(
    settings: Settings, nats: Nats, bus: NatsBus, make_spec: MakeSpec
) -> AsyncIterator[Court]:
    async with NodeAgent(settings, bus, FAKE_WORKER, StopPolicy(worker=2.0)) as agent:
        made = Court(settings, nats, bus, agent, make_spec)

        async def event(heard: IngestEvent) -> None:
            made.events.append(heard)

        await bus.on_ingest_event(event)
        yield made
        await agent.stop_all()


async def begun(court: Court, clip: Path, port: int) -> None:
    """A hearing was begun with the platform there; then the encoder's connection broke."""
    async with court.platform():
        pusher = await push(clip, port)
        await until(lambda: court.received() == 1)
        pusher.kill()
        await pusher.wait()
        await until(lambda: "disconnected" in [e.kind for e in court.events])


async def test_it_comes_back_through_another_door_of_the_node_with_its_own_key_only(
    court: Court, clip: Path
) -> None:
    async with court.door() as port:
        await begun(court, clip, port)
    async with court.door() as port:  # the node was started again meanwhile
        pusher = await push(clip, port)
        await until(lambda: court.received() == 2)
        stranger = await push(clip, port, "wrong")
        _, error = await asyncio.wait_for(stranger.communicate(), 12)
        assert "control_away" in error.decode()
        await pusher.communicate()
        assert pusher.returncode == 0


async def test_the_platform_is_asked_as_soon_as_it_answers_and_its_yes_keeps_it(
    court: Court, clip: Path
) -> None:
    async with court.door() as port:
        await begun(court, clip, port)
        pusher = await push(clip, port)
        await until(lambda: court.received() == 2)
        known = len(court.asked)
        async with court.platform():
            await until(lambda: len(court.asked) == known + 1)
            await pusher.communicate()
        assert pusher.returncode == 0
        assert len(court.asked) == known + 1


async def test_the_platforms_no_puts_it_out(court: Court, clip: Path) -> None:
    async with court.door() as port:
        await begun(court, clip, port)
        pusher = await push(clip, port)
        await until(lambda: court.received() == 2)
        async with court.platform(yes=False):
            await asyncio.wait_for(pusher.wait(), 8)
            assert pusher.returncode != 0
            await until(lambda: "key_revoked" in court.codes())


async def test_a_revoked_key_does_not_come_back(court: Court, clip: Path) -> None:
    async with court.door() as port:
        await begun(court, clip, port)
        await court.bus.keys_revoked((key_digest(KEY),))
        await until(lambda: not list((court.settings.data / "run").glob("*.publisher")))
        pusher = await push(clip, port)
        _, error = await asyncio.wait_for(pusher.communicate(), 12)
        assert "control_away" in error.decode()


async def test_nobody_comes_back_to_a_hearing_that_is_over(court: Court, clip: Path) -> None:
    async with court.door() as port:
        await begun(court, clip, port)
        await court.agent.stop("h_test")
        pusher = await push(clip, port)
        _, error = await asyncio.wait_for(pusher.communicate(), 12)
        assert "control_away" in error.decode()
