from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from courtstream.api import listeners as module
from courtstream.api.app import create_app
from courtstream.api.context import Context
from courtstream.api.listeners import Listeners
from courtstream.control.protocol import NodeBeat, RowKind, WorkerBeat
from courtstream.domain.clock import utc_now
from courtstream.domain.trial import HearingState, MinuteState
from courtstream.services.nodes import running
from courtstream.store.tables import Hearing, Mark, ScorecardRow, Segment, Stream
from tests.support.platform import MemoryBus, Tape, World


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.01)
    monkeypatch.setattr(module, "LOOK", 0.05)


@asynccontextmanager
async def listening(world: World, bus: MemoryBus) -> AsyncIterator[Context]:
    platform: Context = create_app(world.settings).state.context
    platform.bus = bus
    task = asyncio.create_task(Listeners(platform, bus).run())
    while bus.ingest is None:
        await asyncio.sleep(0.005)
    try:
        yield platform
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Any], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.02)


def segments(world: World) -> int:
    return world.work.read(lambda s: s.query(Segment).count())


def hearing(world: World, hearing_id: str) -> Hearing:
    return world.work.read(lambda s: s.get(Hearing, hearing_id))


def beat(tape: Tape, **changes: Any) -> WorkerBeat:
    given = {
        "hearing_id": tape.hearing_id,
        "epoch": 1,
        "pid": 1,
        "seq": tape.seq,
        "state": MinuteState.LIVE,
        "source": "connected",
        "guard_open": True,
    }
    return WorkerBeat(**{**given, **changes})


async def test_rows_from_the_bus_reach_the_database_and_the_end_is_scored(world: World) -> None:
    hearing_id = world.hearing(replay_release="automatic")
    world.admit()
    tape, bus = Tape(hearing_id), MemoryBus()
    async with listening(world, bus) as platform:
        platform.board.worker(beat(tape), utc_now())
        for row in [*tape.begin(), tape.words(0, 2, "现在开庭"), tape.segment(0), tape.end(2)]:
            await bus.row(row)
        await until(lambda: world.work.read(lambda s: s.query(ScorecardRow).count()))
        assert world.state(hearing_id) == HearingState.ENDED
        assert segments(world) == 1
        assert platform.board.status(hearing_id, utc_now()) is None


async def test_rows_lost_on_the_way_are_asked_for(world: World) -> None:
    hearing_id = world.hearing()
    world.admit()
    tape, bus = Tape(hearing_id), MemoryBus()
    rows = [*tape.begin(), *(tape.segment(n) for n in range(8))]
    bus.journals[hearing_id] = rows
    async with listening(world, bus):
        await until(lambda: segments(world) == 8)  # asked for at start: the hearing is unfinished
        late = [tape.segment(n) for n in range(8, 12)]
        rows += late
        await bus.row(late[-1])  # the three before it were lost
        await until(lambda: segments(world) == 12)
    assert bus.asked[-1].after >= 10


async def test_after_a_restart_the_platform_finds_what_it_missed(world: World) -> None:
    hearing_id, tape = world.live()
    bus = MemoryBus()
    bus.journals[hearing_id] = [tape.segment(n) for n in range(3, 9)]
    async with listening(world, bus):
        await until(lambda: segments(world) == 9)
    assert bus.asked[0].after == 5  # not the whole journal again


async def test_a_beat_that_is_ahead_of_the_database_makes_it_ask(world: World) -> None:
    hearing_id, tape = world.live()
    bus = MemoryBus()
    async with listening(world, bus):
        bus.journals[hearing_id] = [tape.segment(3)]
        await bus.beat(beat(tape))
        await until(lambda: segments(world) == 4)


async def test_a_node_that_does_not_answer_is_asked_again(world: World) -> None:
    hearing_id, tape = world.live()
    bus = MemoryBus()  # keeps no journal: NodeAway
    async with listening(world, bus):
        await until(lambda: len(bus.asked) >= 1)
        bus.journals[hearing_id] = [tape.segment(3)]
        await bus.beat(beat(tape))
        await until(lambda: segments(world) == 4)


async def test_a_silent_worker_is_marked_and_the_mark_goes_when_it_speaks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing_id, tape = world.live()
    monkeypatch.setattr(running, "SILENT", timedelta(seconds=0.3))
    bus = MemoryBus()
    async with listening(world, bus):
        await until(lambda: hearing(world, hearing_id).worker_gone)
        monkeypatch.setattr(running, "SILENT", timedelta(seconds=60))
        await bus.beat(beat(tape))
        await until(lambda: not hearing(world, hearing_id).worker_gone)
        seen = world.work.read(lambda s: s.query(Stream).one().seen_at)
        assert utc_now() - seen < timedelta(seconds=10)


async def test_a_row_that_fails_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing_id, tape = world.live()
    bus = MemoryBus()
    real, failed = module.journal.apply_rows, []

    def once(session: Any, rows: Any, **more: Any) -> Any:
        if not failed:
            failed.append(1)
            raise RuntimeError
        return real(session, rows, **more)

    monkeypatch.setattr(module.journal, "apply_rows", once)
    rows = [tape.segment(3), tape.segment(4)]
    bus.journals[hearing_id] = rows
    async with listening(world, bus):
        await bus.row(rows[0])
        await bus.beat(beat(tape))
        await until(lambda: segments(world) == 5)


async def test_a_hearing_that_ended_unheard_is_ended_when_its_node_is_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing_id, tape = world.live()
    monkeypatch.setattr(running, "SILENT", timedelta(seconds=0.1))
    monkeypatch.setattr(module, "ASK_AGAIN", 0.1)
    bus = MemoryBus()  # the node is not there yet, and no worker will ever beat again
    async with listening(world, bus):
        await until(lambda: hearing(world, hearing_id).worker_gone)
        bus.journals[hearing_id] = [tape.segment(3), tape.end(8)]
        await until(lambda: world.state(hearing_id) == HearingState.ENDED)


async def test_a_hearing_whose_scoring_was_cut_off_is_scored_at_the_next_start(
    world: World,
) -> None:
    _, tape = world.live()
    world.take([tape.end(6)])  # and killed before the score
    async with listening(world, MemoryBus()):
        await until(lambda: world.work.read(lambda s: s.query(ScorecardRow).count()) == 1)


async def test_a_row_that_a_failing_disk_destroyed_holds_up_nothing_and_is_marked(
    world: World,
) -> None:
    hearing_id, tape = world.live()
    bus, _ = MemoryBus(), tape.segment(3)
    bus.journals[hearing_id] = [tape.segment(n) for n in range(4, 900)]
    async with listening(world, bus):
        await until(lambda: segments(world) == 899, 60.0)
    lost = world.work.read(lambda s: [m.body for m in s.query(Mark) if m.kind == "error"])
    assert lost == [{"code": "rows_lost", "count": 1}]


async def test_it_stops_although_a_part_has_just_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()

    def broken(*_: Any) -> None:
        failed.set()
        raise RuntimeError

    monkeypatch.setattr(module.running, "look", broken)
    async with asyncio.timeout(5), listening(world, MemoryBus()):
        while not failed.is_set():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # it rests after the failure, and is told to stop there


async def test_a_start_that_fails_is_tried_again_and_said_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, tape = world.live()
    monkeypatch.setattr(module, "FIRST_REST", 0.05)
    real, locked = running.unfinished, [True]

    def unfinished(session: Any) -> Any:
        if locked[0]:
            raise OperationalError("SELECT", {}, Exception("database is locked"))
        return real(session)

    monkeypatch.setattr(module.running, "unfinished", unfinished)
    bus = MemoryBus()
    subscribed: list[Any] = []

    async def on_row(callback: Any) -> None:
        bus.row = callback
        subscribed.append(callback)

    monkeypatch.setattr(bus, "on_row", on_row)
    app = create_app(world.settings, bus)
    async with app.router.lifespan_context(app):
        platform: Context = app.state.context
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            await until(lambda: subscribed)
            await asyncio.sleep(0.2)
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["checks"]["listening"]) == (503, False)
            locked[0] = False
            await until(lambda: platform.listening)
            assert (await client.get("/readyz")).status_code == 200
        await bus.row(tape.segment(3))
        await until(lambda: segments(world) == 4)
    assert len(subscribed) == 1  # every row is heard once


async def test_nodes_and_their_ports_are_known(world: World) -> None:
    bus = MemoryBus()
    async with listening(world, bus) as platform:
        await bus.node_beat(NodeBeat(node="local", pid=1, version="1", rtmp_port=19350))
        assert platform.board.rtmp_port("local") == 19350
        assert len(platform.board.nodes(utc_now())) == 1
        assert platform.board.nodes(utc_now() + timedelta(minutes=1)) == ()


async def test_viewers_hear_state_and_captions_once_aired(world: World) -> None:
    hearing_id, tape = world.live()
    bus = MemoryBus()
    heard: list[Any] = []

    def of(kind: str) -> list[Any]:
        return [event for event in heard if event.kind == kind]

    async with listening(world, bus) as platform:

        async def watch() -> None:
            async for event in platform.hub.listen(hearing_id):
                heard.append(event)

        viewer = asyncio.create_task(watch())
        await until(lambda: platform.hub.viewers(hearing_id))
        await bus.row(tape.words(5, 7.5, "原告陈述"))
        await asyncio.sleep(0.1)
        assert not of("captions")  # not aired yet: three segments are six seconds
        await bus.row(tape.segment(3))
        await until(lambda: of("captions"))
        assert of("captions")[0].data["lines"][0]["text"] == "原告陈述"
        await bus.row(tape.row(RowKind.STATE, 0, state="RECESS", by="u", why="休庭"))
        await until(lambda: any(e.data["minute"] == "RECESS" for e in of("state")))
        platform.hub.close()
        await asyncio.wait_for(viewer, 5)
    assert platform.hub.viewers() == 0
