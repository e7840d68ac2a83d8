"""What the services need of the nervous system; `courtstream.control.broker` offers it on NATS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from courtstream.control.protocol import (
    AdmitReply,
    AdmitRequest,
    Command,
    FileRequest,
    IngestEvent,
    JournalNews,
    JournalPage,
    JournalRequest,
    JournalRow,
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


class Bus(Protocol):
    """Typed requests and subscriptions.

    Requests raise `WorkerAway` or `NodeAway` when nobody answers in time. Subscriptions live as
    long as the connection and survive reconnects; each calls back one message after the other.
    """

    @property
    def connected(self) -> bool:
        """Whether messages pass at this moment."""

    async def close(self) -> None:
        """Send what is waiting and leave."""

    async def request_worker(self, hearing_id: str, command: Command) -> Reply:
        """Ask one hearing's worker."""

    async def request_node(self, node: str, command: NodeCommand) -> Reply:
        """Ask a node agent."""

    async def request_rtc(self, node: str, request: RtcRequest) -> RtcReply:
        """Ask a node's WebRTC side."""

    async def journal(self, node: str, request: JournalRequest) -> JournalPage:
        """Journal rows that a node keeps."""

    async def file(self, node: str, request: FileRequest) -> tuple[bytes, int]:
        """A piece of a node's file and the file's size; raises NotFound beside NodeAway."""

    async def serve_takes(self, answer: Callable[[TakeRequest], Awaitable[TakeReply]]) -> None:
        """Answer nodes that take hearings over."""

    async def serve_node_orders(self, answer: Callable[[NodeOrder], Awaitable[Reply]]) -> None:
        """Answer operators who close, open and empty nodes."""

    async def on_journal_news(self, callback: Callable[[JournalNews], Awaitable[None]]) -> None:
        """Hear of journals that grew without a worker."""

    async def keys_revoked(self, digests: tuple[str, ...]) -> None:
        """Tell every door that keys are no longer in force."""

    async def serve_pulls(self, answer: Callable[[PullRequest], Awaitable[PullReply]]) -> None:
        """Answer which sources a node fetches."""

    async def on_pull_news(self, callback: Callable[[PullNews], Awaitable[None]]) -> None:
        """Hear how fetched sources fare."""

    async def serve_admit(self, answer: Callable[[AdmitRequest], Awaitable[AdmitReply]]) -> None:
        """Answer the knocks at the door."""

    async def on_row(self, callback: Callable[[JournalRow], Awaitable[None]]) -> None:
        """Hear every journal row of every hearing."""

    async def on_beat(self, callback: Callable[[WorkerBeat], Awaitable[None]]) -> None:
        """Hear every worker's heartbeat."""

    async def on_node_beat(self, callback: Callable[[NodeBeat], Awaitable[None]]) -> None:
        """Hear every node agent's heartbeat."""

    async def on_ingest_event(self, callback: Callable[[IngestEvent], Awaitable[None]]) -> None:
        """Hear of publishers that came, went or were refused."""
