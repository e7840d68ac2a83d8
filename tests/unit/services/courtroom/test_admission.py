from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from courtstream.control.protocol import Command, Verb, WorkerSpec
from courtstream.domain.errors import NoHearingNow, PreviousHearingOpen
from courtstream.domain.trial import HearingState
from courtstream.services.courtroom import admission, commands, courtrooms
from courtstream.services.nodes.board import Board
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


HOURS = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def overstaying(world: World, code: str = "publisher_left") -> str:
    """A hearing that nobody ended, its encoder gone, and the next one due; the first one's id."""
    first, _ = world.live()
    world.hearing(case_number="（2026）江0102民初2号", start=NOW + 3 * HOURS)
    world.work.write(admission.publisher_gone, first, "n1", code, NOW + 2 * HOURS)
    world.change(first, state=HearingState.INTERRUPTED)
    return first


def test_the_next_hearing_does_not_go_out_as_the_one_that_nobody_ended(world: World) -> None:
    first = overstaying(world)
    refused = world.admit(at=NOW + 3 * HOURS)
    assert isinstance(refused, PreviousHearingOpen)
    assert "先结束上一场庭审" in refused.zh and refused.detail == "（2026）江0102民初1号"
    world.change(first, state=HearingState.ENDED)
    assert world.admit(at=NOW + 3 * HOURS).case_number == "（2026）江0102民初2号"


def test_before_the_next_one_is_due_a_long_break_is_no_obstacle(world: World) -> None:
    first = overstaying(world)
    assert world.admit(at=NOW + 2 * HOURS - MINUTE).hearing_id == first


def test_a_line_that_breaks_for_moments_does_not_end_an_overrunning_hearing(world: World) -> None:
    first = overstaying(world, "publisher_gone")
    at = NOW + 2 * HOURS + timedelta(seconds=30)
    assert world.admit(at=at).hearing_id == first


@pytest.mark.parametrize("code", ["publisher_left", "publisher_gone"])
def test_a_stopped_encoder_or_a_long_break_may_be_another_hearing(world: World, code: str) -> None:
    overstaying(world, code)
    assert isinstance(world.admit(at=NOW + 2 * HOURS + 2 * MINUTE), PreviousHearingOpen)


def test_the_courtroom_says_that_the_previous_hearing_is_to_be_ended(world: World) -> None:
    first, _ = world.live()
    second = world.hearing(case_number="2", start=NOW + 3 * HOURS)

    def waiting(at: datetime) -> str:
        page = world.work.read(
            courtrooms.courtroom_page, world.users["clerk"], ROOM, world.settings, Board(), at
        )
        return page.courtroom.waiting.id if page.courtroom.waiting else ""

    assert waiting(NOW + HOURS) == ""
    assert waiting(NOW + 2 * HOURS) == second
    world.change(first, state=HearingState.ENDED)
    assert waiting(NOW + 2 * HOURS) == ""


def test_the_last_minutes_before_midnight_are_no_wall(world: World) -> None:
    """Which hearing is due is a matter of minutes, not of the calendar's date."""
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # in Beijing
    late = world.hearing(case_number="1", start=midnight + timedelta(seconds=30))
    assert now_in(world, midnight - timedelta(seconds=30)) == late
    assert now_in(world, midnight + timedelta(minutes=1)) == late
