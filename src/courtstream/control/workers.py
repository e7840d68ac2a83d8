"""One hearing's worker as a process: its folder, its start, its log, its pid file, its end.

The worker runs in a session of its own and writes into a file, so that it outlives the agent
that started it; the pid file tells the next agent what to take over.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from courtstream.control.journal import FILE_NAME, safe_id
from courtstream.control.policy import LOG_BYTES, RESUME_SECONDS
from courtstream.control.process import (
    ProcessId,
    end_process,
    read_pid,
    write_atomically,
    write_pid,
)
from courtstream.control.protocol import RowKind, WorkerSpec
from courtstream.settings import Settings

PID_FILE = "worker.pid"
SPEC_FILE = "spec.json"
LOG_FILE = "worker.log"
SOCKET_PATH_BYTES = 100
"""`sun_path` holds 108 bytes on Linux (unix(7)); the rest is for a suffix of the listener."""

_TAIL_BYTES = 65_536
_ENDS = (RowKind.ENDED, RowKind.STARTED)

WORKER_COMMAND = (sys.executable, "-m", "media_workers", "worker", "--spec")


def socket_path(data: Path, hearing_id: str) -> Path:
    """Where a hearing's worker listens for its media: below `data`, or short when that is long."""
    path = (data / "run" / f"{hearing_id}.sock").absolute()
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"courtstream-{os.getuid()}" / f"{digest}.sock"


def lease_path(data: Path, hearing_id: str) -> Path:
    """The file that says until when the hearing is this node's."""
    return (data / "run" / f"{hearing_id}.lease").absolute()


def note_lease(spec: WorkerSpec, until: float) -> None:
    """Tell the hearing's worker how long it may publish: its epoch, and seconds of `boot_clock`."""
    if spec.lease is None:
        return
    spec.lease.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = spec.lease.with_suffix(".draft")
    draft.write_text(f"{spec.epoch} {until:.3f}\n", encoding="ascii")
    draft.replace(spec.lease)


def localise(spec: WorkerSpec, settings: Settings) -> WorkerSpec:
    """The order with what only this machine knows: folder, socket, node and NATS address."""
    source = spec.source
    if source.kind == "socket":
        place = socket_path(settings.data, spec.hearing_id)
        source = source.model_copy(update={"path": place})
    nats = settings.nats
    changes = {
        "folder": (settings.hearings / spec.hearing_id).absolute(),
        "node": settings.node,
        "public": (settings.public / spec.hearing_id).absolute(),
        "master_key_file": settings.master_key.absolute(),
        "nats_url": settings.nats_url,
        "nats_credentials": nats.credentials,
        "nats_ca": nats.ca,
        "lease": None if settings.alone else lease_path(settings.data, spec.hearing_id),
        "source": source,
    }
    return spec.model_copy(update=changes)


@dataclass(slots=True)
class WorkerProcess:
    """A running worker; `child` is None when an earlier agent started it."""

    who: ProcessId
    epoch: int
    child: subprocess.Popen[bytes] | None = None

    def alive(self) -> bool:
        """Whether it still runs; our own child is gone only when all its threads are."""
        return self.who.alive() if self.child is None else self.child.poll() is None

    def exit_code(self) -> int | None:
        """How it left (negative: the signal); None when it was not our child, or lives."""
        return None if self.child is None else self.child.poll()

    async def end(self, patience: float) -> bool:
        """SIGTERM, then SIGKILL after `patience` seconds, and all it has started with it."""
        orderly = await end_process(self.who, patience)
        self.exit_code()  # no zombie stays
        self.sweep()
        return orderly

    def kill(self) -> None:
        """SIGKILL at once to the whole session."""
        self.who.signal(signal.SIGKILL, group=True)

    def sweep(self) -> None:
        """End what a dead worker left in its process group."""
        if not self.alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.who.pid, signal.SIGKILL)


def spawn(spec: WorkerSpec, command: tuple[str, ...] = WORKER_COMMAND) -> WorkerProcess:
    """Write the order into the hearing's folder and start its worker, in one uninterrupted step.

    Raises OSError when the folder cannot be written or the program cannot be started.
    """
    prepare(spec)
    return started(spec, launch(spec, command))


def launch(spec: WorkerSpec, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """The worker's process; its order lies in the folder."""
    with (spec.folder / LOG_FILE).open("ab") as output:
        return subprocess.Popen(
            [*command, str(spec.folder / SPEC_FILE)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


def started(spec: WorkerSpec, child: subprocess.Popen[bytes]) -> WorkerProcess:
    """Remember a worker that has just begun, for this agent and the next."""
    who = ProcessId.of(child.pid) or ProcessId(child.pid, -1)
    write_pid(spec.folder / PID_FILE, who, epoch=spec.epoch)
    return WorkerProcess(who, spec.epoch, child)


def prepare(spec: WorkerSpec) -> None:
    """Have the hearing's folder as its worker wants it, the order in it."""
    spec.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    spec.folder.chmod(0o700)
    if spec.source.kind == "socket":
        spec.source.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        spec.source.path.unlink(missing_ok=True)  # nobody must wait at a dead worker's door
    turn_log(spec.folder)
    write_atomically(spec.folder / SPEC_FILE, spec.model_dump_json().encode())


def turn_log(folder: Path, limit: int = LOG_BYTES) -> None:
    """Turn the log over when it is too long: copied away and emptied, for its writer goes on."""
    path = folder / LOG_FILE
    try:
        if path.stat().st_size <= limit:
            return
        shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)
    except OSError:
        return


def forget(folder: Path) -> None:
    """The worker has left in good order: nobody needs to look for it."""
    (folder / PID_FILE).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Found:
    """A worker of an earlier agent; `process` is None when it died with its agent."""

    spec: WorkerSpec
    process: WorkerProcess | None


def find_workers(hearings: Path) -> Iterator[Found]:
    """The workers that run, and those that would be running had they not died unseen."""
    for path in sorted(hearings.glob(f"*/{PID_FILE}")):
        spec = read_spec(path.parent)
        if spec is None or not safe_id(spec.hearing_id):
            continue
        known = read_pid(path)
        if known is not None:
            who, facts = known
            yield Found(spec, WorkerProcess(who, int(str(facts.get("epoch", spec.epoch)))))
        elif _recent(path) and not has_ended(path.parent):
            yield Found(spec, None)


def read_spec(folder: Path) -> WorkerSpec | None:
    """The order a worker was started with."""
    try:
        return WorkerSpec.model_validate_json((folder / SPEC_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def has_ended(folder: Path) -> bool:
    """Whether the hearing's journal says, after the last start, that the hearing is over."""
    try:
        with (folder / FILE_NAME).open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL_BYTES))
            tail = stream.read().replace(b" ", b"")
    except OSError:
        return False
    ended, started = (tail.rfind(f'"kind":"{kind}"'.encode()) for kind in _ENDS)
    return ended > started


def _recent(pid_file: Path) -> bool:
    paths = (pid_file, pid_file.with_name(FILE_NAME))
    seen = max((p.stat().st_mtime for p in paths if p.exists()), default=0.0)
    return time.time() - seen < RESUME_SECONDS
