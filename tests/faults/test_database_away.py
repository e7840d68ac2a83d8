"""The database server is killed under a running platform: nothing told is lost, and it comes back.

A real PostgreSQL, SIGKILL to its postmaster and a start on the same files.
"""

from __future__ import annotations

import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from courtstream.api import listeners as module
from courtstream.control.protocol import JournalRow, WorkerBeat
from courtstream.domain.trial import MinuteState
from courtstream.services.people import audit
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.tables import Segment
from courtstream.store.unit import Store
from tests.support import database
from tests.support.platform import OPEN, MemoryBus, Tape, World, sign_in, site

pytestmark = pytest.mark.skipif(database.programs() is None, reason="PostgreSQL is not installed")


@pytest.fixture
def server() -> Iterator[database.Postgres]:
    programs = database.programs()
    assert programs is not None
    with tempfile.TemporaryDirectory(prefix="cs-pg-") as folder:  # a socket's path must be short
        made = database.Postgres(Path(folder), programs)
        yield made
        made.kill()


@pytest.fixture
def world(tmp_path: Path, server: database.Postgres) -> World:
    url = server.database()
    upgrade(url)
    settings = Settings(data=tmp_path, database_url=url, access=OPEN)
    made = World(settings, Work(Store(settings.database)))
    made.work.write(made._fill)
    return made


def until(true: Callable[[], Any], within: float = 15.0) -> float:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, "did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - began


def segments(world: World) -> list[int]:
    query = select(Segment.n).order_by(Segment.n)
    return world.work.read(lambda s: list(s.scalars(query)))


def tell(client: TestClient, bus: MemoryBus, rows: list[JournalRow]) -> None:
    assert client.portal is not None and bus.row is not None
    for row in rows:
        client.portal.call(bus.row, row)


def beat(client: TestClient, bus: MemoryBus, tape: Tape) -> None:
    assert client.portal is not None and bus.beat is not None
    told = WorkerBeat(
        hearing_id=tape.hearing_id, epoch=1, pid=1, seq=tape.seq, state=MinuteState.LIVE,
        source="connected", media_time=1.0, aired=1.0, delay=10.0, picture_lag=0.0,
        speech_lag=0.0, guard_open=True, guard_closures=0, slow_stage="",
    )  # fmt: skip
    client.portal.call(bus.beat, told)


def test_a_killed_database_costs_no_row_and_pages_say_what_is_away(
    world: World, server: database.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK", 0.2)
    hearing_id, tape = world.live(segments=2)
    bus = MemoryBus()
    told: list[JournalRow] = []  # what the hearing's own journal holds
    bus.journals[hearing_id] = told
    with site(world, bus) as client:
        until(lambda: client.get("/readyz").status_code == 200)
        token = sign_in(client, "admin")
        before = world.work.read(audit.verify)
        server.kill(signal.SIGKILL)

        told += [tape.segment(n) for n in (2, 3, 4)]
        tell(client, bus, told)  # the stream goes on
        answer = client.get("/api/v1/hearings")
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_away"
        assert answer.headers["retry-after"] == "2"
        page = client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 503
        assert "数据库暂时不可用" in page.text
        assert client.get("/readyz").json()["checks"]["database"] is False
        assert client.get("/healthz").status_code == 200

        server.start()
        back = until(lambda: client.get("/api/v1/hearings").status_code == 200)
        assert back < 3.0
        beat(client, bus, tape)  # it is ahead of the database: what is missing is asked for
        until(lambda: segments(world) == [0, 1, 2, 3, 4])
        assert client.request("DELETE", "/api/v1/session", headers=token).status_code < 300
        assert world.work.read(audit.verify) >= before, "no entry is lost, and the chain is whole"
