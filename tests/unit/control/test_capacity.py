"""The cost table: measured once a machine, kept, and never trusted blindly."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from courtstream.control.capacity import REFERENCE, Capacity, Meters, cached, cost_of, measure


async def test_a_measured_table_is_kept_and_a_failed_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "costs.json"
    good = (sys.executable, "-c", 'print(\'{"720p25": 0.3, "speech_economy": 0.1}\')')
    assert await measure(path, good) == {"720p25": 0.3, "speech_economy": 0.1}
    assert cached(path)["720p25"] == 0.3
    bad = (sys.executable, "-c", "print('no models')")
    assert await measure(path, bad) == {}
    assert cached(path)["720p25"] == 0.3, "what was measured well stays"


def test_one_more_hearing_costs_its_picture_and_the_least_care_of_speech() -> None:
    assert cost_of({"360p15": 0.2, "speech_economy": 0.1}, "360p15") == pytest.approx(0.3)
    assert cost_of({}, "unknown") == REFERENCE["720p25"] + REFERENCE["speech_economy"]
    assert Capacity("720p25").cost == REFERENCE["720p25"] + REFERENCE["speech_economy"]


def test_a_young_worker_counts_as_the_table_says_an_old_one_as_it_is() -> None:
    meters, pid = Meters(), os.getpid()
    assert meters.busy({pid}, 0.7, 100.0) == 0.7
    assert meters.busy({pid, 0}, 0.7, 110.0) >= 0.7
    assert meters.busy({pid}, 0.7, 100_000.0) < 0.7, "its own figure by now"
    assert meters.busy(set(), 0.7, 100_001.0) == 0.0
