"""The door: one RTMP port for all courtrooms of a node.

A publisher is admitted by the platform before its first media byte is read; then its hearing's
worker is started and everything it sends goes to that worker. A key is never logged.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import structlog

from courtstream.control import protocol
from courtstream.control.boundary import supervised
from courtstream.control.broker import NatsBus
from courtstream.control.policy import IngestPolicy
from courtstream.control.protocol import AdmitRequest, IngestEvent, Reply, WorkerSpec
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.flv import media_tag
from courtstream.control.rtmp.relay import Relay
from courtstream.control.rtmp.session import Left, Media, Publish
from courtstream.control.rtmp.wire import Wire
from courtstream.domain.errors import (
    ControlAway,
    CourtstreamError,
    PortTaken,
    PublisherPresent,
    UnsupportedCodec,
)

log = structlog.get_logger(__name__)


class Workers(Protocol):
    """What the door needs of the node agent."""

    async def ensure(self, spec: WorkerSpec) -> Reply:
        """Have the hearing's worker running."""

    def socket(self, hearing_id: str) -> Path | None:
        """Where it listens; None when the hearing has no worker any more."""


@dataclass(slots=True, eq=False)
class Publisher:
    """An admitted encoder."""

    hearing_id: str
    key_digest: bytes
    relay: Relay
    wire: Wire
    heard: float = field(default_factory=time.monotonic)
    replaced: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Refused(Exception):
    """The publisher may not come in, or not stay; `message` is for the encoder's screen."""

    def __init__(self, code: str, message: str, hearing_id: str = "") -> None:
        self.code, self.message, self.hearing_id = code, message, hearing_id
        super().__init__(code)

    @classmethod
    def by(cls, error: CourtstreamError, hearing_id: str = "") -> Refused:
        """With an error's own words."""
        text = f"{error.zh} / {error.message} {error.remedy}".strip()
        return cls(error.code, text, hearing_id)


class Gateway:
    """Listens while it is entered: `async with Gateway(…) as door`; `port` is then known."""

    def __init__(
        self,
        bus: NatsBus,
        workers: Workers,
        node: str,
        host: str,
        port: int,
        policy: IngestPolicy | None = None,
    ) -> None:
        self.port = port
        self._bus, self._workers, self._node, self._host = bus, workers, node, host
        self._policy = policy or IngestPolicy()
        self._publishers: dict[str, Publisher] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Gateway:
        try:
            self._server = await asyncio.start_server(self._connected, self._host, self.port)
        except OSError as error:
            raise PortTaken(f"RTMP {self._host}:{self.port}") from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the door and let every publisher's last bytes reach its worker."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def totals(self) -> dict[str, dict[str, float]]:
        """By hearing: what its present publisher sent and what was lost."""
        return {h: p.relay.backlog.totals.facts() for h, p in self._publishers.items()}

    async def announce_restart(self, hearings: tuple[str, ...]) -> None:
        """Say that the publishers an earlier door had are gone; they will knock again."""
        for hearing in hearings:
            await self._tell("disconnected", hearing, "gateway_restarted", "")

    # -- one connection -----------------------------------------------------------------------

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._tasks) >= self._policy.connections:
            writer.close()
            return
        self._tasks.add(task)
        wire = Wire(reader, writer)
        try:
            await supervised("rtmp connection", self._serve(wire))
        except asyncio.CancelledError:
            pass  # the door closes; everything below has been tidied up
        finally:
            self._tasks.discard(task)
            wire.close()

    async def _serve(self, wire: Wire) -> None:
        try:
            publish = await wire.until_publish(self._policy)
            await self._publish(wire, publish)
        except Refused as refusal:
            log.info("publisher refused", code=refusal.code, remote=wire.remote)
            await self._tell("refused", refusal.hearing_id, refusal.code, wire.remote)
            await wire.say_no(refusal.code, refusal.message, self._policy.linger)
        except (RtmpError, OSError, EOFError, TimeoutError) as error:
            log.info("rtmp connection ended", why=type(error).__name__, remote=wire.remote)

    async def _publish(self, wire: Wire, publish: Publish) -> None:
        digest = hashlib.sha256(publish.key.encode()).digest()
        await self._make_room(digest, "")
        spec = await self._admitted(publish.key, wire.remote)
        await self._make_room(digest, spec.hearing_id)
        relay = Relay(lambda: self._workers.socket(spec.hearing_id), self._policy)
        publisher = Publisher(spec.hearing_id, digest, relay, wire)
        self._publishers[spec.hearing_id] = publisher
        try:
            await self._on_air(publisher, spec)
        finally:
            publisher.gone.set()
            if self._publishers.get(spec.hearing_id) is publisher:
                del self._publishers[spec.hearing_id]

    async def _make_room(self, digest: bytes, hearing_id: str) -> None:
        """A living publisher keeps its place; a silent one is replaced."""
        for older in list(self._publishers.values()):
            if older.key_digest != digest and older.hearing_id != hearing_id:
                continue
            if time.monotonic() - older.heard <= self._policy.idle:
                raise Refused.by(PublisherPresent(), older.hearing_id)
            older.replaced = True
            older.wire.close()
            await asyncio.wait_for(older.gone.wait(), self._policy.finish + 1.0)

    async def _admitted(self, key: str, remote: str) -> WorkerSpec:
        try:
            request = AdmitRequest(key=key, node=self._node, remote=remote)
            reply = await self._bus.admit(request, self._policy.admit)
        except ControlAway as error:
            raise Refused.by(error) from None
        if not reply.ok or reply.spec is None:
            raise Refused(reply.code or "refused", reply.message or "推流被拒绝 / refused")
        return reply.spec

    async def _on_air(self, publisher: Publisher, spec: WorkerSpec) -> None:
        started = await self._workers.ensure(spec)
        if not started.ok:
            raise Refused(started.code, started.message, spec.hearing_id)
        wire, relay = publisher.wire, publisher.relay
        await wire.accept()
        await self._tell("connected", spec.hearing_id, "", wire.remote)
        carrying: asyncio.Task[object] = asyncio.create_task(supervised("relay", relay.run()))
        code = "publisher_gone"
        try:
            code = await self._carry(publisher, carrying)
        except Refused as refusal:
            code = refusal.code
            await wire.say_no(refusal.code, refusal.message, self._policy.linger)
        finally:
            await relay.finish(carrying)
            code = "replaced" if publisher.replaced else code
            totals = relay.backlog.totals.facts()
            await self._tell("disconnected", spec.hearing_id, code, wire.remote, totals)

    async def _carry(self, publisher: Publisher, carrying: asyncio.Task[object]) -> str:
        """Read until the publisher leaves, is silent, breaks the rules, or the hearing is over."""
        wire = publisher.wire
        while True:
            try:
                async with asyncio.timeout(self._policy.idle):
                    event = await wire.event()
            except TimeoutError:
                return "publisher_silent"
            except (EOFError, OSError):
                return "publisher_gone"
            except RtmpError:
                return "protocol_error"
            if carrying.done():
                raise Refused("hearing_ended", "庭审已结束，请停止推流 / the hearing is over")
            if isinstance(event, Left):
                return "publisher_left"
            if isinstance(event, Media):
                await self._take(publisher, event)

    async def _take(self, publisher: Publisher, media: Media) -> None:
        try:
            tag = media_tag(media.kind, media.timestamp, media.payload)
        except UnsupportedCodec as error:
            raise Refused.by(error, publisher.hearing_id) from None
        if tag is not None:
            publisher.heard = time.monotonic()
            await publisher.relay.push(tag)

    async def _tell(
        self,
        kind: Literal["connected", "disconnected", "refused"],
        hearing_id: str,
        code: str,
        remote: str,
        counters: dict[str, float] | None = None,
    ) -> None:
        event = IngestEvent(
            node=self._node,
            hearing_id=hearing_id,
            kind=kind,
            code=code,
            remote=remote,
            at=datetime.now(UTC).isoformat(),
            counters=counters or {},
        )
        await self._bus.publish(protocol.INGEST_EVENT, event)
