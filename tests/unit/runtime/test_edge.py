"""An edge keeps its bounds, its order and its counts."""

from __future__ import annotations

import threading

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
