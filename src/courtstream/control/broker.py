"""The nervous system: typed messages of `control.protocol` over one NATS connection.

The connection is endless: it waits for a server that is not there yet and comes back after every
loss, with all subscriptions. What was published meanwhile is lost; whoever needs it asks again
(journal pages, beats every second).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from pydantic import ValidationError

from courtstream.control import protocol
from courtstream.control.boundary import supervised
from courtstream.control.protocol import (
    AdmitReply,
    AdmitRequest,
    Command,
    FileRequest,
    FilesReply,
    FilesRequest,
    IngestEvent,
    JournalNews,
    JournalPage,
    JournalRequest,
    JournalRow,
    KeysRevoked,
    Message,
    NodeBeat,
    NodeCommand,
    NodeOrder,
    PullNews,
    PullReply,
    PullRequest,
    Reply,
    RtcReply,
    RtcRequest,
    TakeReply,
    TakeRequest,
    WorkerBeat,
)
from courtstream.domain.errors import ControlAway, NodeAway, NotFound, WorkerAway

In = TypeVar("In", bound=Message)
Out = TypeVar("Out", bound=Message)
Callback = Callable[[In], Awaitable[None]]
Answer = Callable[[In], Awaitable[Out]]

PLATFORM_QUEUE = "platform"
"""Queue group of the platform's processes: one of them answers a knock at the door."""

RECONNECT_SECONDS = 0.3
"""The client only sleeps by it, so that a fraction is fine although its hint says int."""

_SIZE = "Size"
_LOST = (nats.errors.Error, OSError, TimeoutError)
log = structlog.get_logger(__name__)


class NatsBus:
    """Publishes, asks and listens. Made by `await NatsBus.connect(url, name)`."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.refused_messages = 0

    @classmethod
    async def connect(
        cls,
        url: str,
        name: str,
        within: float | None = None,
        *,
        credentials: str = "",
        ca: str = "",
    ) -> NatsBus:
        """Connect, waiting for the server as long as it takes, or `within` seconds.

        `credentials` and `ca`: files that a cluster asks for. Raises ControlAway when the time is
        over.
        """
        client = Client()
        more: dict[str, Any] = {"user_credentials": credentials} if credentials else {}
        if ca:
            more["tls"] = ssl.create_default_context(cafile=ca)
        try:
            async with asyncio.timeout(within):
                await client.connect(
                    url,
                    name=name,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]
                    connect_timeout=2,
                    ping_interval=10,
                    max_outstanding_pings=2,
                    error_cb=_on_error,
                    **more,
                )
        except TimeoutError as error:
            raise ControlAway from error
        return cls(client)

    @property
    def connected(self) -> bool:
        """Whether messages pass at this moment."""
        return bool(self.client.is_connected)

    async def close(self) -> None:
        """Send what is waiting and leave; never raises."""
        try:
            async with asyncio.timeout(2.0):
                await (self.client.drain() if self.connected else self.client.close())
        except _LOST:
            await self.client.close()

    # -- any model ----------------------------------------------------------------------------

    async def publish(self, subject: str, message: Message) -> None:
        """Send without waiting for anybody. Lost when the connection is away too long."""
        try:
            await self.client.publish(subject, message.model_dump_json().encode())
        except _LOST:
            log.warning("message not sent", subject=subject)

    async def request(
        self, subject: str, message: Message, answer: type[Out], timeout: float
    ) -> Out:
        """Ask and wait at most `timeout` seconds.

        Raises ControlAway when nobody answers or the answer is none.
        """
        try:
            data = message.model_dump_json().encode()
            reply = await self.client.request(subject, data, timeout=timeout)
            return answer.model_validate_json(reply.data)
        except (*_LOST, ValidationError) as error:
            raise ControlAway from error

    async def subscribe(
        self, subject: str, model: type[In], callback: Callback[In]
    ) -> Subscription:
        """Call back for every message, one after the other; bad messages are counted."""

        async def received(raw: Msg) -> None:
            message = self._parse(raw, model)
            if message is not None:
                await supervised(raw.subject, callback(message))

        return await self.client.subscribe(subject, cb=received)

    async def answer(
        self, subject: str, model: type[In], answer: Answer[In, Out], queue: str = ""
    ) -> Subscription:
        """Answer requests, each in its own task; a failed answer leaves the asker to time out."""
        running: set[asyncio.Task[bool]] = set()

        async def work(raw: Msg, message: In) -> None:
            await raw.respond((await answer(message)).model_dump_json().encode())

        async def received(raw: Msg) -> None:
            message = self._parse(raw, model)
            if message is not None:
                task = asyncio.create_task(supervised(raw.subject, work(raw, message)))
                running.add(task)
                task.add_done_callback(running.discard)

        return await self.client.subscribe(subject, queue=queue, cb=received)

    def _parse(self, raw: Msg, model: type[In]) -> In | None:
        try:
            return model.model_validate_json(raw.data)
        except ValidationError as error:
            self.refused_messages += 1
            log.warning("message refused", model=model.__name__, faults=error.error_count())
            return None

    # -- what the platform asks ---------------------------------------------------------------

    async def request_worker(
        self, hearing_id: str, command: Command, timeout: float = 5.0
    ) -> Reply:
        """Ask a hearing's worker. Raises WorkerAway when none answers in time."""
        try:
            subject = protocol.worker_command(hearing_id)
            return await self.request(subject, command, Reply, timeout)
        except ControlAway as error:
            raise WorkerAway from error

    async def request_node(self, node: str, command: NodeCommand, timeout: float = 10.0) -> Reply:
        """Ask a node agent. Raises NodeAway when it does not answer in time."""
        try:
            return await self.request(protocol.node_command(node), command, Reply, timeout)
        except ControlAway as error:
            raise NodeAway from error

    async def request_rtc(self, node: str, request: RtcRequest, timeout: float = 25.0) -> RtcReply:
        """Ask a node's WebRTC side. Raises NodeAway when it does not answer in time."""
        try:
            return await self.request(protocol.node_rtc(node), request, RtcReply, timeout)
        except ControlAway as error:
            raise NodeAway from error

    async def journal(
        self, node: str, request: JournalRequest, timeout: float = 10.0
    ) -> JournalPage:
        """Ask a node for journal rows. Raises NodeAway when it does not answer in time."""
        try:
            return await self.request(protocol.node_journal(node), request, JournalPage, timeout)
        except ControlAway as error:
            raise NodeAway from error

    # -- hearings that move ---------------------------------------------------------------------

    async def take(self, request: TakeRequest, timeout: float = 3.0) -> TakeReply:
        """Ask the platform to put a hearing under a new epoch. Raises ControlAway."""
        return await self.request(protocol.TAKE, request, TakeReply, timeout)

    async def serve_takes(self, answer: Answer[TakeRequest, TakeReply]) -> None:
        """Answer nodes that take hearings over."""
        await self.answer(protocol.TAKE, TakeRequest, answer, queue=PLATFORM_QUEUE)

    async def serve_node_orders(self, answer: Answer[NodeOrder, Reply]) -> None:
        """Answer operators who close, open and empty nodes."""
        await self.answer(protocol.NODE_ORDER, NodeOrder, answer, queue=PLATFORM_QUEUE)

    async def on_journal_news(self, callback: Callback[JournalNews]) -> None:
        """Journals that grew without a worker."""
        await self.subscribe(protocol.JOURNAL_NEWS, JournalNews, callback)

    async def files(self, node: str, request: FilesRequest, timeout: float = 5.0) -> FilesReply:
        """What a node has of a hearing. Raises NodeAway."""
        try:
            return await self.request(protocol.node_files(node), request, FilesReply, timeout)
        except ControlAway as error:
            raise NodeAway from error

    async def file(
        self, node: str, request: FileRequest, timeout: float = 2.0
    ) -> tuple[bytes, int]:
        """A piece of a node's file and the file's size. Raises NodeAway, NotFound."""
        try:
            data = request.model_dump_json().encode()
            reply = await self.client.request(protocol.node_file(node), data, timeout=timeout)
        except _LOST as error:
            raise NodeAway from error
        size = (reply.headers or {}).get(_SIZE)
        if size is None:
            raise NotFound
        return reply.data, int(size)

    async def serve_files(
        self, node: str, read: Callable[[FileRequest], Awaitable[tuple[bytes, int] | None]]
    ) -> Subscription:
        """Answer with pieces of files; one that may not be had is answered with nothing."""
        running: set[asyncio.Task[bool]] = set()

        async def work(raw: Msg, request: FileRequest) -> None:
            found = await read(request)
            data, size = found if found is not None else (b"", None)
            headers = {_SIZE: str(size)} if size is not None else None
            await self.client.publish(raw.reply, data, headers=headers)

        async def received(raw: Msg) -> None:
            request = self._parse(raw, FileRequest)
            if request is not None:
                task = asyncio.create_task(supervised(raw.subject, work(raw, request)))
                running.add(task)
                task.add_done_callback(running.discard)

        return await self.client.subscribe(protocol.node_file(node), cb=received)

    async def admit(self, request: AdmitRequest, timeout: float = 3.0) -> AdmitReply:
        """Ask the platform whether a publisher may come in. Raises ControlAway."""
        return await self.request(protocol.INGEST_ADMIT, request, AdmitReply, timeout)

    async def pulls(self, node: str, timeout: float = 3.0) -> PullReply:
        """Ask the platform which sources this node fetches. Raises ControlAway."""
        return await self.request(protocol.INGEST_PULLS, PullRequest(node=node), PullReply, timeout)

    async def keys_revoked(self, digests: tuple[str, ...]) -> None:
        """Tell every door that these keys are no longer in force."""
        await self.publish(protocol.INGEST_REVOKED, KeysRevoked(digests=digests))

    async def on_keys_revoked(self, callback: Callback[KeysRevoked]) -> None:
        """Keys that stopped being in force, for the doors."""
        await self.subscribe(protocol.INGEST_REVOKED, KeysRevoked, callback)

    # -- what the platform hears --------------------------------------------------------------

    async def on_row(self, callback: Callback[JournalRow]) -> None:
        """Every journal row of every hearing."""
        await self.subscribe(protocol.worker_row("*"), JournalRow, callback)

    async def on_beat(self, callback: Callback[WorkerBeat]) -> None:
        """Every worker's heartbeat."""
        await self.subscribe(protocol.worker_beat("*"), WorkerBeat, callback)

    async def on_node_beat(self, callback: Callback[NodeBeat]) -> None:
        """Every node agent's heartbeat."""
        await self.subscribe(protocol.node_beat("*"), NodeBeat, callback)

    async def on_ingest_event(self, callback: Callback[IngestEvent]) -> None:
        """Publishers that came, went or were refused."""
        await self.subscribe(protocol.INGEST_EVENT, IngestEvent, callback)

    async def serve_pulls(self, answer: Answer[PullRequest, PullReply]) -> None:
        """Answer which sources a node fetches."""
        await self.answer(protocol.INGEST_PULLS, PullRequest, answer, queue=PLATFORM_QUEUE)

    async def on_pull_news(self, callback: Callback[PullNews]) -> None:
        """How fetched sources fare."""
        await self.subscribe(protocol.PULL_NEWS, PullNews, callback)

    async def serve_admit(self, answer: Answer[AdmitRequest, AdmitReply]) -> None:
        """Answer the knocks at the door, shared with the platform's other processes."""
        await self.answer(protocol.INGEST_ADMIT, AdmitRequest, answer, queue=PLATFORM_QUEUE)


async def _on_error(error: Exception) -> None:
    log.debug("nats", error=type(error).__name__)
