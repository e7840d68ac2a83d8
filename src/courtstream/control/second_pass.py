"""Second passes on this machine: one at a time, each a process of its own that outlives the agent.

The process is out of the way by itself (it lowers its priority); all it has to say is in the
hearing's journal.
"""

from __future__ import annotations

import subprocess
import sys

from courtstream.control.journal import safe_id
from courtstream.control.process import (
    ProcessId,
    end_process,
    read_pid,
    write_atomically,
    write_pid,
)
from courtstream.control.protocol import Reply, SecondPassSpec
from courtstream.settings import Settings

PID_FILE = "secondpass.pid"
SPEC_FILE = "secondpass.json"
LOG_FILE = "secondpass.log"
SECOND_PASS_COMMAND = (sys.executable, "-m", "media_workers", "secondpass", "--spec")


class SecondPasses:
    """Starts what it is asked for, unless it runs already."""

    def __init__(self, settings: Settings, command: tuple[str, ...] = SECOND_PASS_COMMAND) -> None:
        self._settings, self._command = settings, command
        self._child: subprocess.Popen[bytes] | None = None

    def ensure(self, spec: SecondPassSpec) -> Reply:
        """Have it running. `busy` while another hearing's runs: ask again later."""
        if not safe_id(spec.hearing_id):
            return Reply(ok=False, code="invalid_input", message="庭审编号无效 / invalid id")
        spec = localised(spec, self._settings)
        if read_pid(spec.folder / PID_FILE) is not None:
            return Reply(ok=True, data={"state": "running"})
        if self._running():
            return Reply(ok=False, code="busy", message="另一场复核正在进行 / another one runs")
        if not spec.folder.is_dir():
            return Reply(ok=False, code="not_found", message="没有该庭审目录 / no such folder")
        self._child = self._spawn(spec)
        who = ProcessId.of(self._child.pid) or ProcessId(self._child.pid, -1)
        write_pid(spec.folder / PID_FILE, who)
        return Reply(ok=True, data={"state": "started"})

    async def stop(self, patience: float = 3.0) -> None:
        """End what runs: the platform asks for it again when it is back, and it begins anew."""
        for who in self._found():
            await end_process(who, patience)
        if self._child is not None:
            self._child.poll()  # no zombie stays

    def _running(self) -> bool:
        if self._child is not None and self._child.poll() is None:
            return True
        return any(self._found())

    def _found(self) -> list[ProcessId]:
        """An agent started anew finds those of the one before by their pid files."""
        known = map(read_pid, self._settings.hearings.glob(f"*/{PID_FILE}"))
        return [found[0] for found in known if found is not None]

    def _spawn(self, spec: SecondPassSpec) -> subprocess.Popen[bytes]:
        path = spec.folder / SPEC_FILE
        write_atomically(path, spec.model_dump_json().encode())
        with (spec.folder / LOG_FILE).open("ab") as output:
            return subprocess.Popen(
                [*self._command, str(path)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip


def localised(spec: SecondPassSpec, settings: Settings) -> SecondPassSpec:
    """The order with this machine's own paths."""
    return spec.model_copy(
        update={
            "folder": (settings.hearings / spec.hearing_id).absolute(),
            "public": (settings.public / spec.hearing_id).absolute(),
            "master_key_file": settings.master_key.absolute(),
        }
    )
