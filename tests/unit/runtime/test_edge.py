"""An edge keeps its bounds, its order and its counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_workers.runtime.edge import Edge, EndOfEdge, Overflow


def edge(span: int, size: int, overflow: Overflow = Overflow.REFUSE) -> Edge[tuple[int, int]]:
    return Edge("test", lambda item: item, span=span, size=size, overflow=overflow)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 40)), max_size=60))
def test_never_holds_more_than_its_bounds_and_keeps_order(steps: list[tuple[int, int]]) -> None:
    held = edge(span=100, size=200)
    t, accepted = 0, []
    for step, size in steps:
        t += step
        if held.put((t, size)):
            accepted.append((t, size))
    first = accepted[:1]
    assert all(item[0] - first[0][0] <= 100 for item in accepted)
    assert sum(size for _, size in accepted) <= 200 or len(accepted) == 1
    assert held.counters.accepted + held.counters.refused == len(steps)
    assert [held.get(0) for _ in accepted] == accepted


def test_one_item_always_fits_so_that_a_large_one_cannot_stop_the_graph() -> None:
    assert edge(span=1, size=1).put((0, 1_000_000))


def test_what_has_no_time_always_fits_and_does_not_count() -> None:
    held: Edge[tuple[int, int] | None] = Edge(
        "test", lambda item: item, span=10, size=10, overflow=Overflow.REFUSE
    )
    assert held.put(None)
    assert held.put((10**12, 10)), "a change of track long before must not make it full"
    assert held.put(None)
    assert [held.get(0), held.get(0), held.get(0)] == [None, (10**12, 10), None]


def test_a_blocking_edge_waits_for_its_consumer() -> None:
    held = edge(span=10, size=1000, overflow=Overflow.BLOCK)
    held.put((0, 1))
    done = threading.Event()

    def produce() -> None:
        held.put((100, 1))
        done.set()

    threading.Thread(target=produce, daemon=True).start()
    assert not done.wait(0.1)
    assert held.get(1) == (0, 1)
    assert done.wait(1)


def test_after_close_what_is_held_can_be_taken_and_then_it_ends() -> None:
    held = edge(span=10, size=10)
    held.put((1, 1))
    held.close()
    assert not held.put((2, 1))
    assert held.get(0) == (1, 1)
    with pytest.raises(EndOfEdge):
        held.get(0)


def test_clear_gives_what_it_forgot() -> None:
    held = edge(span=10, size=10)
    held.put((1, 1))
    held.put((2, 1))
    assert held.clear() == [(1, 1), (2, 1)]
    assert held.get(0) is None


def woken(held: Edge[tuple[int, int] | None], timeout: float) -> list[object]:
    """A consumer that waits at once, and what it will have got."""
    got: list[object] = []
    thread = threading.Thread(target=lambda: got.append(held.get(timeout)), daemon=True)
    thread.start()
    thread.join(0.05)
    return got


@pytest.mark.parametrize("last", [(100, 1), None], ids=["enough media", "something of no time"])
def test_a_consumer_is_let_sleep_until_it_is_worth_while(last: tuple[int, int] | None) -> None:
    held: Edge[tuple[int, int] | None] = Edge(
        "test", lambda item: item, span=1000, size=1000, overflow=Overflow.REFUSE, linger=100
    )
    got = woken(held, 20.0)
    for t in (0, 40, 80):
        held.put((t, 1))
    time.sleep(0.2)
    assert not got
    held.put(last)
    assert until(lambda: bool(got))
    assert got[0] == (0, 1), "in order"
    assert [held.get(0) for _ in range(3)] == [(40, 1), (80, 1), last], "what lies there is taken"


def test_lingering_ends_with_the_time_out_and_with_the_edge() -> None:
    held: Edge[tuple[int, int] | None] = Edge(
        "test", lambda item: item, span=1000, size=1000, overflow=Overflow.REFUSE, linger=100
    )
    got = woken(held, 0.3)
    held.put((0, 1))
    assert until(lambda: bool(got))
    assert got[0] == (0, 1)
    got = woken(held, 20.0)
    held.put((10, 1))
    held.close()
    assert until(lambda: bool(got))
    assert got[0] == (10, 1)


def until(done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5.0
    while not done() and time.monotonic() < deadline:
        time.sleep(0.005)
    return done()
