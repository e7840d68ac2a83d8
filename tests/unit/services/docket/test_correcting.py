"""A hearing that has not begun can be corrected or put off; one that has cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courtstream.domain.errors import Conflict, Forbidden, InvalidInput
from courtstream.services.docket import correcting
from courtstream.services.docket.correcting import Correction
from courtstream.services.people import audit
from tests.support.platform import NOW, ROOM2, World


def correct(world: World, hearing: str, who: str = "clerk", **change: object) -> object:
    return world.work.write(
        correcting.correct, world.users[who], hearing, Correction(**change), NOW
    )


def test_a_hearing_is_put_off_with_its_length_and_the_gate_decides_anew(world: World) -> None:
    hearing = world.hearing()
    later = NOW + timedelta(days=1)
    before = world.work.read(correcting.standing, world.users["clerk"], hearing)
    correct(world, hearing, start=later, title="改期后的庭审", delay=12.0, begin="clerk")
    after = world.work.read(correcting.standing, world.users["clerk"], hearing)
    assert after.card.scheduled_start == later and after.card.title == "改期后的庭审"
    assert after.end - later == before.end - before.card.scheduled_start
    assert (after.policy.delay, after.policy.start) == (12.0, "clerk")
    acts = world.work.read(audit.entries, hearing)
    assert {"correct"} <= {a.action for a in acts}
    named = next(a.detail["fields"] for a in acts if a.action == "correct")
    assert set(named) == {"title", "start", "end", "delay", "begin"}


def test_the_bench_is_changed_in_its_order(world: World) -> None:
    hearing = world.hearing()
    correct(world, hearing, judge_ids=("j_1", "j_0"))
    card = world.work.read(correcting.standing, world.users["clerk"], hearing).card
    assert [j.id for j in card.judges] == ["j_1", "j_0"] and not card.sole_judge


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"courtroom_id": ROOM2}, "courtroom"),
        ({"judge_ids": ("j_far",)}, "judges"),
        ({"judge_ids": ("j_0", "j_0")}, "judges"),
        ({"delay": 2.0}, "delay"),
        ({"begin": "never"}, "begin"),
        ({"end": NOW - timedelta(hours=3)}, "end"),
    ],
)
def test_faults_are_named_and_nothing_changes(
    world: World, change: dict[str, object], column: str
) -> None:
    hearing = world.hearing()
    before = world.work.read(correcting.standing, world.users["clerk"], hearing)
    with pytest.raises(InvalidInput) as caught:
        correct(world, hearing, **change)
    assert column in caught.value.facts["faults"]
    assert world.work.read(correcting.standing, world.users["clerk"], hearing) == before


def test_two_hearings_do_not_meet_in_one_room(world: World) -> None:
    world.hearing()
    other = world.hearing(case_number="（2026）江0102民初2号", start=NOW + timedelta(hours=5))
    with pytest.raises(InvalidInput):
        correct(world, other, start=NOW + timedelta(minutes=10))
    correct(world, other, start=NOW + timedelta(hours=6))


def test_what_is_on_air_and_what_is_others_is_left_alone(world: World) -> None:
    live, _ = world.live()
    with pytest.raises(Conflict):
        correct(world, live, title="x")
    other = world.hearing(case_number="（2026）江0102民初3号", start=NOW + timedelta(hours=5))
    with pytest.raises(Forbidden):
        correct(world, other, who="far", title="x")
