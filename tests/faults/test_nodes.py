"""A node is lost: its hearing goes on at another, in one line, with all that was recorded."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from courtstream.control.agent import NodeAgent
from courtstream.control.broker import NatsBus
from courtstream.control.gather import ELSEWHERE
from courtstream.control.journal import FILE_NAME, rows_in
from courtstream.control.policy import StopPolicy
from courtstream.control.protocol import (
    JournalRow,
    NodeCommand,
    NodeVerb,
    RowKind,
    SourceSpec,
    TakeReply,
    TakeRequest,
    WorkerSpec,
    worker_row,
)
from courtstream.control.workers import find_workers
from courtstream.domain.time import SECOND, Span
from courtstream.seal import SealWriter, hearing_key, verify
from courtstream.settings import NatsSettings, Settings
from tests.support.stores import objects

from .conftest import FAKE_WORKER, Nats
from .test_agent import alive, facts, until

LEASE = 2.0


def node_settings(folder: Path, name: str, url: str) -> Settings:
    nats = NatsSettings(url=url, lease_seconds=LEASE)
    return Settings(data=folder / name, node=name, nats=nats, objects=objects(folder))


@pytest.fixture
def settings(tmp_path: Path, nats: Nats) -> Iterator[dict[str, Settings]]:
    made = {name: node_settings(tmp_path, name, nats.server.url) for name in ("a", "b")}
    yield made
    for one in made.values():
        for found in find_workers(one.hearings):
            if found.process is not None:
                found.process.kill()


@pytest.fixture
async def takes(bus: NatsBus) -> AsyncIterator[list[TakeRequest]]:
    """A platform that knows of three rows of `h_test`, and who asked it."""
    asked: list[TakeRequest] = []

    async def answer(request: TakeRequest) -> TakeReply:
        before = asked[-1].node if asked else "a"
        asked.append(request)
        return TakeReply(ok=True, seq=3, before=before, nodes=("a",))

    await bus.serve_takes(answer)
    yield asked


def agent(settings: Settings, bus: NatsBus) -> NodeAgent:
    return NodeAgent(settings, bus, FAKE_WORKER, StopPolicy(worker=2.0))


def order(settings: Settings) -> WorkerSpec:
    return WorkerSpec(
        hearing_id="h_test",
        folder=settings.hearings / "h_test",
        public=settings.public / "h_test",
        master_key_file=settings.master_key,
        source=SourceSpec(kind="socket", path=Path("media")),
    )


async def tell(bus: NatsBus, seq: int, kind: RowKind, **body: object) -> None:
    row = JournalRow(hearing_id="h_test", seq=seq, epoch=1, at="", kind=kind, body=body)
    await bus.publish(worker_row("h_test"), row)


def seal(settings: Settings) -> str:
    """Something recorded on this node; its chain value."""
    folder = settings.hearings / "h_test" / "sealed"
    writer = SealWriter(folder, hearing_key(folder, (b"m" * 32,), create=True))
    writer.write(b"one second", Span(0, SECOND))
    writer.close()
    return writer.chain


async def test_a_hearing_whose_node_dies_goes_on_at_another_with_its_record_and_its_evidence(
    settings: dict[str, Settings], bus: NatsBus, takes: list[TakeRequest]
) -> None:
    async with agent(settings["a"], bus) as first:
        assert (await first.ensure(order(settings["a"]))).ok
        chain = seal(settings["a"])
        live = settings["a"].public / "h_test" / "live"
        live.mkdir(parents=True)
        (live / "seg-000000-1.m4s").write_bytes(b"segment")
        await tell(bus, 1, RowKind.STARTED)
        await tell(bus, 2, RowKind.SEGMENT, uri="seg-000000-1.m4s", init="init-1-0.mp4")
        await tell(bus, 3, RowKind.STATE)
        await tell(bus, 4, RowKind.STATE)  # nobody took it in before the end
    victim = facts(first)["pid"]
    os.kill(victim, signal.SIGKILL)  # the agent is gone without a word, and so is its worker
    async with agent(settings["b"], bus) as second:
        took = asyncio.get_running_loop().time()
        assert (await second.ensure(order(settings["b"]))).ok
        assert asyncio.get_running_loop().time() - took < LEASE + 2.0
        assert [(t.node, t.epoch) for t in takes] == [("b", 2)]
        folder = settings["b"].hearings / "h_test"
        assert [row.seq for row in rows_in(folder / FILE_NAME)] == [1, 2, 3]
        assert (folder / ELSEWHERE).exists()
        async with agent(settings["a"], bus) as repaired:  # it comes back, and takes nothing
            await until((folder / "sealed@a").is_dir)
            assert verify(folder / "sealed@a").hash == chain
            copied = settings["b"].public / "h_test" / "live" / "seg-000000-1.m4s"
            assert copied.read_bytes() == b"segment"
            assert (settings["a"].hearings / "h_test" / "sealed").is_dir()
            await until(lambda: facts(repaired)["state"] == "elsewhere")
        assert facts(second)["state"] == "running"
        await second.stop_all()


async def test_a_node_that_hung_ends_its_worker_when_it_wakes(
    settings: dict[str, Settings], bus: NatsBus, takes: list[TakeRequest]
) -> None:
    async with agent(settings["a"], bus) as first, agent(settings["b"], bus) as second:
        await first.ensure(order(settings["a"]))
        pid = facts(first)["pid"]
        lease = settings["a"].data / "run" / "h_test.lease"
        await until(lease.exists)

        first._tasks[1].cancel()  # nothing is renewed any more
        await until(lambda: float(lease.read_text().split()[1]) < _boot(), 5.0)
        assert alive(pid)  # it seals on, and publishes no more: its lease is over
        assert (await second.ensure(order(settings["b"]))).ok
        await first._renew()
        await until(lambda: facts(first)["state"] == "elsewhere")
        assert not alive(pid)
        assert facts(second)["state"] == "running"
        await second.stop_all()


async def test_a_hearing_is_handed_over_without_waiting_for_a_lease_to_end(
    settings: dict[str, Settings], bus: NatsBus, takes: list[TakeRequest]
) -> None:
    async with agent(settings["a"], bus) as first, agent(settings["b"], bus) as second:
        await first.ensure(order(settings["a"]))
        waiting = asyncio.create_task(second.ensure(order(settings["b"])))
        await asyncio.sleep(0.3)
        began = asyncio.get_running_loop().time()
        command = NodeCommand(verb=NodeVerb.HAND_OVER, hearing_id="h_test")
        assert (await bus.request_node("a", command)).ok
        assert (await waiting).ok
        assert asyncio.get_running_loop().time() - began < 1.5
        assert facts(first)["state"] == "elsewhere"
        await second.stop_all()


def _boot() -> float:
    from courtstream.control.lease import boot_clock

    return boot_clock()
