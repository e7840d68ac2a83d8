"""Workers that wait for a hearing: a program that has loaded itself starts at once.

Loading takes a worker a second of CPU, which a hearing that has just lost its node or its worker
would have to wait for. A waiting worker has opened nothing, knows no hearing and has no model; it
leaves when its agent does, for its standard input ends then.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable

import structlog

from courtstream.control.protocol import WorkerSpec
from courtstream.control.workers import (
    LOG_FILE,
    SPEC_FILE,
    WORKER_COMMAND,
    WorkerProcess,
    launch,
    prepare,
    started,
)

log = structlog.get_logger(__name__)
SPARE_COMMAND = (sys.executable, "-m", "media_workers", "wait")

REST_SECONDS = 5.0
"""After one was used the next waits so long: the hearing that starts has the cores first."""

FALLEN_SECONDS = 60.0
"""After one that fell by itself; hearings start all the same meanwhile, only later."""

LOOK_SECONDS = 1.0


class Spares:
    """Starts workers with `command`, out of up to `wanted` waiting ones where it has them."""

    def __init__(
        self,
        wanted: int,
        command: tuple[str, ...] = WORKER_COMMAND,
        spare: tuple[str, ...] = SPARE_COMMAND,
        rest: float = REST_SECONDS,
    ) -> None:
        self._wanted = wanted
        self._command, self._spare, self._rest = command, spare, rest
        self._waiting: list[subprocess.Popen[bytes]] = []
        self._not_before = 0.0

    @property
    def pids(self) -> tuple[int, ...]:
        """Those that wait."""
        return tuple(child.pid for child in self._waiting)

    def start(self, spec: WorkerSpec) -> WorkerProcess:
        """Start a hearing's worker, in one uninterrupted step.

        Raises OSError when the folder cannot be written or the program cannot be started.
        """
        prepare(spec)
        child = self._handed(spec) or launch(spec, self._command)
        return started(spec, child)

    async def run(self) -> None:
        """Have as many waiting as wanted, until cancelled."""
        try:
            while True:
                self._look_after()
                if len(self._waiting) < self._wanted and time.monotonic() >= self._not_before:
                    self._waiting.append(self._begin())
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.end()

    def end(self) -> None:
        """Let all that wait go."""
        for child in self._waiting:
            child.kill()
            child.wait()
        self._waiting = []

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._spare, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def _look_after(self) -> None:
        for child in [one for one in self._waiting if one.poll() is not None]:
            self._waiting.remove(child)
            self._not_before = time.monotonic() + FALLEN_SECONDS
            log.error("waiting worker fell", code=child.returncode)

    def _handed(self, spec: WorkerSpec) -> subprocess.Popen[bytes] | None:
        """A waiting worker that has been given the order; None when there is none."""
        order = {"spec": str(spec.folder / SPEC_FILE), "log": str(spec.folder / LOG_FILE)}
        while self._waiting:
            child = self._waiting.pop(0)
            assert child.stdin is not None
            try:
                child.stdin.write(json.dumps(order).encode() + b"\n")
                child.stdin.close()
            except OSError:
                child.kill()
                child.wait()
                continue
            self._not_before = time.monotonic() + self._rest
            return child
        return None


Start = Callable[[WorkerSpec], WorkerProcess]
"""`Spares.start`, or what a test has instead."""
