from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from courtstream.control.protocol import Command, Verb, WorkerSpec
from courtstream.domain.errors import NoHearingNow
from courtstream.domain.trial import HearingState
from courtstream.services import admission, commands
from tests.support.platform import NOW, ROOM, World

DAY = timedelta(days=1)


def now_in(world: World, at: datetime) -> str:
    found = world.work.read(admission.hearing_now, ROOM, at)
    return found.id if found else ""


def test_a_publisher_that_reconnects_gets_the_hearing_that_is_on_air(world: World) -> None:
    first, _ = world.live()
    second = world.hearing(case_number="2", start=NOW + timedelta(hours=3))
    assert now_in(world, NOW + timedelta(hours=1)) == first
    assert now_in(world, NOW + timedelta(hours=3)) == first  # it overruns
    world.change(first, state=HearingState.ENDED)
    assert now_in(world, NOW + timedelta(hours=3)) == second


def test_a_hearing_nobody_ended_does_not_take_the_next_days_stream(world: World) -> None:
    world.live()
    tomorrow = world.hearing(case_number="2", start=NOW + DAY)
    assert now_in(world, NOW + DAY) == tomorrow
    world.change(tomorrow, state=HearingState.CANCELLED)
    assert isinstance(world.admit(at=NOW + DAY), NoHearingNow)


def test_a_hearing_over_midnight_keeps_its_courtroom(world: World) -> None:
    late = NOW + timedelta(hours=13)  # ten in the evening in Beijing
    hearing_id = world.hearing(start=late)
    world.change(hearing_id, state=HearingState.LIVE)
    assert now_in(world, late + timedelta(hours=4)) == hearing_id


def test_one_that_never_went_on_air_gives_way_to_the_next(world: World) -> None:
    first = world.hearing()
    assert isinstance(world.admit(), WorkerSpec)
    second = world.hearing(case_number="2", start=NOW + timedelta(hours=5))
    assert now_in(world, NOW + timedelta(hours=1)) == first
    assert now_in(world, NOW + timedelta(hours=5)) == second


@pytest.mark.parametrize("days", [-1, 1])
def test_hearings_of_other_days_are_not_chosen(world: World, days: int) -> None:
    world.hearing(start=NOW + timedelta(days=days))
    assert isinstance(world.admit(), NoHearingNow)


def test_the_first_seconds_can_be_cut_before_they_air(world: World) -> None:
    hearing_id = world.hearing()
    world.admit()
    assert world.state(hearing_id) == HearingState.ADMITTED
    cut = Command(verb=Verb.CUT, by="")
    world.work.write(commands.permit, world.users["clerk"], hearing_id, cut, NOW)
