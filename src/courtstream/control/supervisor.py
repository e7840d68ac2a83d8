"""The platform's own children: started in order, restarted for ever, ended in the other order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from courtstream.control.policy import CHILD_RESTARTS, WATCH_SECONDS, RestartBook
from courtstream.control.process import ProcessId, end_process, gone, read_pid, write_pid

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """A child: its command line, what to add to the environment, how long it may take to end.

    `adopt` is one that runs already and is only watched. `started` is called with each new pid.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 8.0
    adopt: ProcessId | None = None
    started: Callable[[int], None] | None = None


class Child:
    """Keeps one child alive until `end`. Its log goes to the terminal or to a file."""

    def __init__(self, spec: ChildSpec, run: Path, log_file: Path | None = None) -> None:
        self.spec = spec
        self.restarts = 0
        self._log_file = log_file
        self._pid_file = run / f"{spec.name}.pid"
        self._book = RestartBook(CHILD_RESTARTS)
        self._process: subprocess.Popen[bytes] | None = None
        self._who: ProcessId | None = spec.adopt
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The running child's pid; 0 while it is away."""
        return self._who.pid if self._who is not None and self._who.alive() else 0

    def begin(self) -> None:
        """Start it, unless it is adopted, and keep it."""
        if self._who is None:
            self._start()
        self._task = asyncio.create_task(self._keep())

    async def end(self) -> bool:
        """SIGTERM, patience, SIGKILL; whether it left by itself."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        orderly = True
        if self._who is not None:
            orderly = await end_process(self._who, self.spec.patience)
        if self._process is not None:
            self._process.poll()
        self._pid_file.unlink(missing_ok=True)
        return orderly

    def _start(self) -> None:
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self._log_file.open("ab")) if self._log_file else None
            self._process = subprocess.Popen(
                list(self.spec.arguments),
                env={**os.environ, **self.spec.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches the parent only, which ends them in order
            )
        pid = self._process.pid
        self._who = ProcessId.of(pid) or ProcessId(pid, -1)
        write_pid(self._pid_file, self._who)
        if self.spec.started is not None:
            self.spec.started(pid)

    def _alive(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return self._who is not None and self._who.alive()

    async def _keep(self) -> None:
        while True:
            began = time.monotonic()
            while self._alive():
                await asyncio.sleep(WATCH_SECONDS)
            code = self._process.poll() if self._process is not None else None
            now = time.monotonic()
            wait = self._book.failed(now, now - began) or CHILD_RESTARTS.longest
            log.error("child died", child=self.spec.name, code=code, restart_in=round(wait, 2))
            await asyncio.sleep(wait)
            self.restarts += 1
            self._start()


async def end_leftover(run: Path, name: str, *, orderly: bool, mark: str = "courtstream") -> bool:
    """End a child that outlived an earlier parent; whether there was one.

    A node agent is killed at once (`orderly=False`): that leaves its workers to the next one.
    """
    known = read_pid(run / f"{name}.pid")
    if known is None or mark not in known[0].command():
        return False
    who = known[0]
    if orderly:
        await end_process(who, 5.0)
    else:
        who.signal(signal.SIGKILL)
        await gone(who, 5.0)
    return True
