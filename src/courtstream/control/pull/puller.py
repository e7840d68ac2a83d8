"""Keeps every wanted source of this node coming in: asked for, checked, carried, begun again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import structlog

from courtstream.control.boundary import supervised
from courtstream.control.door import Door
from courtstream.control.flv_child import QUICK, ChildFeed
from courtstream.control.policy import RestartPolicy
from courtstream.control.protocol import AdmitRequest, PullOrder
from courtstream.control.pull.address import AllowList, Login, SourceUrl, parsed
from courtstream.control.pull.reach import RtspGuard, fetch, resolved
from courtstream.domain.errors import CourtstreamError, SourceRefused

log = structlog.get_logger(__name__)
LOOK_SECONDS = 1.0
BACK_OFF = RestartPolicy(first=1.0, longest=30.0, steady=20.0)

Wanted = Callable[[], Awaitable[tuple[PullOrder, ...]]]
Tell = Callable[[PullOrder, str], Awaitable[None]]


class Puller:
    """Runs while it is entered. `wanted` gives the present orders, `tell` hears how they fare."""

    def __init__(self, door: Door, allowed: AllowList, wanted: Wanted, tell: Tell) -> None:
        self._door, self._allowed = door, allowed
        self._wanted, self._tell = wanted, tell
        self._pulls: dict[PullOrder, asyncio.Task[object]] = {}
        self._transcode: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Puller:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every pull."""
        tasks = [t for t in (self._task, *self._pulls.values()) if t is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            await supervised("wanted sources", self._compare())
            await asyncio.sleep(LOOK_SECONDS)

    async def _compare(self) -> None:
        wanted = set(await self._wanted())
        for order in set(self._pulls) - wanted:
            self._pulls.pop(order).cancel()
        for order in wanted - set(self._pulls):
            work = supervised("pull", self._keep(order))
            self._pulls[order] = asyncio.create_task(work)

    async def _keep(self, order: PullOrder) -> None:
        """Fetch, and again after a pause that grows while nothing comes."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            code = await self._once(order)
            failures = 1 if loop.time() - began > BACK_OFF.steady else failures + 1
            await self._tell(order, code)
            await asyncio.sleep(BACK_OFF.wait(failures))

    async def _once(self, order: PullOrder) -> str:
        """One connection; gives the code it ended with."""
        try:
            source, _ = parsed(order.url)
            address = await resolved(source, self._allowed)
            login = Login(order.user, order.password)
            if source.scheme == "rtsp":
                return await self._rtsp(order, source, login, address)
            return await self._http(order, source, login, address)
        except CourtstreamError as error:
            log.info("source not fetched", code=error.code, why=error.detail, source=order.id)
            refused = isinstance(error, SourceRefused)
            return f"{error.code}:{error.detail}" if refused else error.code

    async def _rtsp(self, order: PullOrder, source: SourceUrl, login: Login, address: str) -> str:
        async with RtspGuard(source, address) as guard:
            feed = ChildFeed(
                source.host, rtsp_input(guard.url, login), transcode=order.id in self._transcode
            )
            code = await self._carry(order, feed)
            if guard.redirected:
                raise SourceRefused("redirect")
            return code

    async def _http(self, order: PullOrder, source: SourceUrl, login: Login, address: str) -> str:
        fetching: list[asyncio.Task[None]] = []

        async def accepted(feed: ChildFeed) -> None:
            fetching.append(asyncio.create_task(_into(feed, source, login, address)))

        arguments = (*QUICK, "-protocol_whitelist", "pipe", "-f", "mpegts", "-i", "pipe:0")
        feed = ChildFeed(
            source.host,
            arguments,
            accepted=accepted,
            piped=True,
            transcode=order.id in self._transcode,
        )
        try:
            code = await self._carry(order, feed)
        finally:
            for task in fetching:
                task.cancel()
            results = await asyncio.gather(*fetching, return_exceptions=True)
        for result in results:
            if isinstance(result, CourtstreamError):
                raise result
        return code

    async def _carry(self, order: PullOrder, feed: ChildFeed) -> str:
        heard: list[str] = []
        feed.on_refused = lambda code, message: heard.append(code)
        knock = AdmitRequest(
            key=order.key, node="", protocol=parsed(order.url)[0].scheme, remote=feed.remote
        )
        try:
            await self._door.receive(feed, knock)
        finally:
            await feed.ended()
        if feed.process is not None and not feed.tags:
            self._transcode ^= {order.id}  # FLV may not hold its sound: next time encoded anew
        return heard[0] if heard else "source_ended" if feed.tags else "source_away"


async def _into(feed: ChildFeed, source: SourceUrl, login: Login, address: str) -> None:
    """The body into the child's input; the input ends with it."""
    process = feed.process
    assert process is not None and process.stdin is not None
    pipe = process.stdin

    async def write(data: bytes) -> None:
        pipe.write(data)
        await pipe.drain()

    try:
        with contextlib.suppress(ConnectionError):
            await fetch(source, login, address, write)
    finally:
        pipe.close()


def rtsp_input(url: str, login: Login) -> tuple[str, ...]:
    """ffmpeg's input: RTSP over one TCP connection to the guard, given up after ten seconds."""
    if login.user:
        pair = f"{quote(login.user, safe='')}:{quote(login.password, safe='')}"
        url = url.replace("://", f"://{pair}@", 1)
    timeout = ("-timeout", "10000000")
    transport = ("-rtsp_transport", "tcp", "-allowed_media_types", "video+audio")
    return (*QUICK, *transport, *timeout, "-protocol_whitelist", "rtsp,rtp,tcp,udp", "-i", url)
