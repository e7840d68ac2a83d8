"""The worker's end of the nervous system: rows and beats out, commands in. May be absent."""

from __future__ import annotations

import asyncio
import contextlib
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
    worker_beat,
    worker_command,
    worker_row,
)

log = structlog.get_logger()


class Link:
    """Speaks over NATS while `run` runs; rows that find no link are asked for later."""

    def __init__(self, url: str, hearing_id: str, command: Callable[[Command], Reply]) -> None:
        self._url, self._hearing_id, self._command = url, hearing_id, command
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None

    def row(self, row: JournalRow) -> None:
        """Tell a durable row on; from any thread, never waits."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # the loop closed between the two lines
                loop.call_soon_threadsafe(self._send, worker_row(self._hearing_id), row)

    async def run(self, beat: Callable[[], WorkerBeat], over: Callable[[], bool]) -> None:
        """Beat once a second until `over`."""
        self._loop = asyncio.get_running_loop()
        connecting = asyncio.create_task(self._connect()) if self._url else None
        while not over():
            self._send(worker_beat(self._hearing_id), beat())
            await asyncio.sleep(1.0)
        self._send(worker_beat(self._hearing_id), beat())
        if connecting is not None:
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await connecting
        if self._client is not None:
            with contextlib.suppress(nats.errors.Error, TimeoutError):
                await asyncio.wait_for(self._client.drain(), 3.0)

    async def _connect(self) -> None:
        while True:
            try:
                client = await nats.connect(
                    self._url,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.5,
                    error_cb=_quiet,
                    allow_reconnect=True,
                )
                await client.subscribe(worker_command(self._hearing_id), cb=self._answer)
            except (OSError, nats.errors.Error):
                await asyncio.sleep(0.5)
                continue
            self._client = client
            return

    def _send(self, subject: str, message: JournalRow | WorkerBeat) -> None:
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
