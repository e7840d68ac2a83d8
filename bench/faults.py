"""Faults with figures: `python -m bench faults` (COURTSTREAM_KILLS=100 for the whole drill, in at
most COURTSTREAM_KILL_MINUTES).

A demonstration runs as a user starts it, with every stage on and a small picture, so that the drill
fits beside other work. Its worker, its web process and its node are killed at random instants, the
worker stands still for longer than its lease, the publisher is taken away for 5, 30 and 90 s.
Afterwards every file is opened and what is missing is counted (`bench/reckoning.py`).
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import imageio_ffmpeg

from bench.reckoning import Fault, cards, reckon
from courtstream.control.broker import NatsBus
from courtstream.control.process import ProcessId, read_pid
from courtstream.control.protocol import Command, RowKind, Verb
from courtstream.control.workers import PID_FILE, read_spec
from courtstream.domain.time import to_seconds
from media_workers.runtime.journal import read_rows
from tests.support.aftermath import look
from tests.support.demo import ROOT, DemoRun

KILLS = int(os.environ.get("COURTSTREAM_KILLS", "12"))
MINUTES = float(os.environ.get("COURTSTREAM_KILL_MINUTES", "60"))
DROPS = tuple(int(s) for s in os.environ.get("COURTSTREAM_DROPS", "5,30,90").split(",") if s)
VICTIMS = ("worker", "web", "node")
SEED = 20261123
LONGEST = 120.0
START = 400.0
GRACE = 60


def main() -> str:
    """Run the drill; gives its figures as lines of Markdown."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        run = DemoRun(Path(folder), "--media", str(_small(Path(folder))))
        try:
            run.says("on air", START)
            hearing = run.data / "hearings" / run.hearing()
            faults = _kills(run, hearing, chance)
            lines = [_told(_stand_still(hearing))]
            lines += [_told(_drop(run, hearing, seconds)) for seconds in DROPS]
        finally:
            os.killpg(run.process.pid, signal.SIGINT)
            run.process.wait(60)
        public = run.data / "public" / hearing.name
        after = look(hearing, public, run.data / "keys" / "master.key")
        reckoning = reckon(list(read_rows(hearing / "journal.jsonl")), faults)
        keep = os.environ.get("COURTSTREAM_KEEP_JOURNAL")
        if keep:
            shutil.copy(hearing / "journal.jsonl", keep)
    return "\n".join(
        [*reckoning.table(), "", *(f"* {line}" for line in lines), f"* {after.line()}"]
    )


def _told(line: str) -> str:
    print(line, flush=True)
    return line


def _small(folder: Path) -> Path:
    """The sample hearing at 360p15, with its case beside it."""
    media = folder / "media"
    media.mkdir()
    shutil.copy(ROOT / "sample_media" / "case.json", media)
    path = media / "hearing.mp4"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error",
            "-i", str(ROOT / "sample_media" / "hearing.mp4"), "-vf", "scale=640:360,fps=15",
            "-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-bf", "0", "-c:a", "copy",
            str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


def _kills(run: DemoRun, hearing: Path, chance: random.Random) -> list[Fault]:
    """Each of the three is killed equally often, in an order and at instants left to chance."""
    faults: list[Fault] = []
    end = time.monotonic() + 60 * MINUTES
    for n in range(KILLS):
        if time.monotonic() > end:
            break
        if n % len(VICTIMS) == 0:
            order = chance.sample(VICTIMS, len(VICTIMS))
        time.sleep(chance.uniform(3.0, 9.0))
        victim, at = order[n % len(VICTIMS)], datetime.now(UTC)
        took = _kill_worker(hearing) if victim == "worker" else _kill_process(run, victim)
        faults.append(Fault(victim, at, took))
        print(f"kill {n + 1} {victim} at {at:%H:%M:%S.%f} {took:.1f} s", flush=True)
    time.sleep(30)  # until the last one has been made up for
    return faults


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
    time.sleep(20)
    rows = list(read_rows(hearing / "journal.jsonl"))
    order = [r.epoch for r in rows]
    return (
        f"SIGSTOP past the lease: replaced after {took:.1f} s by epoch {order[-1]}; "
        f"rows of the old run behind its successor's: {_mixed(order)}"
    )


def _mixed(epochs: list[int]) -> int:
    newest, found = 0, 0
    for epoch in epochs:
        found += epoch < newest
        newest = max(newest, epoch)
    return found


def _drop(run: DemoRun, hearing: Path, seconds: int) -> str:
    """The publisher stands still for so long (a pulled cable), then goes on."""
    pusher = _pusher(run)
    if pusher is None:
        return f"drop {seconds} s: no publisher found"
    runs, rows = _count(hearing, RowKind.STARTED), _count(hearing, RowKind.SEGMENT)
    aired = _aired(hearing)
    pusher.signal(signal.SIGSTOP)
    time.sleep(seconds)
    pusher.signal(signal.SIGCONT)
    began, records = time.monotonic(), _count(hearing, RowKind.SEALED)
    _until(lambda: _count(hearing, RowKind.SEALED) > records + 2)
    back = time.monotonic() - began
    time.sleep(25)
    resumed = ""
    if seconds > GRACE:
        closed = _state(hearing)
        asyncio.run(_resume(hearing))
        _until(lambda: _state(hearing) == "LIVE")
        resumed = f"; after the grace {closed} until the clerk resumed, then LIVE"
    covered = _card_seconds(hearing, aired)
    same = _count(hearing, RowKind.STARTED) == runs
    more = _count(hearing, RowKind.SEGMENT) - rows
    return (
        f"publisher away {seconds} s: recorded again {back:.1f} s after it came back, "
        f"{covered:.0f} s of card, {more} segments more in the same playlist, "
        f"one run: {same}{resumed}"
    )


async def _resume(hearing: Path) -> None:
    spec = read_spec(hearing)
    assert spec is not None
    bus = await NatsBus.connect(spec.nats_url, "drill", within=10)
    order = Command(verb=Verb.RESUME, by="drill", reason="the courtroom is back")
    await bus.request_worker(hearing.name, order)
    await bus.close()


def _state(hearing: Path) -> str:
    rows = read_rows(hearing / "journal.jsonl")
    states = [r.body["state"] for r in rows if r.kind is RowKind.STATE and "state" in r.body]
    return str(states[-1])


def _aired(hearing: Path) -> float:
    rows = read_rows(hearing / "journal.jsonl")
    return max(to_seconds(r.body["end"]) for r in rows if r.kind is RowKind.SEGMENT)


def _card_seconds(hearing: Path, since: float) -> float:
    found = cards(list(read_rows(hearing / "journal.jsonl")))
    return sum(end - max(start, since) for start, end in found if end > since)


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
    needle = f'"kind":"{kind.value}"'.encode()
    return (hearing / "journal.jsonl").read_bytes().replace(b" ", b"").count(needle)


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
