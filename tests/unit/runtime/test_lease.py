from __future__ import annotations

from pathlib import Path

import pytest

from media_workers.runtime.lease import LeaseWatch


def watch(path: Path | None, now: float, epoch: int = 2) -> LeaseWatch:
    return LeaseWatch(path, epoch, lambda: now)


def test_where_nobody_else_could_take_the_hearing_it_may_always_publish() -> None:
    assert watch(None, 1e9).held()


def test_it_publishes_until_the_instant_its_node_named(tmp_path: Path) -> None:
    path = tmp_path / "h.lease"
    path.write_text("2 100.000\n")
    assert watch(path, 99.9).held()
    assert not watch(path, 100.0).held()


@pytest.mark.parametrize("text", ["", "2", "3 100.0", "1 100.0", "two 100.0", "2 soon"])
def test_what_cannot_be_read_or_is_anothers_does_not_hold(tmp_path: Path, text: str) -> None:
    path = tmp_path / "h.lease"
    path.write_text(text)
    assert not watch(path, 1.0).held()


def test_a_missing_file_does_not_hold(tmp_path: Path) -> None:
    assert not watch(tmp_path / "none", 1.0).held()
