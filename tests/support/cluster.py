"""Several nodes on one machine: one NATS, one platform, agents with folders of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courtstream.cli.pusher import push_command
from courtstream.control.nats_server import EmbeddedServer, free_port, plan_server
from courtstream.control.process import ProcessId
from courtstream.seal import load_or_create_master_key
from courtstream.settings import Settings

RELAY = """
import asyncio, sys

async def pipe(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()

async def carry(reader, writer):
    try:
        there = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
    except OSError:
        writer.close()
        return
    await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer))

async def main():
    await (await asyncio.start_server(carry, "127.0.0.1", int(sys.argv[1]))).serve_forever()

asyncio.run(main())
"""
CHILD = (sys.executable, "-m", "courtstream.cli.child")


def until(true: Callable[[], object], within: float = 60.0, what: str = "it") -> float:
    """Seconds until `true()`; raises TimeoutError when that never comes."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > within:
            raise TimeoutError(f"{what} did not happen in {within:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


@dataclass
class Process:
    """One of ours, with all it has started."""

    child: subprocess.Popen[bytes]
    log: Path

    def signal(self, number: int) -> None:
        for pid in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def family(self) -> list[int]:
        """The process and what descends from it; workers have sessions of their own."""
        found = [self.child.pid]
        for pid in found:
            found += children(pid)
        return found

    def end(self) -> None:
        self.signal(signal.SIGCONT)
        family = self.family()
        self.child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.child.wait(20)
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.child.wait()


def edition(root: Path | None) -> dict[str, str]:
    """The environment in which Python runs the edition of the program below `root`."""
    return {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"} if root else {}


def children(pid: int) -> list[int]:
    """Direct children, of all its threads."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in path.read_text().split()]
    return found


@dataclass
class Cluster:
    """`with Cluster(folder, names) as cluster`: NATS, platform and nodes run, each a process."""

    folder: Path
    names: tuple[str, ...] = ("a", "b", "c")
    environment: Mapping[str, str] = field(default_factory=dict)
    database: str = ""
    nats: EmbeddedServer = field(init=False)
    web_port: int = 0
    code: dict[str, Path] = field(default_factory=dict)
    """By part: the root of the edition it runs, where that is not this one."""
    parts: dict[str, Process] = field(default_factory=dict)
    rtmp: dict[str, int] = field(default_factory=dict)
    _wires: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Cluster:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.nats = plan_server(self.folder / "nats", 0)
        self.start_nats()
        load_or_create_master_key(self.settings("platform").master_key)
        self.web_port = free_port()
        return self

    def __exit__(self, *_: object) -> None:
        for part in reversed(self.parts.values()):
            part.end()

    def settings(self, name: str) -> Settings:
        return Settings.model_validate(
            {
                "data": self.folder / name,
                "node": name,
                "database_url": self.database,
                "nats": {"url": self.nats.url},
            }
        )

    def start_nats(self) -> None:
        child = subprocess.Popen(self.nats.arguments())
        self.parts["nats"] = Process(child, self.folder / "nats" / "server.log")
        until(lambda: _open(self.nats.port), 20, "nats")

    def start_platform(self) -> None:
        self.start("platform", "serve", {"COURTSTREAM_WEB__PORT": str(self.web_port)})
        until(lambda: self.answers("/readyz"), 60, "the platform")

    def start_node(self, name: str) -> None:
        self.rtmp.setdefault(name, free_port())
        keys = self.folder / name / "keys"
        keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(self.settings("platform").master_key, keys / "master.key")
        ports = {
            "COURTSTREAM_INGEST__RTMP_PORT": str(self.rtmp[name]),
            "COURTSTREAM_INGEST__SRT_PORT": "0",
            "COURTSTREAM_NATS__URL": self.wire(name),
        }
        self.start(name, "node", ports)
        until(lambda: _open(self.rtmp[name]), 60, f"node {name}")

    def wire(self, name: str) -> str:
        """A node's own way to NATS: a relay that a fault can hold up."""
        relay = f"relay-{name}"
        if relay not in self.parts:
            port = free_port()
            command = [sys.executable, "-c", RELAY, str(port), str(self.nats.port)]
            self.parts[relay] = Process(subprocess.Popen(command), self.folder / "relay.log")
            self._wires[name] = f"nats://127.0.0.1:{port}"
            until(lambda: _open(port), 20, "relay")
        return self._wires[name]

    def start(
        self, name: str, verb: str, more: Mapping[str, str], child: Sequence[str] = CHILD
    ) -> None:
        environment = {
            **os.environ,
            "COURTSTREAM_DATA": str(self.folder / name),
            "COURTSTREAM_NODE": name,
            "COURTSTREAM_NATS__URL": self.nats.url,
            "COURTSTREAM_ADMISSION__CALIBRATE": "false",
            "COURTSTREAM_ADMISSION__LOAD": "100",
            "COURTSTREAM_ADMISSION__LEAST_FREE_GB": "0",
            **({"COURTSTREAM_DATABASE_URL": self.database} if self.database else {}),
            **self.environment,
            **more,
            **edition(self.code.get(name)),
        }
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            child = subprocess.Popen(
                [*child, verb], env=environment, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, cwd=self.code.get(name),  # which Python searches first
            )  # fmt: skip
        self.parts[name] = Process(child, log)

    def push(self, media: Path, key: str, node: str, loop: bool = True) -> Process:
        """An encoder that pushes to a node's door until it is ended."""
        url = f"rtmp://127.0.0.1:{self.rtmp[node]}/live/{key}"
        log = self.folder / "push.log"
        with log.open("ab") as output:
            child = subprocess.Popen(
                push_command(media, url, loop=loop), stdout=output, stderr=output,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        return Process(child, log)

    def answers(self, path: str) -> bool:
        try:
            self.get(path)
        except OSError:
            return False
        return True

    def get(self, path: str) -> str:
        url = f"http://127.0.0.1:{self.web_port}{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())

    def playlist(self, hearing_id: str) -> list[str]:
        """Segments the public is told of now, in order; none when there is no playlist."""
        try:
            text = self.get(f"/media/{hearing_id}/live/index.m3u8")
        except OSError:
            return []
        return [line for line in text.splitlines() if line.endswith(".m4s")]

    def worker_of(self, node: str) -> ProcessId | None:
        """The node's first worker."""
        for pid_file in sorted(self.folder.glob(f"{node}/hearings/*/worker.pid")):
            with contextlib.suppress(OSError, ValueError):
                return ProcessId.of(int(json.loads(pid_file.read_bytes())["pid"]))
        return None

    def rows(self, node: str, hearing_id: str) -> Iterator[dict[str, Any]]:
        path = self.folder / node / "hearings" / hearing_id / "journal.jsonl"
        for line in path.read_bytes().splitlines() if path.exists() else ():
            with contextlib.suppress(ValueError):
                yield json.loads(line)


def _open(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
