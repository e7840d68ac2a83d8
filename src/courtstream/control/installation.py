"""One machine's whole platform: broker, pages and node as three children of this process.

Started in that order and ended in the other, so that a worker's last words find their listeners.
Each child that dies is started again without the others.
"""

from __future__ import annotations

import asyncio
import fcntl
import http.client
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TextIO

from courtstream.control.nats_server import EmbeddedServer, free_port, plan_server, port_free
from courtstream.control.policy import StopPolicy
from courtstream.control.supervisor import Child, ChildSpec, end_leftover
from courtstream.control.workers import find_workers, forget
from courtstream.domain.errors import AlreadyRunning, ControlAway, PortTaken
from courtstream.settings import Settings

Say = Callable[[str], None]
_HIGHEST_CODE_READY = 299


class Installation:
    """Runs while it is entered: `async with Installation(settings, say) as site`.

    `settings` is then what is in force: ports that were 0 have become real ones.
    `quiet`: the children write their logs into `data/run/NAME.log` instead of the terminal.
    Raises AlreadyRunning, PortTaken, ProgramMissing or ControlAway when it cannot start.
    """

    def __init__(
        self,
        settings: Settings,
        say: Say,
        *,
        quiet: bool = False,
        stops: StopPolicy | None = None,
    ) -> None:
        self.settings = settings
        self.children: list[Child] = []
        self._say = say
        self._quiet = quiet
        self._stops = stops or StopPolicy()
        self._lock: TextIO | None = None

    async def __aenter__(self) -> Installation:
        run = self.settings.data / "run"
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(run / "up.lock")
        try:
            await self._start(run)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything in order; nothing is left running."""
        await self._stop()

    @property
    def base_url(self) -> str:
        """Where a browser finds the pages."""
        web = self.settings.web
        host = "127.0.0.1" if web.host in ("", "0.0.0.0") else web.host
        return web.base_url or f"http://{host}:{web.port}"

    async def ready(self, within: float = 60.0) -> None:
        """Wait until the pages and the door answer. Raises ControlAway."""
        try:
            async with asyncio.timeout(within):
                while not await asyncio.to_thread(self._pages_ready):
                    await asyncio.sleep(0.2)
                while not await _open(self.settings.ingest.host, self.settings.ingest.rtmp_port):
                    await asyncio.sleep(0.2)
        except TimeoutError as error:
            raise ControlAway("courtstream up") from error

    # -- start and stop -----------------------------------------------------------------------

    async def _start(self, run: Path) -> None:
        if await end_leftover(run, "node", orderly=False):
            self._say("接管上次遗留的节点代理 / took over from a node agent left behind")
        await end_leftover(run, "serve", orderly=True)
        self._choose_ports()
        if not self.settings.nats.url:
            await self._broker()
        self._begin("serve", self._stops.child)
        self._begin("node", self._stops.node)

    def _choose_ports(self) -> None:
        web, ingest = self.settings.web, self.settings.ingest
        web_port = _usable(web.port, web.host, "web", "COURTSTREAM_WEB__PORT")
        rtmp_port = _usable(ingest.rtmp_port, ingest.host, "RTMP", "COURTSTREAM_INGEST__RTMP_PORT")
        srt_port = self._srt_port(ingest.srt_port, ingest.host)
        self.settings = self.settings.model_copy(
            update={
                "data": self.settings.data.absolute(),
                "web": web.model_copy(update={"port": web_port}),
                "ingest": ingest.model_copy(update={"rtmp_port": rtmp_port, "srt_port": srt_port}),
            }
        )

    def _srt_port(self, port: int, host: str) -> int:
        """The port asked for; another one, said aloud, when it is taken."""
        if port and port_free(port, host, udp=True):
            return port
        chosen = free_port(host, udp=True)
        if port:
            self._say(f"端口 {port} 已被占用，SRT 改用 {chosen} / taken, SRT uses {chosen}")
        return chosen

    async def _broker(self) -> None:
        server = plan_server(self.settings.data / "nats", self.settings.nats.port)
        if server.running is not None:
            self._say("沿用正在运行的消息服务 / going on with the broker that runs already")
        nats = self.settings.nats.model_copy(update={"port": server.port})
        self.settings = self.settings.model_copy(update={"nats": nats})
        self._child(_broker_spec(server, self._stops.child))
        await server.ready()

    def _begin(self, verb: str, patience: float) -> None:
        arguments = [sys.executable, "-m", "courtstream.cli.child", verb]
        self._child(ChildSpec(verb, arguments, _environment(self.settings), patience))

    def _child(self, spec: ChildSpec) -> None:
        run = self.settings.data / "run"
        child = Child(spec, run, run / f"{spec.name}.log" if self._quiet else None)
        child.begin()
        self.children.append(child)

    async def _stop(self) -> None:
        for child in reversed(self.children):
            if not await child.end():
                self._say(f"{child.spec.name}：超时后强制结束 / had to be killed")
        self.children.clear()
        for found in find_workers(self.settings.hearings):
            if found.process is not None:
                await found.process.end(2.0)
                forget(found.spec.folder)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _pages_ready(self) -> bool:
        web = self.settings.web
        host = "127.0.0.1" if web.host in ("", "0.0.0.0") else web.host
        connection = http.client.HTTPConnection(host, web.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status <= _HIGHEST_CODE_READY
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _broker_spec(server: EmbeddedServer, patience: float) -> ChildSpec:
    return ChildSpec(
        name="nats",
        arguments=server.arguments(),
        patience=patience,
        adopt=server.running,
        started=server.note,
    )


def _environment(settings: Settings) -> dict[str, str]:
    """What the children must see as this process does; the rest they read themselves."""
    return {
        "COURTSTREAM_DATA": str(settings.data),
        "COURTSTREAM_DEMO": str(settings.demo).lower(),
        "COURTSTREAM_LOG_JSON": str(settings.log_json).lower(),
        "COURTSTREAM_NODE": settings.node,
        "COURTSTREAM_NATS__PORT": str(settings.nats.port),
        "COURTSTREAM_WEB__HOST": settings.web.host,
        "COURTSTREAM_WEB__PORT": str(settings.web.port),
        "COURTSTREAM_INGEST__HOST": settings.ingest.host,
        "COURTSTREAM_INGEST__RTMP_PORT": str(settings.ingest.rtmp_port),
        "COURTSTREAM_INGEST__SRT_PORT": str(settings.ingest.srt_port),
    }


def _locked(path: Path) -> TextIO:
    stream = path.open("a", encoding="ascii")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        stream.close()
        raise AlreadyRunning from error
    stream.truncate(0)
    stream.write(f"{os.getpid()}\n")
    stream.flush()
    return stream


def _usable(port: int, host: str, what: str, variable: str) -> int:
    if port == 0:
        return free_port(host)
    if not port_free(port, host):
        raise PortTaken(f"{what} {host}:{port} ({variable})")
    return port


async def _open(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1" if host == "0.0.0.0" else host, port)
    except OSError:
        return False
    writer.close()
    return True
