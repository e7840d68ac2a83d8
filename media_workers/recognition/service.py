"""The speech service: one model for many hearings, several readings at once.

Asks that wait together are read together when they have one length, prompt and haste. An ask holds
the sound of one hearing only, and its answer names it: see `wire`. The framework is NATS's own
services API: a queue group, so that any number of services share the work, with discovery and
figures (`nats req '$SRV.STATS.speech' ''`).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import nats
import numpy as np
import structlog
from nats.micro import add_service

from courtstream.control.protocol import SPEECH_GROUP, SPEECH_READ, SpeechAsk
from courtstream.domain.errors import CourtstreamError, InvalidInput
from media_workers.recognition.wire import answer_bytes, read_ask
from media_workers.runtime.items import SPEECH_RATE
from media_workers.speech.asr import Stretch
from media_workers.speech.hypothesis import Hypothesis

log = structlog.get_logger()

GATHER_S = 0.02
"""How long the first ask waits for others to be read with it."""

MOST_WAITING = 4
"""Batches that may wait; who asks then is told at once and reads by itself."""


class ReadsMany(Protocol):
    """A recogniser of several stretches of one length."""

    def transcribe_all(
        self, stretches: Sequence[Stretch], prompt: str, hurried: bool | None
    ) -> list[Hypothesis]:
        """What is said in each."""
        ...


Waiting = tuple[Any, SpeechAsk, Stretch]
"""A NATS request, what it asks and its sound."""


class SpeechService:
    """Answers asks one batch after the other. `batch`: readings at once."""

    def __init__(self, reader: ReadsMany, batch: int = 8) -> None:
        self._reader, self._batch = reader, batch
        self._waiting: asyncio.Queue[Waiting] = asyncio.Queue(MOST_WAITING * batch)
        self.batches = self.read = 0

    async def run(self, url: str, stop: asyncio.Event) -> None:
        """Serve until `stop`; what waits then is still answered."""
        client = await _connected(url, stop)
        if client is None:
            return
        service = await add_service(client, name="speech", version="1.0.0")
        await service.add_endpoint(
            name="read", subject=SPEECH_READ, queue_group=SPEECH_GROUP, handler=self.take
        )
        log.info("speech_service_ready", batch=self._batch)
        reading = asyncio.create_task(self._read_on())
        try:
            await stop.wait()
            await service.stop()
            await self._waiting.join()
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
            await client.drain()
            log.info("speech_service_ended", batches=self.batches, read=self.read)

    async def take(self, request: Any) -> None:
        """An ask has come: let it wait, or say at once that it cannot."""
        try:
            ask, stretch = read_ask(request.data)
            self._waiting.put_nowait((request, ask, stretch))
        except InvalidInput as error:
            await request.respond_error("400", error.code)
        except asyncio.QueueFull:
            await request.respond_error("503", "busy")

    async def _read_on(self) -> None:
        while True:
            taken = await self._gather()
            for group in _alike(taken):
                await self._answer(group)
            for _ in taken:
                self._waiting.task_done()

    async def _gather(self) -> list[Waiting]:
        taken = [await self._waiting.get()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHER_S):
                while len(taken) < self._batch:
                    taken.append(await self._waiting.get())
        return taken

    async def _answer(self, group: list[Waiting]) -> None:
        ask = group[0][1]
        stretches = [stretch for _, _, stretch in group]
        try:
            heard = await asyncio.to_thread(
                self._reader.transcribe_all, stretches, ask.prompt, ask.hurried
            )
        except (CourtstreamError, ValueError, RuntimeError) as error:
            log.error("speech_service_failed", error=type(error).__name__, asks=len(group))
            for request, _, _ in group:
                await request.respond_error("500", "unreadable")
            return
        self.batches, self.read = self.batches + 1, self.read + len(group)
        for (request, asked, _), one in zip(group, heard, strict=True):
            await request.respond(answer_bytes(asked, one))


def _alike(taken: list[Waiting]) -> Iterator[list[Waiting]]:
    """The asks that can be read at once: of one length, prompt and haste."""
    groups: dict[tuple[int, str, bool], list[Waiting]] = {}
    for one in taken:
        ask = one[1]
        groups.setdefault((ask.samples, ask.prompt, ask.hurried), []).append(one)
    yield from groups.values()


async def _connected(url: str, stop: asyncio.Event) -> Any:
    """A client as soon as NATS is there; None when `stop` comes first."""
    wanted = asyncio.ensure_future(
        nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.5, error_cb=_away)
    )
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({wanted, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if wanted.done():
        return wanted.result()
    wanted.cancel()
    return None


async def _away(error: Exception) -> None:
    """NATS is away; it is tried again for as long as it takes."""
    log.warning("nats_away", error=type(error).__name__)


def speech() -> int:
    """`python -m media_workers speech`: serve by the settings until a signal."""
    from courtstream.settings import Settings
    from media_workers.models import whisper_folder
    from media_workers.speech.asr import WhisperTranscriber

    settings = Settings()
    models = settings.models
    reader = WhisperTranscriber(
        whisper_folder(models.whisper),
        models.compute_type,
        models.threads,
        models.beam,
        device=models.device,
    )
    reader.transcribe(np.zeros(SPEECH_RATE, np.float32), 0)  # the first reading is slow
    asyncio.run(_until_signal(SpeechService(reader, models.service_batch), settings.nats_url))
    return 0


async def _until_signal(service: SpeechService, url: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await service.run(url, stop)
