"""Promise: a hearing cannot reach the public without a decision of the gate; unknown is closed.

Everything a publisher can get wrong at the door ends in a sentence a clerk understands.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from courtstream.api.listeners import Listeners
from courtstream.control.protocol import AdmitRequest, IngestEvent, NodeBeat, RowKind, WorkerSpec
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import (
    GateClosed,
    NoHearingNow,
    PublisherPresent,
    UnknownIngestKey,
)
from courtstream.domain.trial import CaseKind, HearingState, Procedure
from courtstream.services.courtroom import keys
from courtstream.services.gate import gatekeeping
from courtstream.services.public import transcript as public_transcript
from courtstream.services.publication.media import media_grant
from courtstream.store.tables import GateDecisionRow, Stream
from tests.support.platform import (
    NOW,
    ROOM,
    MemoryBus,
    Tape,
    World,
    sign_in,
    site,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "data")


def decisions(world: World) -> list[tuple[list[str], list[str]]]:
    def read(session: Any) -> list[tuple[list[str], list[str]]]:
        return [(d.allowed, d.codes) for d in session.query(GateDecisionRow)]

    return world.work.read(read)


def test_an_approved_and_checked_hearing_is_admitted(world: World) -> None:
    hearing_id = world.hearing()
    order = world.admit()
    assert isinstance(order, WorkerSpec)
    assert order.hearing_id == hearing_id
    assert world.state(hearing_id) == HearingState.ADMITTED
    assert order.procedure is Procedure.CIV1_SUM
    assert order.folder != order.public
    assert world.settings.public not in order.folder.parents
    protected = [p.name for p in order.participants if p.protected]
    assert protected == ["方若竹"]
    assert world.key not in order.model_dump_json()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"approval": None}, "NOT_APPROVED"),
        ({"approval": False}, "NOT_APPROVED"),
        ({"closure_codes": None}, "UNKNOWN"),
        ({"closure_codes": ("PRIVACY_CIV",)}, "PRIVACY_CIV"),
        ({"closure_codes": ("UNSUITABLE_OTHER",)}, "UNSUITABLE_OTHER"),
        ({"cause": "离婚纠纷"}, "DIVORCE"),
        ({"public": False}, "NOT_PUBLIC"),
        ({"procedure": Procedure.CRI1_ORD, "kind": CaseKind.CIVIL}, "UNKNOWN"),
    ],
)
def test_a_closed_gate_keeps_the_publisher_out(
    world: World, facts: dict[str, Any], code: str
) -> None:
    hearing_id = world.hearing(**facts)
    refusal = world.admit()
    assert isinstance(refusal, GateClosed)
    assert "公开审查未通过" in refusal.zh
    assert refusal.remedy
    assert world.state(hearing_id) == HearingState.SCHEDULED
    assert code in decisions(world)[-1][1]
    assert not world.work.read(media_grant, hearing_id, NOW).live
    assert world.work.read(lambda s: s.query(Stream).count()) == 0


def test_the_decision_stays_on_file_even_when_it_refuses(world: World) -> None:
    hearing_id = world.hearing(approval=None)
    world.admit()
    assert decisions(world)[-1] == (["verdict"], ["NOT_APPROVED"])
    world.approve(hearing_id)
    assert isinstance(world.admit(), WorkerSpec)
    assert len(decisions(world)) == 2  # the refusal was not written over


def test_a_clerk_does_not_approve_the_own_broadcast(world: World) -> None:
    hearing_id = world.hearing(approval=None)
    with site(world) as client:
        header = sign_in(client, "clerk")
        path = f"/api/v1/hearings/{hearing_id}/approval"
        answer = client.post(path, json={"outcome": "publish"}, headers=header)
        assert answer.status_code == 403
    assert isinstance(world.admit(), GateClosed)


def test_an_unknown_or_revoked_key_opens_nothing(world: World) -> None:
    world.hearing()
    for key in ("wrong", "", world.key.upper(), world.key[:-1], "' OR 1=1 --"):
        assert isinstance(world.admit(key or "x"), UnknownIngestKey)
    world.work.write(keys.rotate, world.users["clerk"], ROOM, NOW)
    refusal = world.admit()
    assert isinstance(refusal, UnknownIngestKey)
    assert "密钥" in refusal.zh
    assert world.key not in str(refusal)


@pytest.mark.parametrize("start", [timedelta(hours=3), timedelta(days=1), timedelta(days=-1)])
def test_only_a_hearing_of_now_opens_the_door(world: World, start: timedelta) -> None:
    world.hearing(start=NOW + start)
    refusal = world.admit()
    assert isinstance(refusal, NoHearingNow)
    assert "没有可推流的庭审" in refusal.zh


@pytest.mark.parametrize("door", ["n1", "n2"])
def test_a_newer_publisher_with_the_same_key_takes_over_at_any_door_but_not_at_once(
    world: World, door: str
) -> None:
    world.hearing()
    assert isinstance(world.admit(), WorkerSpec)
    soon, later = NOW + timedelta(seconds=2), NOW + timedelta(seconds=6)
    assert isinstance(world.admit(node=door, at=soon), PublisherPresent)
    assert isinstance(world.admit(node=door, at=later), WorkerSpec)


def test_a_second_publisher_is_turned_away_until_the_first_is_gone(world: World) -> None:
    hearing_id = world.hearing()
    assert isinstance(world.admit(), WorkerSpec)
    assert isinstance(world.admit(node="n2"), PublisherPresent)
    tape = Tape(hearing_id)
    world.take([*tape.begin(), tape.segment(0)])
    assert isinstance(world.admit(), PublisherPresent)
    world.take([tape.row(RowKind.SOURCE, state="lost", code="eof")])
    assert isinstance(world.admit(), WorkerSpec)


def test_a_publisher_nobody_hears_of_does_not_lock_the_room(world: World) -> None:
    world.hearing()
    world.admit()
    assert isinstance(world.admit(at=NOW + timedelta(minutes=2)), WorkerSpec)


def test_a_returning_publisher_comes_back_to_its_own_hearing_with_a_greater_epoch(
    world: World,
) -> None:
    hearing_id, tape = world.live()
    tape.epoch = 4
    world.take([tape.segment(7), tape.row(RowKind.SOURCE, state="lost")])
    order = world.admit()
    assert isinstance(order, WorkerSpec)
    assert (order.hearing_id, order.epoch) == (hearing_id, 5)


def test_what_is_found_during_the_hearing_takes_it_from_the_public_at_once(world: World) -> None:
    hearing_id, _ = world.live()
    assert world.work.read(media_grant, hearing_id, NOW).live
    clerk = world.users["clerk"]
    gate = world.work.write(gatekeeping.find_closures, clerk, hearing_id, ("PRIVACY_CIV",), NOW)
    assert gate is not None
    assert "live" not in gate.allowed
    grant = world.work.read(media_grant, hearing_id, NOW)
    assert grant.withdrawn
    assert not grant.live
    assert world.work.read(public_transcript.transcript, hearing_id, NOW) == ()


def test_the_door_answers_over_the_bus_in_words_a_clerk_understands(world: World) -> None:
    hearing_id = world.hearing(start=utc_now() + timedelta(minutes=1), approval=None)

    async def knock() -> None:
        bus = MemoryBus()
        with site(world) as client:
            listeners = Listeners(client.app.state.context, bus)  # type: ignore[attr-defined]
            task = asyncio.create_task(listeners.run())
            while bus.ingest is None:
                await asyncio.sleep(0.01)
            assert bus.admit is not None
            no = await bus.admit(AdmitRequest(key=world.key, node="n1"))
            assert (no.ok, no.code, no.spec) == (False, "gate_closed", None)
            assert "公开审查未通过" in no.message
            world.approve(hearing_id)
            yes = await bus.admit(AdmitRequest(key=world.key, node="n1"))
            assert yes.ok
            assert yes.spec is not None
            assert bus.node_beat is not None
            await bus.node_beat(NodeBeat(node="n1", pid=1, version="1"))
            taken = await bus.admit(AdmitRequest(key=world.key, node="n2"))
            assert taken.code == "publisher_present"
            gone = IngestEvent(node="n1", hearing_id=hearing_id, kind="disconnected")
            await bus.ingest(gone)
            again = await bus.admit(AdmitRequest(key=world.key, node="n2"))
            assert again.ok
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(knock())


def test_the_office_approves_on_the_hearings_own_page(world: World) -> None:
    hearing_id = world.hearing(approval=None)
    path = f"/staff/hearings/{hearing_id}/gate"
    with site(world) as client:
        token = sign_in(client, "office")["X-CSRF-Token"]
        assert "签署：同意公开" in client.get(path).text
        form = {"csrf": token, "act": "publish"}
        done = client.post(path, data=form, follow_redirects=True)
        assert "意见已归档：同意公开" in done.text
    assert isinstance(world.admit(), WorkerSpec)
