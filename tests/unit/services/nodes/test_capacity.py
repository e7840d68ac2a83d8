"""A stream that does not fit is refused in words; those that run never suffer for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courtstream.control.protocol import NodeBeat, WorkerSpec
from courtstream.domain.errors import DiskPressure, MachineFull
from courtstream.services.nodes.capacity import GIB, Room, admits_low, refusal, room_of
from courtstream.settings import AdmissionSettings
from tests.support.platform import NOW, World

RULE = AdmissionSettings(load=0.9, least_free_gb=2.0)


def room(busy: float = 0.0, free: float = 100.0, hearings: frozenset[str] = frozenset()) -> Room:
    return Room(cores=2.0, busy=busy, cost=0.5, free_bytes=int(free * GIB), hearings=hearings)


def test_what_fits_is_taken_and_what_does_not_is_refused_with_the_figures() -> None:
    others = frozenset({"h_other"})
    assert refusal(room(busy=1.3, hearings=others), "h_new", RULE) is None
    error = refusal(room(busy=1.4, hearings=others), "h_new", RULE)
    assert isinstance(error, MachineFull)
    assert "1.8" in error.detail and "1.4" in error.detail and "0.5" in error.detail


def test_a_hearing_that_runs_there_is_never_refused() -> None:
    own = frozenset({"h_own"})
    assert refusal(room(busy=9.0, free=0.1, hearings=own), "h_own", RULE) is None


def test_an_idle_machine_takes_one_hearing_however_small_it_is() -> None:
    assert refusal(Room(0.3, 0.0, 0.5, 100 * GIB), "h_new", RULE) is None


def test_a_nearly_full_disk_takes_no_new_hearing() -> None:
    error = refusal(room(free=1.5), "h_new", RULE)
    assert isinstance(error, DiskPressure) and "1.5 GiB" in error.detail


def test_a_node_that_knows_nothing_of_itself_refuses_nobody() -> None:
    assert room_of(NodeBeat(node="n", pid=1, version="0")) is None
    assert refusal(None, "h_new", RULE) is None


def test_the_door_says_no_and_the_hearing_stays_scheduled(world: World) -> None:
    from courtstream.services.courtroom import admission

    hearing = world.hearing()
    full = room(busy=1.9, hearings=frozenset({"h_other"}))
    answer = world.work.write(
        admission.admit_publisher, world.key, "n1", world.settings, now=NOW, room=full
    )
    assert isinstance(answer, MachineFull)
    assert world.state(hearing) == "scheduled"
    again = world.work.write(
        admission.admit_publisher, world.key, "n1", world.settings, now=NOW, room=room()
    )
    assert isinstance(again, WorkerSpec)


@pytest.mark.parametrize(("busy", "wanted"), [(0.0, True), (1.2, True), (1.3, False)])
def test_the_small_rendition_comes_only_where_it_fits_too(busy: float, wanted: bool) -> None:
    here = replace(room(busy), low=0.06)
    assert admits_low(here, RULE) is wanted
    assert not admits_low(here, RULE.model_copy(update={"low": "never"}))
    assert admits_low(here, RULE.model_copy(update={"low": "always"}))


def test_nobody_knows_the_room_so_there_is_no_small_rendition() -> None:
    assert not admits_low(None, RULE) and not admits_low(room(), RULE)


def test_the_workers_order_says_whether_it_is_made(world: World) -> None:
    from courtstream.services.courtroom import admission

    world.hearing()
    wide = replace(room(), low=0.06)
    order = world.work.write(
        admission.admit_publisher, world.key, "n1", world.settings, now=NOW, room=wide
    )
    assert isinstance(order, WorkerSpec) and order.low
