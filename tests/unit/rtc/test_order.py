"""Sound packets in order: a lost one costs itself, a late one is waited for, wraps are none."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from media_workers.rtc.order import PATIENCE, Order


def fed(numbers: list[int]) -> list[int]:
    order: Order[int] = Order()
    return [out for n in numbers for out in order.push(n % 0x10000, n)]


def test_one_lost_packet_costs_one_packet() -> None:
    numbers = [n for n in range(200) if n % 20 != 7]
    assert set(numbers) - set(fed(numbers)) <= set(range(200 - PATIENCE, 200))


def test_a_packet_that_is_a_little_late_has_its_place() -> None:
    assert fed([0, 1, 3, 2, 4, 6, 5, 7]) == list(range(8))


def test_doubles_and_the_far_too_late_are_passed_over() -> None:
    assert fed([0, 1, 1, 2, 0, 3, 3]) == [0, 1, 2, 3]


def test_numbers_begin_anew_at_65536() -> None:
    assert fed(list(range(65_500, 65_600))) == list(range(65_500, 65_600))


def test_a_sender_that_begins_anew_is_followed() -> None:
    assert fed([5, 6, 30_000, 30_001]) == [5, 6, 30_000, 30_001]


@given(st.integers(0, 2**32), st.integers(0, 65_535))
def test_what_comes_out_is_always_in_order(seed: int, start: int) -> None:
    chance = random.Random(seed)
    numbers = [start + n for n in range(120) if chance.random() > 0.2]
    for _ in range(10):
        i = chance.randrange(len(numbers) - 3)
        numbers[i], numbers[i + 2] = numbers[i + 2], numbers[i]
    out = fed(numbers)
    assert out == sorted(set(out))
    assert len(out) > 60
