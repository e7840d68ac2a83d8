"""Footage shown again is known by its motion; hearings of one room are not taken for each other."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from courtstream.rules.supervision.footage import BLOCKS, same_footage
from courtstream.rules.supervision.gaming import Shown, muted, signs

ENTRANCE = [[90 if 4 <= block < 9 else 5 for block in range(BLOCKS)]] * 6
"""The bench comes in: in every hearing of the room the same."""

Moves = list[list[int]]


def moving(seed: int, length: int = 300) -> Moves:
    """People who move for some seconds each, after an entrance."""
    rng = random.Random(seed)
    level, found = [0.0] * BLOCKS, []
    for _ in range(length):
        level = [0.6 * v + (rng.uniform(20, 60) if rng.random() < 0.12 else 0.0) for v in level]
        found.append([round(v) for v in level])
    return [*ENTRANCE, *found]


def copied(motion: Moves, rng: random.Random, first: int = 8) -> Moves:
    """Made anew half a second off: each second has half of two, and the encoder's own noise."""
    pairs = zip(motion[first:], motion[first + 1 :], strict=False)
    return [
        [round((a + b) / 2 + rng.gauss(0, 3)) for a, b in zip(one, two, strict=True)]
        for one, two in pairs
    ]


def shown(name: str, **facts: Any) -> Shown:
    given = {"minutes": 45.0, "cause": "民间借贷纠纷", "number": None, **facts}
    return Shown(name, given.pop("court", "c"), "j", date(2026, 11, 2), **given)


def test_a_copy_made_anew_and_shifted_is_the_same_either_way() -> None:
    first = moving(1)
    again = copied(first, random.Random(2))
    assert same_footage(first, again) and same_footage(again, first)


def test_a_copy_behind_something_else_is_found() -> None:
    first = moving(1)
    assert same_footage(first, [*moving(3, 90), *copied(first, random.Random(2))])


def test_hearings_of_one_room_are_not_alike() -> None:
    many = [moving(seed) for seed in range(8)]
    assert not any(same_footage(a, b) for n, a in enumerate(many) for b in many[n + 1 :])


def test_what_stands_still_or_was_not_measured_says_nothing() -> None:
    still = [[1, 0] * (BLOCKS // 2)] * 300
    assert not same_footage(still, still)
    assert not same_footage([], moving(1)) and not same_footage([[]] * 300, [[]] * 300)
    assert not same_footage(moving(1, 50), moving(1, 50))  # less than two minutes


def test_only_a_silent_broadcast_is_compared_and_only_within_its_court() -> None:
    first, rng = moving(1), random.Random(4)
    again = copied(first, rng)
    a, b = shown("a", motion=first), shown("b", motion=again, silent=True)
    assert muted([a, b, shown("c", motion=moving(5))]) == (("a", "b"),)
    assert signs([a, b])["FOOTAGE_REUSED"] == {"b": ("a",)}
    assert muted([a, shown("b", motion=again)]) == ()
    assert muted([a, shown("b", motion=again, silent=True, court="d")]) == ()
