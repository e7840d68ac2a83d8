from __future__ import annotations

from datetime import timedelta

import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import Conflict, InvalidInput, SecondPassOpen
from courtstream.services.publication import publishing, shape
from courtstream.services.second_pass import desk as second_pass_desk
from courtstream.services.second_pass import errands as second_pass_errands
from courtstream.services.second_pass import judging as second_pass_judging
from courtstream.services.second_pass import standing as second_pass
from courtstream.store.tables import Hearing, MomentVerdict, PassState
from tests.support.platform import NOW, Tape, World

MOMENT = {
    "start": 1_000_000_000,
    "end": 2_000_000_000,
    "t": 1_500_000_000,
    "why": "not_hidden",
    "score": 0.8,
    "visible": 0.9,
    "box": [1, 2, 3, 4],
    "path": [],
    "image": "00001.jpg",
}


def ended(world: World, policy: str = "automatic") -> tuple[str, Tape]:
    hearing_id, tape = world.live(replay_release=policy)
    world.take([tape.end(6)])
    return hearing_id, tape


def replay(world: World, hearing_id: str) -> bool:
    return world.work.read(lambda s: shape.replay_open(s.get(Hearing, hearing_id)))


def state(world: World, hearing_id: str) -> PassState | None:
    return world.work.read(second_pass_desk.overview, hearing_id).state


def asked(world: World, minutes: float = 0.0) -> list[tuple[str, bool, tuple[int, ...]]]:
    now = NOW + timedelta(minutes=minutes)
    errands = world.work.read(second_pass_errands.errands, world.settings, now)
    return [(e.spec.hearing_id, e.ask, tuple(h.n for h in e.spec.hide)) for e in errands]


def test_an_automatic_replay_waits_for_an_empty_second_pass(world: World) -> None:
    hearing_id, tape = ended(world)
    assert not replay(world, hearing_id)
    assert asked(world) == [(hearing_id, True, ())]
    world.take([tape.row(RowKind.SECOND_PASS, state="running", done=1.0, of=6.0)])
    assert asked(world) == [(hearing_id, False, ())]  # it is under way: only listen
    assert asked(world, minutes=2) == [(hearing_id, True, ())]  # nobody has heard of it
    world.take([tape.looked_twice()])
    assert replay(world, hearing_id)
    assert asked(world) == []


def test_what_was_found_waits_for_a_person_whatever_the_policy(world: World) -> None:
    hearing_id, tape = ended(world)
    rows = [tape.row(RowKind.MOMENT, n=1, **MOMENT), tape.looked_twice()]
    world.take(rows)
    clerk = world.users["clerk"]
    assert not replay(world, hearing_id)
    with pytest.raises(SecondPassOpen):
        world.work.write(publishing.release_replay, clerk, hearing_id, NOW)
    judged = world.work.write(
        second_pass_judging.judge, clerk, hearing_id, 1, MomentVerdict.HARMLESS, NOW
    )
    assert judged.settled
    assert asked(world) == []
    world.work.write(publishing.release_replay, clerk, hearing_id, NOW)
    assert replay(world, hearing_id)


def test_hide_is_an_errand_until_the_replay_was_made_anew(world: World) -> None:
    hearing_id, tape = ended(world)
    world.take([tape.row(RowKind.MOMENT, n=1, **MOMENT), tape.looked_twice()])
    clerk = world.users["clerk"]
    world.work.write(second_pass_judging.judge, clerk, hearing_id, 1, MomentVerdict.HIDE, NOW)
    assert asked(world) == [(hearing_id, True, (1,))]
    assert not world.work.read(second_pass.settled, hearing_id)
    made = tape.row(RowKind.SECOND_PASS, state="remade", moments=[1], replaced=["seg-000000-1.m4s"])
    world.take([made])
    assert world.work.read(second_pass.settled, hearing_id)
    assert world.work.read(second_pass.replaced, hearing_id) == {"seg-000000-1.m4s"}
    assert asked(world) == []


def test_one_that_failed_is_tried_again_or_waived_by_somebody_with_a_reason(world: World) -> None:
    hearing_id, tape = ended(world, "person")
    world.take([tape.row(RowKind.SECOND_PASS, state="failed", code="seal_broken")])
    clerk = world.users["clerk"]
    assert state(world, hearing_id) is PassState.FAILED
    assert asked(world) == []
    with pytest.raises(SecondPassOpen):
        world.work.write(publishing.release_replay, clerk, hearing_id, NOW)
    world.work.write(second_pass_judging.again, clerk, hearing_id, NOW)
    assert asked(world) == [(hearing_id, True, ())]
    world.take([tape.row(RowKind.SECOND_PASS, state="failed", code="seal_broken")])
    with pytest.raises(InvalidInput):
        world.work.write(second_pass_judging.waive, clerk, hearing_id, " ", NOW)
    world.work.write(second_pass_judging.waive, clerk, hearing_id, "原始录像损坏，已人工看过", NOW)
    world.work.write(publishing.release_replay, clerk, hearing_id, NOW)
    assert replay(world, hearing_id)


def test_a_hearing_that_published_nothing_needs_none(world: World) -> None:
    hearing_id, tape = world.live(segments=0)
    world.take([tape.end(1)])
    assert state(world, hearing_id) is None
    assert asked(world) == []


def test_a_withdrawn_hearing_is_not_let_out_by_its_second_pass(world: World) -> None:
    hearing_id, tape = ended(world)
    world.work.write(publishing.withdraw, world.users["clerk"], hearing_id, "撤回", NOW)
    world.take([tape.looked_twice()])
    assert not replay(world, hearing_id)


def test_a_sound_one_is_neither_waived_nor_tried_again(world: World) -> None:
    hearing_id, tape = ended(world)
    world.take([tape.looked_twice()])
    for act in (
        lambda s: second_pass_judging.waive(s, world.users["clerk"], hearing_id, "不需要了", NOW),
        lambda s: second_pass_judging.again(s, world.users["clerk"], hearing_id, NOW),
    ):
        with pytest.raises(Conflict):
            world.work.write(act)
