"""A soak is told as it was: gains an hour, error rows, what processes complained of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.soaked import Sample, behind, errors, logged, slope


def test_a_gain_is_seen_through_what_goes_up_and_down() -> None:
    looks = [
        Sample(n / 100, n / 300, {"web": {"memory": 200 + 4 * n / 100 + 30 * (n % 3 > 0)}})
        for n in range(120)
    ]
    assert slope(looks, "web", "memory", "media") == pytest.approx(4, abs=0.1)
    assert slope(looks, "web", "memory", "wall") == pytest.approx(12, abs=0.3)
    assert slope(looks, "nobody", "memory", "media") == 0


def test_error_rows_and_complaints_are_counted_by_what_they_say(tmp_path: Path) -> None:
    rows = [{"kind": "error", "body": {"stage": "release", "code": "LeaseLost"}}] * 2
    rows += [{"kind": "segment", "body": {}}, {"kind": "started", "body": {}}]
    assert errors(rows) == "runs of the worker: 1; error rows: release LeaseLost ×2"
    log = tmp_path / "node.log"
    told = [
        {"level": level, "event": "disk full"} for level in ("info", "warning", "error", "error")
    ]
    log.write_text("\n".join(["no JSON", "7", *map(json.dumps, told)]))
    assert logged(log) == "error disk full ×2, warning disk full ×1"
    assert logged(tmp_path / "none.log") == "none"


def test_a_machine_that_does_not_follow_is_told() -> None:
    looks = [Sample(3 * n / 360 - max(0, n - 50) / 360, n / 360, {}) for n in range(101)]
    assert behind(looks, 3.0) == "behind the encoder: 500 s of media at worst, 500 s at the end"
    assert behind([], 3.0).endswith("0 s at the end")
