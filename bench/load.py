"""Many hearings at once, in real time: `python -m bench load` and `python -m bench load720`.

Real workers play a piece of the sample hearing at wall-clock pace (COURTSTREAM_LOAD_SECONDS), every
stage on. `load` begins with one hearing at 360p15 and goes on with two, four and eight at once
(COURTSTREAM_LOAD_HEARINGS): one sees how many the machine carries. They begin some seconds apart
(COURTSTREAM_LOAD_APART). Printed: CPU seconds a second of hearing; of the worst hearing what was
given up, how long the guard was closed after its first seconds, and how late the public had it,
where the delay is 10 s and a segment 2 s; which rule of effort was in force; of each stage the
real-time factor (CPU seconds a second of hearing; on the mean, and of the worst hearing).
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean, median

import imageio_ffmpeg

from courtstream.control.protocol import JournalRow, PolicySpec, RowKind, SourceSpec, WorkerSpec
from courtstream.domain.time import to_seconds
from media_workers.runtime.journal import read_rows

ROOT = Path(__file__).resolve().parent.parent
HEARING = ROOT / "sample_media" / "hearing.mp4"
GIVEN_UP = ("_refused", "_too_late", "_not_analysed")
SECONDS = int(os.environ.get("COURTSTREAM_LOAD_SECONDS", "60"))
APART = float(os.environ.get("COURTSTREAM_LOAD_APART", "2"))
HEARINGS = os.environ.get("COURTSTREAM_LOAD_HEARINGS", "1,2,4,8")
DELAY, SEGMENT = 10.0, 2.0


@dataclass(frozen=True)
class Load:
    """So many hearings of this picture."""

    hearings: int
    width: int
    height: int
    fps: int


SMALL = tuple(Load(int(n), 640, 360, 15) for n in HEARINGS.split(","))
LARGE = (Load(1, 1280, 720, 25),)

STAGES = ("source", "sealed", "picture", "faces", "sound", "speech", "release", "journal")
"""Threads of a worker, in the order of the stream; `rest` is everything else, loading included."""

HEAD = (
    "| hearings | CPU-s per s of each | rule of effort in force | given up | closed, s | "
    "late, median / worst s | the delay | real-time factor of each stage, mean (worst) |\n"
    "|---|--:|---|--:|--:|--:|---|---|"
)


@dataclass(frozen=True)
class Run:
    """One hearing's figures; `late` what each segment was behind its capture, in seconds.

    `stages`: CPU seconds a second of hearing.
    """

    stages: dict[str, float]
    given_up: int
    closed: float
    effort: str
    late: tuple[float, ...]

    @property
    def kept(self) -> bool:
        """Whether everything aired open, when it was due: nothing given up, nothing late."""
        in_time = max(self.late, default=1e9) <= DELAY + 2 * SEGMENT
        return in_time and self.closed == 0 and self.given_up == 0


def main(loads: Sequence[Load]) -> str:
    """Run each load to its end, one after the other; gives a table."""
    return "\n".join([HEAD, *(_line(load) for load in loads)])


def _line(load: Load) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = _clip(folder, load)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        workers = [_start(folder / f"h{n}", clip, n) for n in range(load.hearings)]
        for worker in workers:
            worker.wait(SECONDS * 6 + 120)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        runs = [_figures(folder / f"h{n}") for n in range(load.hearings)]
    late = [x for run in runs for x in run.late] or [float("inf")]
    kept = sum(run.kept for run in runs)
    whole = spent / SECONDS / load.hearings
    rules = "; ".join(f"{n} x {rule}" for rule, n in Counter(r.effort for r in runs).items())
    line = (
        f"| {load.hearings} x {load.height}p{load.fps} | {whole:.2f} | {rules} | "
        f"{sum(r.given_up for r in runs)} | {max(r.closed for r in runs):.0f} | "
        f"{median(late):.1f} / {max(late):.1f} | kept by {kept} of {load.hearings} | "
        f"{_stages(runs, whole)} |"
    )
    print(line, flush=True)
    return line


def _stages(runs: list[Run], whole: float) -> str:
    """What each stage took of a core, the mean of all hearings and the worst of them."""
    means = {name: fmean(run.stages[name] for run in runs) for name in STAGES}
    told = [
        f"{name} {means[name]:.3f} ({max(r.stages[name] for r in runs):.3f})" for name in STAGES
    ]
    return ", ".join([*told, f"rest {max(0.0, whole - sum(means.values())):.3f}"])


def _clip(folder: Path, load: Load) -> Path:
    path = folder / "clip.mp4"
    filters = f"scale={load.width}:{load.height},fps={load.fps}"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-t", str(SECONDS),
            "-i", str(HEARING), "-vf", filters, "-c:v", "libx264", "-preset", "ultrafast",
            "-g", str(2 * load.fps), "-bf", "0", "-c:a", "copy", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def _start(folder: Path, clip: Path, n: int) -> subprocess.Popen[bytes]:
    """The hearings of a court begin at one hour, not at one instant."""
    time.sleep(APART if n else 0.0)
    (folder / "hearing").mkdir(parents=True)
    spec = WorkerSpec(
        hearing_id=f"h_load{n}",
        folder=folder / "hearing",
        public=folder / "public",
        master_key_file=folder / "master.key",
        source=SourceSpec(kind="file", path=clip),
        policy=PolicySpec(delay=10.0),
    )
    order = folder / "spec.json"
    order.write_text(spec.model_dump_json())
    with (folder / "worker.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "media_workers", "worker", "--spec", str(order)],
            stdout=log, stderr=log,
        )  # fmt: skip


def _figures(folder: Path) -> Run:
    journal = folder / "hearing" / "journal.jsonl"
    if keep := os.environ.get("COURTSTREAM_LOAD_KEEP"):
        shutil.copy(journal, Path(keep) / f"{folder.name}.jsonl")
    rows = list(read_rows(journal))
    counters = next((r.body for r in reversed(rows) if r.kind is RowKind.COUNTERS), {})
    closed = sum(
        max(0.0, min(to_seconds(r.body["end"]), SECONDS) - to_seconds(r.body["start"]))
        for r in rows
        if r.kind is RowKind.GUARD and not r.body["closed"]
    )  # what is left of sound after the last picture is no part of the clip
    effort = [str(r.body["effort"]) for r in rows if r.kind is RowKind.EFFORT]
    return Run(
        {name: float(counters.get(f"cpu_{name}", 0.0)) / SECONDS for name in STAGES},
        sum(int(v) for k, v in counters.items() if k.endswith(GIVEN_UP)),
        closed,
        " → ".join(["full", *effort]),
        _late(rows),
    )


def _late(rows: list[JournalRow]) -> tuple[float, ...]:
    """How old each segment's first instant was when the segment was published."""
    zero = next(
        datetime.fromisoformat(r.body["wall_zero"]) for r in rows if r.kind is RowKind.STARTED
    )
    return tuple(
        (datetime.fromisoformat(r.at) - zero).total_seconds() - to_seconds(r.body["start"])
        for r in rows
        if r.kind is RowKind.SEGMENT
    )
