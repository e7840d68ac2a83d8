"""How full the cores are: the mean of some seconds, low priority left out, unknown is not full."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from media_workers.runtime import machine
from media_workers.runtime.machine import Cores, Ticks, ticks


class Cpu:
    """Ticks and a clock that are set by hand: two cores, a hundred ticks a second each."""

    def __init__(self) -> None:
        self.now, self.used, self.whole = 0.0, 0, 0

    def run(self, seconds: float, share: float) -> None:
        self.now += seconds
        self.whole += round(seconds * 200)
        self.used += round(seconds * 200 * share)

    def cores(self) -> Cores:
        return Cores(lambda: (self.used, self.whole), lambda: self.now)


def test_the_share_is_the_mean_since_the_first_look() -> None:
    cpu = Cpu()
    cores = cpu.cores()
    assert cores.share() == 0.0
    cpu.run(2, 1.0)
    assert cores.share() == 1.0
    cpu.run(2, 0.5)
    assert cores.share() == pytest.approx(0.75)


def test_what_was_long_ago_is_forgotten() -> None:
    cpu = Cpu()
    cores = cpu.cores()
    for share in (1.0, 1.0, 1.0, 0.2, 0.2, 0.2, 0.2):
        cpu.run(4, share)
        cores.share()
    assert cores.share() == pytest.approx(0.2)


def test_a_machine_that_does_not_tell_is_not_full() -> None:
    def silent() -> Ticks:
        raise OSError

    assert Cores(silent).share() == 0.0


def test_idle_and_low_priority_are_free_and_only_our_cores_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    #        user nice system idle iowait irq softirq steal guest guest_nice
    told = (
        "cpu  900 900 900 900 900 900 900 900 0 0\n"
        "cpu0 10 100 20 300 40 1 2 7 5 5\n"
        "cpu1 500 500 500 500 500 500 500 500 0 0\n"
        "cpu2 1 0 0 9 0 0 0 0 0 0\n"
        "intr 5 6 7\n"
    )
    stat = tmp_path / "stat"
    stat.write_text(told, "ascii")
    monkeypatch.setattr(machine, "_STAT", stat)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 2})
    assert ticks() == (41, 490)
