"""One hearing's folders and its worker, run after run: real, its speech analysis apart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg

from courtstream.control.protocol import JournalRow, PolicySpec, RowKind, SourceSpec, WorkerSpec
from courtstream.domain.time import to_seconds
from media_workers.runtime.journal import read_rows
from tests.support.rig import HEARING, ROOT

DELAY, FPS = 6.0, 15
PATIENCE = 90.0


class Court:
    """`start` the next run; `step` sets its wall clock so many seconds off."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.hearing, self.public = folder, folder / "hearing", folder / "public"
        self.epoch = 0
        self.worker: subprocess.Popen[bytes] | None = None
        self.hearing.mkdir()

    @property
    def socket(self) -> Path:
        return self.folder / "m.sock"

    def start(self, step: float = 0.0) -> None:
        self.epoch += 1
        spec = WorkerSpec(
            hearing_id="h_refill",
            epoch=self.epoch,
            folder=self.hearing,
            public=self.public,
            master_key_file=self.folder / "master.key",
            source=SourceSpec(kind="socket", path=self.socket),
            policy=PolicySpec(delay=DELAY),
        )
        order = self.hearing / "spec.json"
        order.write_text(spec.model_dump_json())
        command = [sys.executable, str(ROOT / "tests" / "ways" / "prompt_worker.py")]
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [*command, "--spec", str(order)], stdout=log, stderr=log, cwd=ROOT,
                env={**os.environ, "COURT_CLOCK_STEP": str(step)},
            )  # fmt: skip

    def kill(self) -> None:
        assert self.worker is not None
        os.kill(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def leave(self) -> None:
        assert self.worker is not None
        self.worker.send_signal(signal.SIGTERM)
        self.worker.wait(PATIENCE)

    def rows(self, kind: RowKind) -> list[JournalRow]:
        return [r for r in read_rows(self.hearing / "journal.jsonl") if r.kind is kind]

    def aired(self) -> float:
        return max((to_seconds(r.body["upto"]) for r in self.rows(RowKind.SEGMENT)), default=0.0)

    def sealed(self) -> float:
        return max((to_seconds(r.body["end"]) for r in self.rows(RowKind.SEALED)), default=0.0)

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, (self.folder / "worker.log").read_text()[-2000:]
            time.sleep(0.1)


def small_clip(path: Path, seconds: int = 60) -> Path:
    """The beginning of the sample hearing, small; a key frame every two seconds."""
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-t", str(seconds),
            "-i", str(HEARING), "-vf", f"scale=320:180,fps={FPS}", "-c:v", "libx264",
            "-preset", "ultrafast", "-g", str(2 * FPS), "-bf", "0", "-c:a", "copy", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path
