"""Many hearings at once, in real time: `python -m bench load` and `python -m bench load720`.

Real workers play a piece of the sample hearing at wall-clock pace. Printed for each kind: the
real-time factor of every stage, what was given up, how long the guard was closed, how late the last
chunk aired, and the cores in use.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from courtstream.control.protocol import JournalRow, PolicySpec, RowKind, SourceSpec, WorkerSpec
from courtstream.domain.time import to_seconds
from media_workers.runtime.journal import read_rows

ROOT = Path(__file__).resolve().parent.parent
HEARING = ROOT / "sample_media" / "hearing.mp4"
GIVEN_UP = ("_refused", "_too_late", "_not_analysed")
SECONDS = int(os.environ.get("COURTSTREAM_LOAD_SECONDS", "90"))


@dataclass(frozen=True)
class Load:
    """So many hearings of this picture."""

    hearings: int
    width: int
    height: int
    fps: int


EIGHT_SMALL = Load(8, 640, 360, 15)
ONE_LARGE = Load(1, 1280, 720, 25)


def main(load: Load) -> str:
    """Run the hearings side by side to their end; gives the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = _clip(folder, load)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        workers = [_start(folder / f"h{n}", clip, n) for n in range(load.hearings)]
        for worker in workers:
            worker.wait(SECONDS * 6 + 120)
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        lines = [_figures(folder / f"h{n}") for n in range(load.hearings)]
    what = f"{load.hearings} x {load.height}p{load.fps}, {SECONDS} s"
    head = f"{what}: {spent / wall:.2f} cores in use"
    return "\n".join([head, *lines])


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


def _figures(folder: Path) -> str:
    rows = list(read_rows(folder / "hearing" / "journal.jsonl"))
    counters = next((r.body for r in reversed(rows) if r.kind is RowKind.COUNTERS), {})
    closed = sum(
        to_seconds(r.body["end"] - r.body["start"])
        for r in rows
        if r.kind is RowKind.GUARD and not r.body["closed"]
    )
    given_up = sum(
        int(v)
        for k, v in counters.items()
        if k.endswith(("_refused", "_too_late", "_not_analysed"))
    )
    effort = [str(r.body["effort"]) for r in rows if r.kind is RowKind.EFFORT]
    return (
        f"  faces {counters.get('faces_rtf', 0):.2f}  speech {counters.get('speech_rtf', 0):.2f}  "
        f"given up {given_up}  closed {closed:.0f} s  aired {_aired(rows):.0f} s  "
        f"effort {' '.join(effort) or 'full'}"
    )


def _aired(rows: list[JournalRow]) -> float:
    ends = [r.body["end"] for r in rows if r.kind is RowKind.SEGMENT]
    return to_seconds(max(ends, default=0))
