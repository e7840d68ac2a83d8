from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from courtstream.control.protocol import NodeBeat, TakeRequest, WorkerSpec
from courtstream.domain.errors import Forbidden, NodeClosed, PublisherPresent
from courtstream.services.courtroom import admission
from courtstream.services.nodes import placing
from courtstream.services.people import audit
from courtstream.settings import AdmissionSettings
from courtstream.store.tables import Hearing, Segment
from tests.support.platform import NOW, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path)


LATER = NOW + timedelta(seconds=30)


def knock(world: World, node: str, alive: frozenset[str], at: timedelta) -> object:
    return world.work.write(
        admission.admit_publisher,
        world.key,
        node,
        world.settings,
        now=NOW + at,
        alive=alive,
    )


def take(world: World, hearing_id: str, node: str, epoch: int) -> placing.TakeReply:
    request = TakeRequest(hearing_id=hearing_id, node=node, epoch=epoch)
    return world.work.write(placing.take, request, LATER)


def segments(world: World) -> list[int]:
    return world.work.read(lambda s: [row.n for row in s.query(Segment).order_by(Segment.n)])


def test_the_next_node_goes_on_after_the_last_row_and_older_epochs_are_refused(
    world: World,
) -> None:
    hearing_id, tape = world.live(segments=3)
    reply = take(world, hearing_id, "n2", 2)
    assert (reply.ok, reply.seq, reply.before, reply.nodes) == (True, tape.seq, "n1", ("n1",))
    fork = tape.seq
    world.take([tape.segment(3)])  # the old node, thawed, writes on
    assert segments(world) == [0, 1, 2]
    tape.seq, tape.epoch = fork, 2
    world.take([tape.segment(3), tape.segment(4)])
    assert segments(world) == [0, 1, 2, 3, 4]
    where = world.work.read(lambda s: s.get_one(Hearing, hearing_id).node)
    assert where == "n2"
    assert world.work.read(placing.parts, hearing_id) == ("n2", "n1")
    assert world.work.read(audit.verify) > 0


def test_a_claim_that_is_not_the_latest_gets_nothing(world: World) -> None:
    hearing_id, _ = world.live()
    assert take(world, hearing_id, "n2", 3).ok
    assert take(world, hearing_id, "n3", 2).code == "old_epoch"


def test_a_hearing_that_is_over_is_not_taken_over(world: World) -> None:
    hearing_id = world.hearing()
    assert take(world, hearing_id, "n2", 2).code == "hearing_ended"
    assert take(world, "h_unknown", "n2", 2).code == "hearing_ended"


def test_a_node_that_comes_back_to_its_own_hearing_keeps_its_journal(world: World) -> None:
    hearing_id, tape = world.live()
    reply = take(world, hearing_id, "n1", 5)
    assert (reply.before, reply.nodes) == ("n1", ())
    world.take([tape.segment(3)])  # not told before, of the same line
    assert segments(world)[-1] == 3


def test_an_encoder_comes_to_another_door_when_its_node_is_dead(world: World) -> None:
    world.live()
    spec = knock(world, "n2", frozenset({"n2"}), timedelta(seconds=1))
    assert isinstance(spec, WorkerSpec)
    assert spec.epoch == 2


def test_and_when_it_lives_only_with_the_same_key_and_not_at_once(world: World) -> None:
    world.live()
    alive = frozenset({"n1", "n2"})
    assert isinstance(knock(world, "n2", alive, timedelta(seconds=1)), PublisherPresent)
    assert isinstance(knock(world, "n2", alive, timedelta(seconds=6)), WorkerSpec)


def test_a_closed_node_takes_in_nothing_but_what_runs_there(world: World) -> None:
    world.live()
    world.work.write(placing.set_cordon, "operator", "n1", True, NOW)
    world.work.write(placing.set_cordon, "operator", "n2", True, NOW)
    assert isinstance(knock(world, "n1", frozenset({"n1"}), timedelta(seconds=9)), WorkerSpec)
    assert isinstance(knock(world, "n2", frozenset({"n2"}), timedelta(seconds=20)), NodeClosed)
    world.work.write(placing.set_cordon, "operator", "n2", False, NOW)
    assert isinstance(knock(world, "n2", frozenset({"n2"}), timedelta(seconds=30)), WorkerSpec)


def test_only_the_whole_sites_administrator_closes_a_node(world: World) -> None:
    world.work.write(placing.cordon, world.users["admin"], "n1", True, NOW)
    assert world.work.read(placing.cordoned) == {"n1"}
    with pytest.raises(Forbidden):
        world.work.write(placing.cordon, world.users["clerk"], "n1", False, NOW)


def beat(node: str, busy: float, **facts: object) -> NodeBeat:
    given = {"node": node, "pid": 1, "version": "1", "cores": 8.0, "busy": busy, "cost": 1.0}
    return NodeBeat.model_validate({**given, **facts})


def test_a_hearing_goes_where_most_room_is() -> None:
    rule = AdmissionSettings()
    beats = [beat("a", 3.0), beat("b", 1.0), beat("c", 0.0, leaving=True)]
    assert placing.choose(beats, (), rule) == "b"
    assert placing.choose(beats, {"b"}, rule) == "a"
    full = [beat("a", 7.9, hearings=("h1",))]
    assert placing.choose(full, (), rule) is None


def test_a_node_that_seals_with_another_key_gets_no_hearing() -> None:
    beats = [beat("a", 0.0, seal="11"), beat("b", 1.0, seal="22")]
    assert placing.choose(beats, (), AdmissionSettings(), "22") == "b"


def test_every_asker_names_the_same_puller_and_a_lost_node_moves_only_its_own() -> None:
    names = ["a", "b", "c"]
    before = {f"ps_{n}": placing.puller_of(f"ps_{n}", names) for n in range(60)}
    assert set(before.values()) == set(names)
    after = {key: placing.puller_of(key, ["c", "a"]) for key in before}
    assert all(after[key] == node for key, node in before.items() if node != "b")
