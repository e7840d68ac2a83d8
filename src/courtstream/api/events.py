"""Server-sent events of one hearing: its state, and captions once they have aired.

The hub holds no history: a page that connects late reads the transcript first.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.responses import StreamingResponse

QUEUE = 200
"""A viewer that is this many events behind loses the oldest."""

KEEP_ALIVE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """`kind`: `state`, `captions` or `ended`. `data` is plain JSON."""

    kind: str
    data: dict[str, Any]

    def encode(self) -> bytes:
        """As it stands on the wire."""
        text = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"event: {self.kind}\ndata: {text}\n\n".encode()


class Hub:
    """Fans events out to the viewers of each hearing."""

    def __init__(self) -> None:
        self._viewers: dict[str, set[asyncio.Queue[Event | None]]] = {}

    def viewers(self, hearing_id: str = "") -> int:
        """How many are connected, to one hearing or to all."""
        if hearing_id:
            return len(self._viewers.get(hearing_id, ()))
        return sum(len(queues) for queues in self._viewers.values())

    def watched(self) -> tuple[str, ...]:
        """Hearings somebody is connected to."""
        return tuple(self._viewers)

    def publish(self, hearing_id: str, event: Event) -> None:
        """Send to every viewer; a full queue loses its oldest event, never the newest."""
        for queue in self._viewers.get(hearing_id, ()):
            _offer(queue, event)

    def close(self) -> None:
        """Let every viewer go: the platform stops."""
        for queues in self._viewers.values():
            for queue in queues:
                _offer(queue, None)

    async def listen(self, hearing_id: str) -> AsyncIterator[Event | None]:
        """Events of a hearing; None now and then as a sign of life. Ends when the hub closes."""
        with self._joined(hearing_id) as queue:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event

    @contextmanager
    def _joined(self, hearing_id: str) -> Iterator[asyncio.Queue[Event | None]]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE)
        self._viewers.setdefault(hearing_id, set()).add(queue)
        try:
            yield queue
        finally:
            queues = self._viewers.get(hearing_id, set())
            queues.discard(queue)
            if not queues:
                self._viewers.pop(hearing_id, None)


def stream(events: AsyncIterator[Event | None]) -> StreamingResponse:
    """Events as a response that no proxy holds back."""

    async def body() -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        async for event in events:
            yield event.encode() if event is not None else b": still here\n\n"

    return StreamingResponse(
        body(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _offer(queue: asyncio.Queue[Event | None], event: Event | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(event)
