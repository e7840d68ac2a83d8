"""An upload that nobody goes on with is given up after a week; one under way keeps its bytes."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from courtstream.services.sealed import late_files, late_rows, late_uploads
from courtstream.services.sealed.late_sweep import PATIENCE, sweep
from courtstream.services.sealed.late_uploads import Intake
from courtstream.store.tables import LateState
from tests.support.platform import NOW, World

BEGUN = NOW + timedelta(days=1)


def begun(folder: Path, size: int = 100) -> tuple[World, Intake]:
    world = World.make(folder / "data")
    return world, announced(world, world.hearing(), size)


def announced(world: World, hearing_id: str, size: int) -> Intake:
    intake = world.work.write(
        late_uploads.begin, world.users["clerk"], hearing_id, world.settings,
        size=size, began=None, why="法院专线中断", free=1 << 50, now=BEGUN,
    )  # fmt: skip
    late_files.take(intake, 0, b"x" * (size // 2))
    os.utime(intake.file, (BEGUN.timestamp(), BEGUN.timestamp()))
    return intake


def state(world: World, intake: Intake) -> tuple[LateState, str]:
    row = world.work.read(late_rows.latest, intake.hearing_id)
    assert row is not None
    return row.state, row.code


def test_a_week_without_a_piece_ends_an_upload_and_its_bytes_go(tmp_path: Path) -> None:
    world, intake = begun(tmp_path)
    later = BEGUN + PATIENCE
    assert sweep(world.work, world.settings, later) == 0
    assert intake.file.exists()
    assert sweep(world.work, world.settings, later + timedelta(hours=1)) == 1
    assert not intake.file.exists()
    assert state(world, intake) == (LateState.REFUSED, "left_unfinished")


def test_the_last_piece_counts_not_the_announcement(tmp_path: Path) -> None:
    world, intake = begun(tmp_path)
    touched = (BEGUN + timedelta(days=5)).timestamp()
    os.utime(intake.file, (touched, touched))
    assert sweep(world.work, world.settings, BEGUN + timedelta(days=9)) == 0
    assert state(world, intake) == (LateState.RECEIVING, "")


def test_bytes_of_an_upload_that_was_begun_anew_go_at_once(tmp_path: Path) -> None:
    world, first = begun(tmp_path)
    second = announced(world, first.hearing_id, 200)
    assert sweep(world.work, world.settings, BEGUN) == 1
    assert (first.file.exists(), second.file.exists()) == (False, True)
