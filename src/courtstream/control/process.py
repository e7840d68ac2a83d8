"""Operating-system processes: who is who, pid files that survive their writer, orderly ends.

A process is named by its pid *and* its start time (field 22 of `/proc/PID/stat`, proc(5)), so
that a pid used again by a stranger is never taken for ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_ZOMBIE = "Z"


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return text[text.rfind(")") + 2 :].split()  # the name in brackets may hold anything


def start_ticks(pid: int) -> int | None:
    """Clock ticks after boot at which `pid` started; None when it is gone or a zombie."""
    fields = _stat(pid)
    if fields is None or len(fields) < 20 or fields[0] == _ZOMBIE:
        return None
    return int(fields[19])


def cpu_seconds(pid: int) -> float | None:
    """CPU time that `pid` has used with all its threads; None when it is gone."""
    fields = _stat(pid)
    if fields is None or len(fields) < 13:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class ProcessId:
    """One process, not to be mistaken for a later one with the same number."""

    pid: int
    ticks: int

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """The process that has this number now."""
        ticks = start_ticks(pid)
        return None if ticks is None else cls(pid, ticks)

    def alive(self) -> bool:
        """Whether this very process still runs."""
        return start_ticks(self.pid) == self.ticks

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send a signal if it is still this process; to its whole group when `group`."""
        if not self.alive():
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if group and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def command(self) -> str:
        """The command line, words parted by blanks; empty when gone."""
        try:
            raw = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode("utf-8", "replace").strip()


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace `path` with `data` in one step, on disk before it gets its name."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def write_pid(path: Path, who: ProcessId, **facts: object) -> None:
    """Remember `who` and some facts (JSON values) in a pid file."""
    record = {"pid": who.pid, "ticks": who.ticks, **facts}
    write_atomically(path, json.dumps(record).encode())


def read_pid(path: Path) -> tuple[ProcessId, dict[str, object]] | None:
    """The process and facts of a pid file if that process is alive, else None."""
    try:
        record = json.loads(path.read_bytes())
        who = ProcessId(int(record.pop("pid")), int(record.pop("ticks")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return (who, record) if who.alive() else None


async def gone(who: ProcessId, within: float, step: float = 0.05) -> bool:
    """Wait until the process is gone; False when it still runs after `within` seconds."""
    end = time.monotonic() + within
    while who.alive():
        if time.monotonic() >= end:
            return False
        await asyncio.sleep(step)
    return True


async def end_process(who: ProcessId, patience: float, *, group: bool = True) -> bool:
    """SIGTERM, wait `patience` seconds, then SIGKILL. Whether it left by itself."""
    who.signal(signal.SIGTERM)
    if await gone(who, patience):
        return True
    who.signal(signal.SIGKILL, group=group)
    await gone(who, 5.0)
    return False
