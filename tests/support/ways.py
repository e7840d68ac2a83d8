"""A whole installation in this process for the ways in and out: pages, node, door, broker.

The worker is the faults' fake one, which keeps what it was sent, unless a real one is asked for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import uvicorn

from courtstream.api.app import create_app
from courtstream.control.agent import NodeAgent
from courtstream.control.broker import NatsBus
from courtstream.control.entrances import Entrances, entrances
from courtstream.control.nats_server import plan_server
from courtstream.control.policy import StopPolicy
from courtstream.control.protocol import IngestEvent
from courtstream.domain.clock import utc_now
from courtstream.services.docket import schedule
from courtstream.settings import NatsSettings, Settings
from media_workers.sources.base import AudioTrack, RawPacket, VideoTrack
from media_workers.sources.tags import TagSource
from tests.faults.conftest import FAKE_WORKER
from tests.support.platform import World, new_hearing

Change = Callable[[Settings], Settings]


@dataclass
class Received:
    """What a worker was sent on one connection."""

    video: VideoTrack | None
    audio: AudioTrack | None
    packets: list[RawPacket]

    def of(self, kind: str) -> list[RawPacket]:
        return [p for p in self.packets if p.kind == kind]


@dataclass
class Site:
    """The running parts. `base` is the pages' address, `key` opens the first courtroom."""

    base: str
    world: World
    settings: Settings
    hearing: str
    agent: NodeAgent
    open: Entrances
    bus: NatsBus
    events: list[IngestEvent] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.world.key

    @property
    def folder(self) -> Path:
        return self.settings.hearings / self.hearing

    @property
    def live(self) -> Path:
        return self.settings.public / self.hearing / "live"

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("received-*.flv"))

    def received(self) -> Received:
        """The newest connection's tracks and packets so far, read as a worker reads them."""
        return read_tags(self.files()[-1].read_bytes())

    def codes(self, kind: str) -> list[str]:
        return [e.code for e in self.events if e.kind == kind]


def read_tags(data: bytes) -> Received:
    """What the worker's source makes of a door's stream."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(True)
    import threading

    def send() -> None:
        theirs.sendall(data)
        theirs.close()

    threading.Thread(target=send, daemon=True).start()
    source = TagSource(ours)
    packets = [p for p in source.packets() if isinstance(p, RawPacket)]
    source.close()
    return Received(source.video, source.audio, packets)


async def until(condition: Callable[[], object], within: float = 45.0, what: str = "") -> None:
    """Wait for a condition; generous, for the machine may be busy."""
    end = asyncio.get_running_loop().time() + within
    while not condition():
        assert asyncio.get_running_loop().time() < end, f"never came true: {what}"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def site(
    folder: Path,
    command: tuple[str, ...] = FAKE_WORKER,
    change: Change = lambda settings: settings,
    host: str = "127.0.0.1",
) -> AsyncIterator[Site]:
    """Start everything, with one hearing due in the first courtroom; end everything."""
    plan = plan_server(folder / "nats", 0)
    broker = await asyncio.create_subprocess_exec(*plan.arguments())
    world = World.make(folder / "data")
    settings = change(world.settings.model_copy(update={"nats": NatsSettings(port=plan.port)}))
    ingest = settings.ingest.model_copy(update={"rtmp_port": 0, "srt_port": 0})
    settings = world.settings = settings.model_copy(update={"ingest": ingest})
    now = utc_now()
    due = new_hearing(start=now + timedelta(minutes=1))
    hearing = world.work.write(schedule.schedule, world.users["clerk"], due, now).id
    bus = await NatsBus.connect(plan.url, "ways", within=20)
    try:
        async with (
            _served(settings, bus, host) as base,
            NodeAgent(settings, bus, command, StopPolicy(worker=3.0)) as agent,
            entrances(settings, bus, agent) as opened,
        ):
            agent.rtmp_port = opened.rtmp_port
            made = Site(base, world, settings, hearing, agent, opened, bus)

            async def heard(event: IngestEvent) -> None:
                made.events.append(event)

            await bus.on_ingest_event(heard)
            try:
                yield made
            finally:
                await agent.stop_all()
    finally:
        await bus.close()
        broker.terminate()
        await broker.wait()


@asynccontextmanager
async def _served(settings: Settings, bus: NatsBus, host: str) -> AsyncIterator[str]:
    listener = socket.create_server((host, 0))
    app = create_app(settings, bus)
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started and app.state.context.listening, what="the pages")
    yield f"http://{host}:{listener.getsockname()[1]}"
    server.should_exit = True
    await task
