"""The worker's end of the nervous system: rows and beats out, commands in. May be absent."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any

import nats
import nats.errors
import structlog
from pydantic import ValidationError

from courtstream.control.protocol import (
    Command,
    JournalRow,
    Reply,
    WorkerBeat,
    WorkerSpec,
    worker_beat,
    worker_command,
    worker_row,
)

log = structlog.get_logger()


MOST_UNTOLD = 20_000
"""Rows that wait for the link; what is older is asked for by number."""

TELL_SECONDS = 0.1


class Link:
    """Speaks over NATS while `run` runs; rows wait in order until the server has them."""

    def __init__(self, spec: WorkerSpec, command: Callable[[Command], Reply]) -> None:
        self._url, self._hearing_id, self._command = spec.nats_url, spec.hearing_id, command
        self._options: dict[str, Any] = {}
        if spec.nats_credentials:
            self._options["user_credentials"] = spec.nats_credentials
        if spec.nats_ca:
            self._options["tls"] = ssl.create_default_context(cafile=spec.nats_ca)
        self._untold: deque[JournalRow] = deque(maxlen=MOST_UNTOLD)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None
        self._heard = asyncio.Event()

    def row(self, row: JournalRow) -> None:
        """Tell a durable row on; from any thread, never waits."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # the loop closed between the two lines
                loop.call_soon_threadsafe(self._untold.append, row)

    async def run(self, beat: Callable[[], WorkerBeat], over: Callable[[], bool]) -> None:
        """Beat once a second until `over`."""
        self._loop = asyncio.get_running_loop()
        connecting = asyncio.create_task(self._connect()) if self._url else None
        telling = asyncio.create_task(self._tell_rows())
        while not over():
            self._send(worker_beat(self._hearing_id), beat())
            await self._a_second()
        self._send(worker_beat(self._hearing_id), beat())
        if connecting is not None:
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await connecting
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
        if self._client is not None:
            await self._tell_now()
            with contextlib.suppress(nats.errors.Error, TimeoutError):
                await asyncio.wait_for(self._client.drain(), 3.0)

    async def _a_second(self) -> None:
        """Until the next beat; the first goes out as soon as anybody can hear it."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), 1.0)
        self._heard.clear()

    async def _connect(self) -> None:
        while True:
            try:
                client = await nats.connect(
                    self._url,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.5,
                    error_cb=_quiet,
                    **self._options,
                    allow_reconnect=True,
                )
                await client.subscribe(worker_command(self._hearing_id), cb=self._answer)
            except (OSError, nats.errors.Error):
                await asyncio.sleep(0.5)
                continue
            self._client = client
            self._heard.set()
            return

    async def _tell_rows(self) -> None:
        while True:
            await self._tell_now()
            await asyncio.sleep(TELL_SECONDS)

    async def _tell_now(self) -> None:
        """Rows that wait, in order; they are let go of when the server has answered after them."""
        if not self._untold or self._client is None or not self._client.is_connected:
            return
        rows = list(self._untold)
        try:
            for row in rows:
                data = row.model_dump_json().encode()
                await self._client.publish(worker_row(self._hearing_id), data)
            await self._client.flush(2)
        except (nats.errors.Error, OSError, TimeoutError):
            return  # again, from the first: whoever had them already knows them by number
        for _ in range(min(len(rows), len(self._untold))):
            self._untold.popleft()

    def _send(self, subject: str, message: WorkerBeat) -> None:
        if self._client is not None and self._client.is_connected:
            data = message.model_dump_json().encode()
            task = asyncio.ensure_future(self._client.publish(subject, data))
            task.add_done_callback(_swallow)

    async def _answer(self, message: Any) -> None:
        try:
            command = Command.model_validate_json(message.data)
        except ValidationError:
            reply = Reply(ok=False, code="invalid_input", message="命令无法识别 / unknown command")
        else:
            reply = await asyncio.to_thread(self._command, command)
        await message.respond(reply.model_dump_json().encode())


async def _quiet(error: Exception) -> None:
    log.warning("link_error", error=type(error).__name__)


def _swallow(task: asyncio.Future[None]) -> None:
    if not task.cancelled():
        task.exception()
