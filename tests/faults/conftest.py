from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from courtstream.control.broker import NatsBus
from courtstream.control.nats_server import EmbeddedServer, plan_server
from courtstream.control.protocol import SourceSpec, WorkerSpec
from courtstream.control.workers import find_workers
from courtstream.settings import NatsSettings, Settings
from tests.support.stores import objects

FAKE_WORKER = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))
MakeSpec = Callable[..., WorkerSpec]


class Nats:
    """An embedded server that a test may kill and start again on its store."""

    def __init__(self, store: Path) -> None:
        self.server: EmbeddedServer = plan_server(store, 0)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.server.arguments())
        self.server.note(self.process.pid)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Nats]:
    server = Nats(tmp_path / "nats")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def settings(tmp_path: Path, nats: Nats) -> Iterator[Settings]:
    made = Settings(
        data=tmp_path / "data",
        nats=NatsSettings(port=nats.server.port),
        objects=objects(tmp_path),
    )
    yield made
    for found in find_workers(made.hearings):  # what a failed test left
        if found.process is not None:
            found.process.kill()


@pytest.fixture
async def bus(nats: Nats) -> AsyncIterator[NatsBus]:
    connection = await NatsBus.connect(nats.server.url, "test", within=10)
    yield connection
    await connection.close()


@pytest.fixture
def make_spec(settings: Settings, tmp_path: Path) -> MakeSpec:
    def make(hearing_id: str = "h_test", title: str = "", kind: str = "socket") -> WorkerSpec:
        return WorkerSpec(
            hearing_id=hearing_id,
            title=title,
            folder=settings.hearings / hearing_id,
            public=settings.public / hearing_id,
            master_key_file=settings.master_key,
            source=SourceSpec(kind=kind, path=tmp_path / "media"),  # type: ignore[arg-type]
        )

    return make
