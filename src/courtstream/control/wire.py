"""Typed messages over one NATS connection, whatever they say.

The connection is endless: it waits for a server that is not there yet and comes back after every
loss, with all subscriptions. What was published meanwhile is lost; whoever needs it asks again
(journal pages, beats every second).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeVar

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from pydantic import ValidationError

from courtstream.control.boundary import supervised
from courtstream.control.protocol import Message
from courtstream.domain.errors import ControlAway

In = TypeVar("In", bound=Message)
Out = TypeVar("Out", bound=Message)
Callback = Callable[[In], Awaitable[None]]
Answer = Callable[[In], Awaitable[Out]]

RECONNECT_SECONDS = 0.3
"""The client only sleeps by it, so that a fraction is fine although its hint says int."""

LOST = (nats.errors.Error, OSError, TimeoutError)
"""What the client raises when a message did not pass."""

log = structlog.get_logger(__name__)


class Wire:
    """Publishes, asks and listens, any model on any subject. Made by `await connect(url, name)`."""

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
    ) -> Self:
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
        except LOST:
            await self.client.close()

    async def publish(self, subject: str, message: Message) -> None:
        """Send without waiting for anybody. Lost when the connection is away too long."""
        try:
            await self.client.publish(subject, message.model_dump_json().encode())
        except LOST:
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
        except (*LOST, ValidationError) as error:
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

        async def work(raw: Msg, message: In) -> None:
            await raw.respond((await answer(message)).model_dump_json().encode())

        return await self.work_on(subject, model, work, queue)

    async def work_on(
        self,
        subject: str,
        model: type[In],
        work: Callable[[Msg, In], Awaitable[None]],
        queue: str = "",
    ) -> Subscription:
        """Work on every message in its own task; `work` answers by itself, or not."""
        running: set[asyncio.Task[bool]] = set()

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


async def _on_error(error: Exception) -> None:
    log.debug("nats", error=type(error).__name__)
