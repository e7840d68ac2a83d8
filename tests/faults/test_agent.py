"""Workers are killed, hung and orphaned; the node agent mends it, and never doubles a worker."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from courtstream.control.agent import NodeAgent
from courtstream.control.broker import NatsBus
from courtstream.control.lease import LeaseHeld, LeaseStore
from courtstream.control.policy import StopPolicy
from courtstream.control.protocol import (
    JournalRequest,
    JournalRow,
    NodeBeat,
    NodeCommand,
    NodeVerb,
    RowKind,
    WorkerBeat,
)
from courtstream.settings import Settings

from .conftest import FAKE_WORKER, MakeSpec, Nats

QUICK = StopPolicy(worker=2.0)


class Beats:
    """The latest beat of every hearing."""

    def __init__(self) -> None:
        self.latest: dict[str, WorkerBeat] = {}

    async def __call__(self, beat: WorkerBeat) -> None:
        self.latest[beat.hearing_id] = beat


async def until(true: Callable[[], bool], within: float = 20.0) -> float:
    """Seconds until `true()`; fails when it never comes."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, "did not happen in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def agent_of(settings: Settings, bus: NatsBus) -> NodeAgent:
    return NodeAgent(settings, bus, FAKE_WORKER, QUICK)


def facts(agent: NodeAgent, hearing: str = "h_test") -> dict[str, Any]:
    return agent.status()[hearing]


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


async def test_a_killed_worker_is_back_within_three_seconds_with_the_next_epoch(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    beats = Beats()
    await bus.on_beat(beats)
    async with agent_of(settings, bus) as agent:
        reply = await agent.ensure(make_spec())
        assert reply.ok
        await until(lambda: "h_test" in beats.latest)
        first = beats.latest["h_test"]
        os.kill(first.pid, signal.SIGKILL)
        assert await until(lambda: facts(agent)["pid"] != first.pid) < 3.0
        await until(lambda: beats.latest["h_test"].pid != first.pid)
        assert beats.latest["h_test"].epoch == first.epoch + 1
        await agent.stop_all()
        assert not alive(beats.latest["h_test"].pid)


async def test_the_next_agent_takes_over_the_running_worker(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    async with agent_of(settings, bus) as first:
        await first.ensure(make_spec())
        pid = facts(first)["pid"]
    assert alive(pid)  # an agent that leaves lets its workers run
    async with agent_of(settings, bus) as second:
        assert (await second.ensure(make_spec())).data["pid"] == pid  # not started twice
        os.kill(pid, signal.SIGKILL)
        await until(lambda: facts(second)["pid"] != pid)
        assert facts(second)["epoch"] == 2
        await second.stop_all()


async def test_a_worker_that_died_with_its_agent_is_started_by_the_next(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    async with agent_of(settings, bus) as first:
        await first.ensure(make_spec())
        pid = facts(first)["pid"]
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not alive(pid))
    async with agent_of(settings, bus) as second:
        await until(lambda: facts(second)["state"] == "running")
        assert facts(second)["epoch"] == 2
        await second.stop_all()


async def test_a_hung_worker_is_killed_and_replaced(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    async with agent_of(settings, bus) as agent:
        await agent.ensure(make_spec(title="mute"))
        pid = facts(agent)["pid"]
        await until(lambda: facts(agent)["pid"] != pid)
        assert not alive(pid)
        await agent.stop_all()


async def test_workers_survive_the_broker_and_are_still_commanded_after(
    settings: Settings, bus: NatsBus, nats: Nats, make_spec: MakeSpec
) -> None:
    beats = Beats()
    await bus.on_beat(beats)
    async with agent_of(settings, bus) as agent:
        await agent.ensure(make_spec())
        await until(lambda: "h_test" in beats.latest)
        pid = facts(agent)["pid"]
        nats.kill()
        await asyncio.sleep(6.5)  # longer than a silence that counts as hung, and than the lease
        assert facts(agent)["pid"] == pid
        beats.latest.clear()
        nats.start()
        await until(lambda: "h_test" in beats.latest)
        order = NodeCommand(verb=NodeVerb.STATUS)
        reply = await bus.request_node("local", order)
        assert reply.data["workers"]["h_test"]["pid"] == pid
        assert reply.data["workers"]["h_test"]["epoch"] == 1
        await asyncio.sleep(2.5)  # one renewal
        with pytest.raises(LeaseHeld):  # the agent took its lease again
            await LeaseStore(bus.client).claim("h_test", "stranger")
        await agent.stop_all()


async def test_a_hearing_of_another_node_is_not_started(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    store = LeaseStore(bus.client)
    lease = await store.claim("h_test", "elsewhere")

    async def renew() -> None:
        nonlocal lease
        while True:
            lease = await store.renew(lease)
            await asyncio.sleep(0.5)

    holder = asyncio.create_task(renew())
    async with agent_of(settings, bus) as agent:
        reply = await agent.ensure(make_spec())  # waits for longer than a dead node's lease lives
        assert (reply.ok, reply.code) == (False, "lease_held")
        assert not holder.done()
    holder.cancel()


async def test_a_worker_that_always_fails_is_given_up_visibly(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courtstream.control import charge
    from courtstream.control.policy import RestartPolicy

    impatient = RestartPolicy(first=0.05, longest=0.1, budget=3)
    monkeypatch.setattr(charge, "WORKER_RESTARTS", impatient)
    seen: list[NodeBeat] = []

    async def heard(beat: NodeBeat) -> None:
        seen.append(beat)

    await bus.on_node_beat(heard)
    async with agent_of(settings, bus) as agent:
        await agent.ensure(make_spec(title="fail"))
        await until(lambda: facts(agent)["state"] == "gave_up")
        assert facts(agent)["restarts"] == 4
        await until(lambda: any("h_test" in beat.gave_up for beat in seen))
        assert agent.socket("h_test") is None


async def test_a_worker_that_finished_its_hearing_is_left_in_peace(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    async with agent_of(settings, bus) as agent:
        await agent.ensure(make_spec(title="end"))
        await until(lambda: facts(agent)["state"] == "ended")
        assert facts(agent)["restarts"] == 0
        await LeaseStore(bus.client).claim("h_test", "stranger")  # given back at once


async def test_a_worker_told_to_go_by_a_stranger_comes_back(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    async with agent_of(settings, bus) as agent:
        await agent.ensure(make_spec())
        pid = facts(agent)["pid"]
        os.kill(pid, signal.SIGTERM)
        await until(lambda: facts(agent)["pid"] != pid)
        await agent.stop_all()


async def test_orders_and_the_journal_come_over_the_broker(
    settings: Settings, bus: NatsBus, make_spec: MakeSpec
) -> None:
    spec = make_spec(kind="file")
    async with agent_of(settings, bus) as agent:
        reply = await bus.request_node("local", NodeCommand(verb=NodeVerb.START, spec=spec))
        assert reply.ok
        assert oct(spec.folder.stat().st_mode & 0o777) == "0o700"
        rows = [
            JournalRow(hearing_id="h_test", seq=n, epoch=1, at="", kind=RowKind.STATE)
            for n in range(1, 8)
        ]
        text = "".join(row.model_dump_json() + "\n" for row in rows)
        (spec.folder / "journal.jsonl").write_text(text + '{"hearing_id": "h_te')
        request = JournalRequest(hearing_id="h_test", after=2, limit=3)
        page = await bus.journal("local", request)
        assert [row.seq for row in page.rows] == [3, 4, 5]
        assert page.more
        stopped = await bus.request_node(
            "local", NodeCommand(verb=NodeVerb.STOP, hearing_id="h_test")
        )
        assert stopped.ok
        assert facts(agent)["state"] == "ended"
