"""What the services need of the nervous system; `courtstream.control.broker` offers it on NATS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from courtstream.control.protocol import Command, JournalPage, JournalRequest, NodeCommand, Reply


class BusMessage(Protocol):
    """A message as it came."""

    @property
    def subject(self) -> str:
        """The subject it was published on."""

    @property
    def data(self) -> bytes:
        """The JSON of one protocol model."""

    async def respond(self, data: bytes) -> None:
        """Answer a request; does nothing when nobody asked."""


class Bus(Protocol):
    """Requests and subscriptions. Requests answer `Reply(ok=False, code=…)`, they do not raise:

    `no_worker` when nobody listens, `timeout` when nobody answered in time.
    """

    async def request_worker(self, hearing_id: str, command: Command) -> Reply:
        """Ask one hearing's worker."""

    async def request_node(self, node: str, command: NodeCommand) -> Reply:
        """Ask a node agent."""

    async def request_journal(self, node: str, request: JournalRequest) -> JournalPage | None:
        """Journal rows a node keeps, or None when the node does not answer."""

    def subscribe(self, subject: str, queue: str = "") -> AsyncIterator[BusMessage]:
        """Messages of a subject (wildcards allowed) until the iterator is closed.

        Survives reconnects. With `queue` only one member of the group gets each message.
        """
