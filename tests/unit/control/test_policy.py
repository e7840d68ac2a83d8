from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courtstream.control.policy import BeatPolicy, BeatWatch, RestartBook, RestartPolicy

POLICY = RestartPolicy(first=0.2, factor=2.0, longest=10.0, budget=4, window=60.0, steady=30.0)


def test_waits_grow_and_stop_growing() -> None:
    waits = [POLICY.wait(n) for n in range(1, 10)]
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits == sorted(waits)
    assert waits[-1] == 10.0


def test_a_child_that_stayed_up_begins_again_with_the_first_wait() -> None:
    book = RestartBook(POLICY)
    book.failed(0.0, lived=1.0)
    assert book.failed(1.0, lived=1.0) == 0.4
    assert book.failed(100.0, lived=31.0) == 0.2


def test_the_budget_is_spent_by_failures_within_the_window_only() -> None:
    book = RestartBook(POLICY)
    for n in range(20):  # one a quarter of a minute: never more than four in the window
        assert book.failed(15.1 * n, lived=15.0) is not None
    book = RestartBook(POLICY)
    answers = [book.failed(float(n), lived=1.0) for n in range(5)]
    assert answers[-1] is None
    assert None not in answers[:-1]
    assert book.gave_up


def test_a_person_gives_the_whole_budget_back() -> None:
    book = RestartBook(POLICY)
    for n in range(5):
        book.failed(float(n), lived=0.1)
    book.forgive()
    assert not book.gave_up
    assert book.failed(6.0, lived=0.1) == 0.2


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), max_size=60))
def test_never_more_restarts_in_a_window_than_the_budget(lives: list[tuple[float, float]]) -> None:
    book, now, restarts = RestartBook(POLICY), 0.0, []
    for gap, lived in lives:
        now += gap
        if book.failed(now, lived) is None:
            break
        restarts.append(now)
    for moment in restarts:
        assert sum(moment - POLICY.window < t <= moment for t in restarts) <= POLICY.budget


def watch_for(seconds: float, watch: BeatWatch, start: float = 0.0, connected: bool = True) -> bool:
    """Look each quarter of a second; whether it was ever counted as hung."""
    steps = int(seconds * 4)
    return any(watch.hung(start + n / 4, connected=connected) for n in range(steps + 1))


def test_a_silent_worker_is_hung_after_five_seconds() -> None:
    watch = BeatWatch(started=0.0, policy=BeatPolicy(stale=5.0))
    watch.beat(0.0)
    assert not watch_for(5.0, watch)
    assert watch_for(1.0, watch, start=5.25)


def test_a_starting_worker_has_longer() -> None:
    watch = BeatWatch(started=0.0, policy=BeatPolicy(startup=60.0))
    assert not watch_for(60.0, watch)
    assert watch_for(1.0, watch, start=60.25)


def test_no_worker_is_blamed_while_the_broker_is_away_nor_right_after() -> None:
    watch = BeatWatch(started=0.0)
    watch.beat(0.0)
    assert not watch_for(100.0, watch, connected=False)
    assert not watch_for(4.5, watch, start=100.25)
    assert watch_for(2.0, watch, start=105.0)


def test_no_worker_is_blamed_for_the_time_the_agent_itself_stood_still() -> None:
    watch = BeatWatch(started=0.0)
    watch.beat(0.0)
    watch.hung(0.25, connected=True)
    assert not watch.hung(60.0, connected=True)
    assert not watch_for(4.5, watch, start=60.25)
