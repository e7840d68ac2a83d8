"""The nervous system: what platform, nodes and workers say to each other, on its subjects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from courtstream.control import protocol
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
from courtstream.control.wire import LOST, Answer, Callback, Out, Wire
from courtstream.domain.errors import ControlAway, NodeAway, NotFound, WorkerAway

PLATFORM_QUEUE = "platform"
"""Queue group of the platform's processes: one of them answers a knock at the door."""

_SIZE = "Size"


class NatsBus(Wire):
    """The platform's `Bus`, and what nodes and workers need. Made by `await connect(url, name)`."""

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
        return await self._ask_node(protocol.node_command(node), command, Reply, timeout)

    async def request_rtc(self, node: str, request: RtcRequest, timeout: float = 25.0) -> RtcReply:
        """Ask a node's WebRTC side. Raises NodeAway when it does not answer in time."""
        return await self._ask_node(protocol.node_rtc(node), request, RtcReply, timeout)

    async def journal(
        self, node: str, request: JournalRequest, timeout: float = 10.0
    ) -> JournalPage:
        """Ask a node for journal rows. Raises NodeAway when it does not answer in time."""
        return await self._ask_node(protocol.node_journal(node), request, JournalPage, timeout)

    async def _ask_node(
        self, subject: str, message: Message, answer: type[Out], timeout: float
    ) -> Out:
        try:
            return await self.request(subject, message, answer, timeout)
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
        return await self._ask_node(protocol.node_files(node), request, FilesReply, timeout)

    async def file(
        self, node: str, request: FileRequest, timeout: float = 2.0
    ) -> tuple[bytes, int]:
        """A piece of a node's file and the file's size. Raises NodeAway, NotFound."""
        try:
            data = request.model_dump_json().encode()
            reply = await self.client.request(protocol.node_file(node), data, timeout=timeout)
        except LOST as error:
            raise NodeAway from error
        size = (reply.headers or {}).get(_SIZE)
        if size is None:
            raise NotFound
        return reply.data, int(size)

    async def serve_files(
        self, node: str, read: Callable[[FileRequest], Awaitable[tuple[bytes, int] | None]]
    ) -> Subscription:
        """Answer with pieces of files; one that may not be had is answered with nothing."""

        async def work(raw: Msg, request: FileRequest) -> None:
            found = await read(request)
            data, size = found if found is not None else (b"", None)
            headers = {_SIZE: str(size)} if size is not None else None
            await self.client.publish(raw.reply, data, headers=headers)

        return await self.work_on(protocol.node_file(node), FileRequest, work)

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
