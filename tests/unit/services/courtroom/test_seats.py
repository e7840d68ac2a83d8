"""Whose microphone each channel is: kept by the courtroom, given to the worker."""

from __future__ import annotations

import pytest

from courtstream.control.protocol import WorkerSpec
from courtstream.domain.errors import Forbidden, InvalidInput, NotFound
from courtstream.domain.trial import Role
from courtstream.services.courtroom.seats import seats_of, set_seats
from courtstream.store.tables import Courtroom
from tests.support.platform import NOW, ROOM, World

ROWS: list[dict[str, object]] = [
    {"channel": 2, "role": "P", "label": "原告"},
    {"channel": 1, "role": "J", "label": "审判长"},
]


def put(world: World, login: str, rows: list[dict[str, object]]) -> None:
    world.work.write(set_seats, world.users[login], ROOM, rows, NOW)


def test_seats_are_kept_in_order_and_given_to_the_worker(world: World) -> None:
    put(world, "clerk", ROWS)
    kept = world.work.read(lambda session: seats_of(session.get_one(Courtroom, ROOM)))
    assert [(s.channel, s.role, s.label) for s in kept] == [
        (1, Role.JUDGE, "审判长"),
        (2, Role.PLAINTIFF, "原告"),
    ]
    world.hearing()
    order = world.admit()
    assert isinstance(order, WorkerSpec)
    assert order.policy.seats == kept


@pytest.mark.parametrize(
    "rows",
    [
        [{"channel": 1, "role": "J"}, {"channel": 1, "role": "P"}],
        [{"channel": 0, "role": "J"}],
        [{"channel": 9, "role": "J"}],
        [{"channel": 1, "role": "X"}],
        [{"channel": 1, "role": "J", "label": "审" * 21}],
    ],
)
def test_what_cannot_be_is_refused(world: World, rows: list[dict[str, object]]) -> None:
    with pytest.raises(InvalidInput):
        put(world, "clerk", rows)


@pytest.mark.parametrize("login", ["judge", "far"])
def test_a_judge_or_another_courts_clerk_may_not_set_seats(world: World, login: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        put(world, login, ROWS)
