from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from courtstream.control.protocol import Command, Verb
from courtstream.domain.errors import Forbidden, WorkerAway
from courtstream.domain.trial import HearingState, PublicationMode
from courtstream.services.courtroom import commands
from courtstream.services.nodes import running
from courtstream.store.tables import AuditEntry, Hearing, ScorecardRow, Stream
from tests.support.platform import NOW, MemoryBus, World

LATER = NOW + timedelta(hours=3)


async def order(world: World, hearing_id: str, verb: Verb, who: str = "clerk") -> Any:
    bus = MemoryBus()
    bus.worker = None
    command = Command(verb=verb, by="", reason="RECESS")
    return await commands.send(world.work, bus, world.users[who], hearing_id, command, LATER)


@pytest.mark.parametrize("state", [HearingState.LIVE, HearingState.INTERRUPTED])
async def test_a_hearing_without_a_worker_can_be_ended(world: World, state: HearingState) -> None:
    hearing_id, _ = world.live(replay_release="automatic")
    world.change(hearing_id, state=state)
    assert (await order(world, hearing_id, Verb.END)).ok
    assert world.state(hearing_id) == HearingState.ENDED

    def look(session: Any) -> tuple[Any, ...]:
        hearing = session.get(Hearing, hearing_id)
        acts = session.query(AuditEntry).filter_by(action="ended_without_worker").all()
        return (
            hearing.actual_end,
            {p.mode for p in hearing.publications},
            [act.actor for act in acts],
            session.query(ScorecardRow).filter_by(hearing_id=hearing_id, current=True).count(),
            session.query(Stream).filter_by(ended_at=None).count(),
        )

    end, modes, by, scores, streams = world.work.read(look)
    assert end == LATER
    assert PublicationMode.REPLAY in modes
    assert by == [world.users["clerk"].id]
    assert (scores, streams) == (1, 0)


async def test_only_the_end_goes_without_a_worker(world: World) -> None:
    hearing_id, _ = world.live()
    with pytest.raises(WorkerAway):
        await order(world, hearing_id, Verb.RECESS)
    with pytest.raises(Forbidden):
        await order(world, hearing_id, Verb.END, "far")
    assert world.state(hearing_id) == HearingState.LIVE


async def test_a_worker_heard_moments_ago_has_to_end_the_hearing_itself(world: World) -> None:
    hearing_id, _ = world.live()
    world.change(hearing_id, worker_seen_at=LATER - timedelta(seconds=3))
    with pytest.raises(WorkerAway):
        await order(world, hearing_id, Verb.END)
    assert world.state(hearing_id) == HearingState.LIVE


async def test_the_workers_own_last_row_may_still_come(world: World) -> None:
    hearing_id, tape = world.live()
    await order(world, hearing_id, Verb.END)
    assert hearing_id in world.work.read(running.unfinished)  # its node is asked at the next start
    world.take([tape.segment(3), tape.end(8)])
    assert world.state(hearing_id) == HearingState.ENDED
    assert world.work.read(running.unfinished) == ()
    assert world.work.read(lambda s: s.get(Hearing, hearing_id).duration) == 8_000_000_000


async def test_a_hearing_that_never_went_on_air_is_not_ended_so(world: World) -> None:
    hearing_id = world.hearing()
    with pytest.raises(WorkerAway):
        await order(world, hearing_id, Verb.END)
