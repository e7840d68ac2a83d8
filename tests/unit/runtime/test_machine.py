"""A crowded machine is one whose cores are nearly all in use; an unknown one is not."""

from __future__ import annotations

import os

import pytest

from media_workers.runtime.machine import crowded


@pytest.mark.parametrize(
    ("load", "expected"), [(0.2, False), (3.0, False), (3.1, True), (9.0, True)]
)
def test_three_quarters_of_the_cores_is_the_bound(
    monkeypatch: pytest.MonkeyPatch, load: float, expected: bool
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 3})
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    assert crowded() is expected


def test_a_machine_that_does_not_tell_is_not_crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> tuple[float, float, float]:
        raise OSError

    monkeypatch.setattr(os, "getloadavg", silent)
    assert not crowded()
