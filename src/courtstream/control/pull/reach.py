"""Connections to checked addresses only: a guard in front of RTSP, a fetch for HTTP."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import socket
import ssl
from collections.abc import Awaitable, Callable

import h11

from courtstream.control.pull.address import AllowList, Login, SourceUrl
from courtstream.domain.errors import SourceAway, SourceRefused

CONNECT_SECONDS, READ_SECONDS = 10.0, 10.0
_PART = 65_536
_REDIRECT = re.compile(rb"RTSP/1\.[01] 3\d\d|REDIRECT rtsp")
_OVERLAP = 16
Write = Callable[[bytes], Awaitable[None]]


async def resolved(source: SourceUrl, allowed: AllowList) -> str:
    """The one address this connection will use. Raises SourceRefused, SourceAway."""
    allowed.check_name(source)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await loop.getaddrinfo(source.host, source.port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        raise SourceAway("name") from None
    return allowed.choose(source, [str(entry[4][0]) for entry in found])


class RtspGuard:
    """A loopback port that leads to the checked address and nowhere else.

    `async with RtspGuard(source, address) as guard`: a client asks `guard.url`. What the recorder
    answers passes through; a redirect ends the connection and is remembered in `redirected`.
    """

    def __init__(self, source: SourceUrl, address: str) -> None:
        self.redirected = False
        self.url = ""
        self._source, self._address = source, address
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> RtspGuard:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = self._source.text("127.0.0.1", port)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, TimeoutError):
            pass  # the recorder is away; its client sees the end and is begun again
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            out_reader, out_writer = await asyncio.open_connection(self._address, self._source.port)
        asking = asyncio.create_task(_pump(reader, out_writer))
        try:
            await self._answers(out_reader, writer)
        finally:
            asking.cancel()
            out_writer.close()
            await asyncio.gather(asking, return_exceptions=True)

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tail = b""
        while True:
            async with asyncio.timeout(READ_SECONDS):
                data = await reader.read(_PART)
            if not data:
                return
            if _REDIRECT.search(tail + data):
                self.redirected = True
                return
            tail = data[-_OVERLAP:]
            writer.write(data)
            await writer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_PART):
            writer.write(data)
            await writer.drain()


async def fetch(source: SourceUrl, login: Login, address: str, write: Write) -> None:
    """GET the source from the checked address and write its body as it comes, until it ends.

    Raises SourceRefused("redirect") for a redirect, SourceAway for anything else that is no 200.
    """
    tls = ssl.create_default_context() if source.scheme == "https" else None
    name = source.host if tls else None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                address, source.port, ssl=tls, server_hostname=name
            )
    except (OSError, TimeoutError):
        raise SourceAway("connect") from None
    try:
        await _exchange(source, login, reader, writer, write)
    except (OSError, TimeoutError, h11.RemoteProtocolError):
        raise SourceAway("read") from None
    finally:
        writer.close()


async def _exchange(
    source: SourceUrl,
    login: Login,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    write: Write,
) -> None:
    http = h11.Connection(h11.CLIENT)
    headers = [("Host", f"{source.host}:{source.port}"), ("Accept", "*/*")]
    if login.user:
        pair = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
        headers.append(("Authorization", f"Basic {pair}"))
    for event in (
        h11.Request(method="GET", target=source.path, headers=headers),
        h11.EndOfMessage(),
    ):
        writer.write(http.send(event) or b"")
    await writer.drain()
    while True:
        event_in = http.next_event()
        if event_in is h11.NEED_DATA:
            async with asyncio.timeout(READ_SECONDS):
                http.receive_data(await reader.read(_PART))
        elif isinstance(event_in, h11.Response):
            _check(event_in.status_code)
        elif isinstance(event_in, h11.Data):
            await write(bytes(event_in.data))
        elif not isinstance(event_in, h11.InformationalResponse):
            return


def _check(status: int) -> None:
    if 300 <= status < 400:
        raise SourceRefused("redirect")
    if status != 200:
        raise SourceAway(f"status {status}")
