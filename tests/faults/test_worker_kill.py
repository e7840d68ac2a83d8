"""A worker is killed in the middle: every file opens, the record loses no more than a second."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from courtstream.control.protocol import PolicySpec, RowKind, SourceSpec, WorkerSpec
from courtstream.domain.time import SECOND
from media_workers.runtime.journal import read_rows
from tests.support.aftermath import look
from tests.support.rig import SHORT

PATIENCE = 120.0
"""Seconds; models load slowly on a busy machine."""


def spec_of(folder: Path, epoch: int) -> WorkerSpec:
    return WorkerSpec(
        hearing_id="h_kill",
        epoch=epoch,
        folder=folder / "hearing",
        public=folder / "public",
        master_key_file=folder / "master.key",
        source=SourceSpec(kind="file", path=SHORT),
        policy=PolicySpec(delay=6.0),
    )


def start(folder: Path, epoch: int) -> subprocess.Popen[bytes]:
    (folder / "hearing").mkdir(exist_ok=True)
    order = folder / "hearing" / "spec.json"
    order.write_text(spec_of(folder, epoch).model_dump_json())
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "media_workers", "worker", "--spec", str(order)],
            stdout=log, stderr=log,
        )  # fmt: skip


def wait(folder: Path, true: Callable[[list[RowKind]], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true([row.kind for row in read_rows(folder / "hearing" / "journal.jsonl")]):
        assert time.monotonic() < end, (folder / "worker.log").read_text()[-2000:]
        time.sleep(0.1)


def test_after_a_kill_all_opens_and_the_hearing_goes_on(tmp_path: Path) -> None:
    first = start(tmp_path, 1)
    wait(tmp_path, lambda kinds: kinds.count(RowKind.SEALED) >= 4 and RowKind.SEGMENT in kinds)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    rows = list(read_rows(tmp_path / "hearing" / "journal.jsonl"))
    # What had come before the kill and what of it is durable: the record under way is the loss.
    sealed = max(r.body["end"] for r in rows if r.kind is RowKind.SEALED)
    second = start(tmp_path, 2)
    wait(tmp_path, lambda kinds: RowKind.ENDED in kinds)
    assert second.wait(PATIENCE) == 0
    after = look(tmp_path / "hearing", tmp_path / "public", tmp_path / "master.key")
    print(after.line())
    assert after.faults == []
    assert after.runs == 2 and len(after.public_gaps) <= 1
    resumed = min(
        r.body["start"]
        for r in read_rows(tmp_path / "hearing" / "journal.jsonl")
        if r.kind is RowKind.SEALED and r.epoch == 2 and r.body.get("record") == "MEDIA"
        and r.body["start"] >= sealed - SECOND
    )  # fmt: skip
    assert resumed >= sealed - SECOND
    master = (tmp_path / "public" / "live" / "index.m3u8").read_text()
    assert "#EXT-X-DISCONTINUITY" in master and "#EXT-X-ENDLIST" in master
