"""One RTMP port for all courtrooms of a node, in front of the door."""

from __future__ import annotations

import asyncio

import structlog

from courtstream.control.boundary import supervised
from courtstream.control.door import Door
from courtstream.control.protocol import AdmitRequest
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.wire import Wire
from courtstream.domain.errors import PortTaken

log = structlog.get_logger(__name__)


class Gateway:
    """Listens while it is entered: `async with Gateway(…) as gateway`; `port` is then known."""

    def __init__(self, door: Door, host: str, port: int) -> None:
        self.port = port
        self._door, self._host = door, host
        self._tasks: set[asyncio.Task[object]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Gateway:
        try:
            self._server = await asyncio.start_server(self._connected, self._host, self.port)
        except OSError as error:
            raise PortTaken(f"RTMP {self._host}:{self.port}") from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the port and let every publisher's last bytes reach its worker."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._tasks) >= self._door.policy.connections:
            writer.close()
            return
        self._tasks.add(task)
        wire = Wire(reader, writer)
        try:
            await supervised("rtmp connection", self._serve(wire))
        except asyncio.CancelledError:
            pass  # the port closes; everything below has been tidied up
        finally:
            self._tasks.discard(task)
            wire.close()

    async def _serve(self, wire: Wire) -> None:
        try:
            publish = await wire.until_publish(self._door.policy)
            knock = AdmitRequest(key=publish.key, node="", remote=wire.remote)
            await self._door.receive(wire, knock)
            await wire.let_go(self._door.policy.linger)
        except (RtmpError, OSError, EOFError, TimeoutError) as error:
            log.info("rtmp connection ended", why=type(error).__name__, remote=wire.remote)
