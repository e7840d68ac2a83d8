"""A thread's way to a service on NATS: asks wait for their answers, and only so long."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import nats
import nats.errors

from courtstream.domain.errors import ControlAway

_BUSY = "busy"


class Line:
    """One connection with a loop of its own, for callers that may block. Made when first needed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._client: Any = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="line")
        self._thread.start()

    def ask(self, subject: str, data: bytes, within: float) -> bytes:
        """The answer. Raises ControlAway when nobody answers within so many seconds, or is busy."""
        asked = asyncio.run_coroutine_threadsafe(self._ask(subject, data, within), self._loop)
        try:
            return asked.result(within + 1.0)
        except (OSError, nats.errors.Error, TimeoutError) as error:
            raise ControlAway("speech service") from error
        finally:
            asked.cancel()

    def close(self) -> None:
        """Let go."""
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        with contextlib.suppress(OSError, nats.errors.Error, TimeoutError):
            closing.result(2.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(2.0)

    async def _ask(self, subject: str, data: bytes, within: float) -> bytes:
        async with asyncio.timeout(within):
            if self._client is None:
                self._client = await nats.connect(
                    self._url, max_reconnect_attempts=-1, reconnect_time_wait=0.5, error_cb=_quiet
                )
            if not self._client.is_connected:
                raise ControlAway("nats")
            answer = await self._client.request(subject, data, timeout=within)
        if answer.headers and "Nats-Service-Error" in answer.headers:
            raise ControlAway(_BUSY)
        return bytes(answer.data)

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.close()


async def _quiet(error: Exception) -> None:
    return None
