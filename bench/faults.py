"""Faults with figures: `python -m bench faults` (COURTSTREAM_KILLS=100 for the whole drill).

A demonstration runs as a user starts it. Its worker, its web process and its node are killed at
random instants, the publisher is taken away for 5, 30 and 90 s, the worker stands still for longer
than its lease. Afterwards every file is opened and what is missing is counted.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path

from courtstream.control.process import ProcessId, read_pid
from courtstream.control.protocol import RowKind
from courtstream.control.workers import PID_FILE
from media_workers.runtime.journal import read_rows
from tests.support.aftermath import look
from tests.support.demo import DemoRun

KILLS = int(os.environ.get("COURTSTREAM_KILLS", "12"))
DROPS = tuple(int(s) for s in os.environ.get("COURTSTREAM_DROPS", "5,30,90").split(",") if s)
SEED = 20261123
LONGEST = 120.0
START = 400.0


def main() -> str:
    """Run the drill; gives its figures as lines."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        run = DemoRun(Path(folder))
        try:
            run.says("on air", START)
            hearing = run.data / "hearings" / run.hearing()
            lines = _kills(run, hearing, chance)
            lines += [_stand_still(hearing)]
            lines += [_drop(run, hearing, seconds) for seconds in DROPS]
        finally:
            os.killpg(run.process.pid, signal.SIGINT)
            run.process.wait(60)
        public = run.data / "public" / hearing.name
        after = look(hearing, public, run.data / "keys" / "master.key")
    worst = sorted(round(g, 2) for g in after.sealed_gaps)
    return "\n".join([*lines, after.line(), f"sealed gaps {worst}", f"public {after.public_gaps}"])


def _kills(run: DemoRun, hearing: Path, chance: random.Random) -> list[str]:
    took: dict[str, list[float]] = {"worker": [], "web": [], "node": []}
    for n in range(KILLS):
        time.sleep(chance.uniform(2.0, 8.0))
        victim = ("worker", "worker", "web", "node")[n % 4]
        if victim == "worker":
            took[victim].append(_kill_worker(hearing))
        else:
            took[victim].append(_kill_process(run, victim))
    return [
        f"kill -9 {name}: {len(t)} times, back after {min(t):.1f}–{max(t):.1f} s"
        for name, t in took.items()
        if t
    ]


def _kill_worker(hearing: Path) -> float:
    """Seconds until the next run recorded its first second."""
    before = _count(hearing, RowKind.STARTED)
    who = _pid(hearing)
    who.signal(signal.SIGKILL)
    began = time.monotonic()
    _until(lambda: _count(hearing, RowKind.STARTED) > before)
    records = _count(hearing, RowKind.SEALED)
    _until(lambda: _count(hearing, RowKind.SEALED) > records)
    return time.monotonic() - began


def _kill_process(run: DemoRun, name: str) -> float:
    """Seconds until the pages answer again, or the node has a new process."""
    file = run.data / "run" / ("serve.pid" if name == "web" else "node.pid")
    known = read_pid(file)
    if known is None:
        return 0.0
    known[0].signal(signal.SIGKILL)
    began = time.monotonic()
    if name == "web":
        _until(lambda: _answers(run))
    else:
        _until(lambda: (now := read_pid(file)) is not None and now[0] != known[0])
    return time.monotonic() - began


def _stand_still(hearing: Path) -> str:
    """The worker is frozen for longer than its lease; nobody may write twice."""
    who, before = _pid(hearing), _count(hearing, RowKind.STARTED)
    who.signal(signal.SIGSTOP)
    began = time.monotonic()
    _until(lambda: _count(hearing, RowKind.STARTED) > before)
    took = time.monotonic() - began
    who.signal(signal.SIGCONT)
    rows = list(read_rows(hearing / "journal.jsonl"))
    last = max(r.epoch for r in rows)
    order = [r.epoch for r in rows]
    return f"SIGSTOP: replaced after {took:.1f} s, epoch {last}, in order: {order == sorted(order)}"


def _drop(run: DemoRun, hearing: Path, seconds: int) -> str:
    """The publisher stands still for so long (a pulled cable), then goes on."""
    pusher = _pusher(run)
    if pusher is None:
        return f"drop {seconds} s: no publisher found"
    runs, started = _count(hearing, RowKind.STARTED), _count(hearing, RowKind.SOURCE)
    pusher.signal(signal.SIGSTOP)
    time.sleep(seconds)
    pusher.signal(signal.SIGCONT)
    began, records = time.monotonic(), _count(hearing, RowKind.SEALED)
    _until(lambda: _count(hearing, RowKind.SEALED) > records + 2)
    back = time.monotonic() - began
    changes = _count(hearing, RowKind.SOURCE) - started
    same = _count(hearing, RowKind.STARTED) == runs
    return f"drop {seconds} s: recorded again after {back:.1f} s, {changes} notes, one run: {same}"


def _pusher(run: DemoRun) -> ProcessId | None:
    """The demonstration's ffmpeg."""
    for path in Path("/proc").glob("[0-9]*"):
        who = ProcessId.of(int(path.name))
        line = who.command() if who is not None else ""
        if who is not None and "ffmpeg" in line and "rtmp://" in line and _descends(who.pid, run):
            return who
    return None


def _descends(pid: int, run: DemoRun) -> bool:
    while pid > 1:
        if pid == run.process.pid:
            return True
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return False
        pid = int(fields[1])
    return False


def _pid(hearing: Path) -> ProcessId:
    found: list[ProcessId] = []

    def there() -> bool:
        known = read_pid(hearing / PID_FILE)
        found[:] = [known[0]] if known else []
        return bool(found)

    _until(there)
    return found[0]


def _count(hearing: Path, kind: RowKind) -> int:
    return sum(row.kind is kind for row in read_rows(hearing / "journal.jsonl"))


def _answers(run: DemoRun) -> bool:
    try:
        return "ok" in run.fetch("/healthz")
    except (OSError, urllib.error.URLError):
        return False


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("it did not come back")
        time.sleep(0.1)
