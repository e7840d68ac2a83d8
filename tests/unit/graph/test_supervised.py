"""A supervised stage is replaced when it dies or hangs, and its ghost is not listened to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from courtstream.domain.time import SECOND
from media_workers.graph.supervised import Supervised
from media_workers.runtime.edge import Overflow


class Echo:
    def __init__(self, act: Callable[[int], None]) -> None:
        self._act = act

    def push(self, item: int) -> Iterator[int]:
        self._act(item)
        yield item

    def flush(self) -> Iterator[int]:
        yield -1


class Watch:
    """A clock the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def supervised(
    act: Callable[[int], None], out: list[int], lost: list[str], clock: Watch
) -> Supervised[int, int]:
    return Supervised(
        "echo",
        lambda: Echo(act),
        lambda item: (item, 1),
        out.append,
        lost.append,
        span=1000,
        size=1000,
        overflow=Overflow.REFUSE,
        stall=5.0,
        clock=clock,
    )


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def test_results_come_in_order_and_flush_ends_them() -> None:
    out: list[int] = []
    stage = supervised(lambda _: None, out, [], Watch())
    for n in range(5):
        assert stage.offer(n)
    stage.finish(timeout=5)
    assert out == [0, 1, 2, 3, 4, -1]


def test_a_dead_stage_takes_nothing_until_its_pause_is_over() -> None:
    out: list[int] = []
    lost: list[str] = []
    clock = Watch()

    def die_once(item: int) -> None:
        if item == 1:
            raise RuntimeError("secret text of the hearing")

    stage = supervised(die_once, out, lost, clock)
    stage.offer(1)
    wait_for(lambda: bool(lost))
    assert stage.dead
    assert not stage.offer(2)
    clock.now += 1.0
    assert stage.offer(3)
    wait_for(lambda: out == [3])
    assert lost == ["RuntimeError"], "the code only: an exception's text may be private"
    assert stage.refused == 1


def test_a_hung_stage_is_left_behind_and_its_late_answer_ignored() -> None:
    out: list[int] = []
    lost: list[str] = []
    clock = Watch()
    go = threading.Event()

    def hang(item: int) -> None:
        if item == 1:
            go.wait(5)

    stage = supervised(hang, out, lost, clock)
    stage.offer(1)
    time.sleep(0.1)
    clock.now += 6.0
    stage.watch()
    assert lost == ["hung"]
    clock.now += 1.0
    assert stage.offer(2)
    wait_for(lambda: out == [2])
    go.set()
    time.sleep(0.2)
    assert out == [2]


@pytest.mark.parametrize("failures", [1, 3, 8])
def test_pauses_grow_but_it_never_gives_up(failures: int) -> None:
    out: list[int] = []
    lost: list[str] = []
    clock = Watch()
    broken = [True]

    def act(item: int) -> None:
        if broken[0]:
            raise RuntimeError

    stage = supervised(act, out, lost, clock)
    for n in range(failures):
        wait_for(lambda: stage.offer(7) or not stage.dead)
        wait_for(lambda n=n: len(lost) == n + 1)  # type: ignore[misc]
        clock.now += 5.0
    broken[0] = False
    assert stage.offer(9)
    wait_for(lambda: out == [9])


def test_a_model_that_loads_slowly_is_not_a_hung_one() -> None:
    """Else a larger model would be loaded again and again, each time beside the one before."""
    clock, loaded, lost = Watch(), threading.Event(), list[str]()

    class Slow:
        def push(self, item: int) -> list[int]:
            return [item]

        def flush(self) -> list[int]:
            return []

    def load() -> Slow:
        loaded.wait(5)
        return Slow()

    out: list[int] = []
    stage: Supervised[int, int] = Supervised(
        "slow",
        load,
        lambda n: (n, 1),
        out.append,
        lost.append,
        span=100,
        size=100,
        overflow=Overflow.REFUSE,
        clock=clock,
    )
    time.sleep(0.05)
    clock.now += 60.0
    assert stage.offer(1)
    assert lost == []
    loaded.set()
    wait_for(lambda: out == [1])


def test_at_a_pause_the_stage_gives_what_it_holds_and_then_goes_on() -> None:
    out: list[int] = []
    stage = supervised(lambda _: None, out, [], Watch())
    stage.offer(1)
    stage.pause()
    stage.offer(2)
    wait_for(lambda: 2 in out)
    assert out == [1, -1, 2]
    assert stage.failures == 0
    stage.finish(timeout=5)


def test_the_real_time_factor_is_work_by_media() -> None:
    out: list[int] = []
    clock = Watch()

    def work(item: int) -> None:
        clock.now += 0.5  # half a second of work a second of media

    stage = Supervised(
        "echo", lambda: Echo(work), lambda item: (item * SECOND, 1), out.append,
        lambda _: None, span=1 << 62, size=1 << 40, overflow=Overflow.REFUSE, clock=clock,
    )  # fmt: skip
    for n in range(1, 61):
        stage.offer(n)
    wait_for(lambda: len(out) == 60)
    assert stage.rtf == pytest.approx(0.5, abs=0.05)
    stage.finish(timeout=5)


def test_a_stall_is_sat_out_and_only_threads_that_never_come_back_count() -> None:
    clock, go_on, out, lost = Watch(), threading.Event(), [], []  # type: ignore[var-annotated]
    stage = supervised(lambda item: go_on.wait(60), out, lost, clock)  # type: ignore[arg-type]
    for at, behind in ((0.0, 0), (6.0, 1), (7.0, 1), (13.0, 2)):
        clock.now = at
        stage.offer(int(at))
        wait_for(lambda: stage.dead or stage.busy)
        stage.watch()
        assert stage.left_behind == behind
    clock.now = 40.0
    stage.watch()
    assert stage.dead, "no third thread so soon"
    go_on.set()
    wait_for(lambda: stage.left_behind == 0)
    clock.now = 44.0
    assert stage.offer(44)
    wait_for(lambda: out == [44])
    assert lost == ["hung", "hung"]


def test_a_file_waits_for_a_fallen_stage_and_loses_only_what_it_fell_over() -> None:
    out: list[int] = []

    def stumble(item: int) -> None:
        if item == 2:
            raise RuntimeError("fell")

    stage: Supervised[int, int] = Supervised(
        "echo",
        lambda: Echo(stumble),
        lambda item: (item, 1),
        out.append,
        lambda code: None,
        span=1,
        size=1000,
        overflow=Overflow.BLOCK,
    )
    for item in range(3):
        assert stage.offer(item)
    wait_for(lambda: stage.dead or stage.failures == 1)
    for item in (3, 4, 5):
        assert stage.offer(item), "a file can wait"
    wait_for(lambda: out[-1:] == [5])
    assert out == [0, 1, 3, 4, 5]


def test_a_pause_counts_as_work_until_what_was_held_has_been_given() -> None:
    out: list[int] = []
    go = threading.Event()

    class Holds(Echo):
        def flush(self) -> Iterator[int]:
            go.wait(5)
            yield -1

    stage: Supervised[int, int] = Supervised(
        "holds", lambda: Holds(lambda _: None), lambda n: (n, 1), out.append, lambda _: None,
        span=1000, size=1000, overflow=Overflow.REFUSE, stall=5.0,
    )  # fmt: skip
    stage.offer(1)
    wait_for(lambda: stage.idle)
    stage.pause()
    time.sleep(0.1)
    assert not stage.idle
    go.set()
    wait_for(lambda: stage.idle)
    assert out == [1, -1]
    stage.finish(timeout=5)
