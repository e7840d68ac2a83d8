"""The door of a node: whatever way media comes in, it is admitted here and carried to its worker.

A publisher is admitted by the platform before its first media byte is read; then its hearing's
worker is started and everything it sends goes to that worker. A key is never logged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import structlog

from courtstream.control import protocol
from courtstream.control.boundary import supervised
from courtstream.control.broker import NatsBus
from courtstream.control.policy import IngestPolicy
from courtstream.control.protocol import (
    AdmitReply,
    AdmitRequest,
    IngestEvent,
    KeysRevoked,
    Reply,
    WorkerSpec,
)
from courtstream.control.returning import Nobody, Returning, key_digest
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.flv import media_tag
from courtstream.control.rtmp.relay import Relay
from courtstream.control.rtmp.session import Event, Left, Media
from courtstream.domain.errors import (
    ControlAway,
    CourtstreamError,
    PublisherPresent,
    UnsupportedCodec,
)

log = structlog.get_logger(__name__)


class Feed(Protocol):
    """One publisher's connection, whatever it speaks. `inside`: it comes from a helper of ours.

    A feed gives media as RTMP messages; its bytes were read after admission only.
    """

    remote: str
    inside: bool

    async def event(self) -> Event:
        """The next event. Raises EOFError when the peer is gone, RtmpError when it errs."""

    async def accept(self, hearing_id: str) -> None:
        """Let the publisher in."""

    async def say_no(self, code: str, message: str, linger: float) -> None:
        """Refuse with words."""

    def close(self) -> None:
        """Close the connection; reads under way end."""


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
    key_digest: str
    relay: Relay
    feed: Feed
    heard: float = field(default_factory=time.monotonic)
    since: float = field(default_factory=time.monotonic)
    replaced: bool = False
    revoked: bool = False
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


class Door:
    """Admits publishers and carries what they send; `async with` it while anything listens."""

    def __init__(
        self,
        bus: NatsBus,
        workers: Workers,
        node: str,
        policy: IngestPolicy | None = None,
        returning: Returning | None = None,
    ) -> None:
        self.policy = policy or IngestPolicy()
        self._returning = returning or Nobody()
        self._bus, self._workers, self._node = bus, workers, node
        self._publishers: dict[str, Publisher] = {}

    def totals(self) -> dict[str, dict[str, float]]:
        """By hearing: what its present publisher sent and what was lost."""
        return {h: p.relay.backlog.totals.facts() for h, p in self._publishers.items()}

    async def announce_restart(self, hearings: tuple[str, ...]) -> None:
        """Say that the publishers an earlier door had are gone; they will knock again."""
        for hearing in hearings:
            await self._tell("disconnected", hearing, "gateway_restarted", "")

    async def revoked(self, message: KeysRevoked) -> None:
        """Keys were revoked: whoever publishes with one of them is put out at once."""
        for publisher in list(self._publishers.values()):
            if publisher.key_digest in message.digests:
                publisher.revoked = True
                publisher.feed.close()
        await asyncio.to_thread(self._returning.revoked, message.digests)

    async def receive(
        self, feed: Feed, knock: AdmitRequest, granted: Callable[[AdmitReply], None] | None = None
    ) -> None:
        """Carry one publisher from its knock to its end. What refuses it is told to it.

        `granted` hears the platform's yes before the feed is accepted.
        """
        try:
            await self._publish(feed, knock, granted)
        except Refused as refusal:
            log.info("publisher refused", code=refusal.code, remote=feed.remote)
            await self._tell("refused", refusal.hearing_id, refusal.code, feed.remote)
            await feed.say_no(refusal.code, refusal.message, self.policy.linger)

    async def _publish(
        self, feed: Feed, knock: AdmitRequest, granted: Callable[[AdmitReply], None] | None
    ) -> None:
        digest = key_digest(knock.key)
        await self._make_room(digest, "")
        reply, asked = await self._admitted(knock)
        spec = reply.spec
        assert spec is not None
        await self._make_room(digest, spec.hearing_id)
        if granted is not None:
            granted(reply)
        relay = Relay(lambda: self._workers.socket(spec.hearing_id), self.policy)
        publisher = Publisher(spec.hearing_id, digest, relay, feed)
        self._publishers[spec.hearing_id] = publisher
        asking = None if asked else asyncio.create_task(self._ask_later(publisher, knock))
        try:
            await self._on_air(publisher, spec)
        finally:
            publisher.gone.set()
            if asking is not None:
                asking.cancel()
            if self._publishers.get(spec.hearing_id) is publisher:
                del self._publishers[spec.hearing_id]

    async def _make_room(self, digest: str, hearing_id: str) -> None:
        """The newest publisher wins: with the same key over one that has settled, with another
        key of the courtroom only over a silent one.
        """
        for older in list(self._publishers.values()):
            same_key = bool(digest) and older.key_digest == digest
            if not same_key and older.hearing_id != hearing_id:
                continue
            now = time.monotonic()
            yields = same_key and now - older.since > self.policy.settle
            if now - older.heard <= self.policy.idle and not yields:
                raise Refused.by(PublisherPresent(), older.hearing_id)
            older.replaced = True
            older.feed.close()
            await asyncio.wait_for(older.gone.wait(), self.policy.finish + 1.0)

    async def _admitted(self, knock: AdmitRequest) -> tuple[AdmitReply, bool]:
        """The yes, and whether the platform gave it just now."""
        try:
            reply = await self._ask(knock)
        except ControlAway as error:
            known = await asyncio.to_thread(self._returning.reply, knock)
            if known is None:
                raise Refused.by(error) from None
            return known, False
        if not reply.ok or reply.spec is None:
            raise Refused(reply.code or "refused", reply.message or "推流被拒绝 / refused")
        await asyncio.to_thread(self._returning.admitted, knock, reply)
        return reply, True

    async def _ask(self, knock: AdmitRequest) -> AdmitReply:
        request = knock.model_copy(update={"node": self._node})
        return await self._bus.admit(request, self.policy.admit)

    async def _ask_later(self, publisher: Publisher, knock: AdmitRequest) -> None:
        """Whoever came back unasked stays only if the platform, once it answers, says yes."""
        while True:
            await asyncio.sleep(self.policy.ask_again)
            try:
                reply = await self._ask(knock)
            except ControlAway:
                continue
            if not reply.ok or reply.spec is None or reply.spec.hearing_id != publisher.hearing_id:
                publisher.revoked = True
                publisher.feed.close()
            return

    async def _on_air(self, publisher: Publisher, spec: WorkerSpec) -> None:
        started = await self._workers.ensure(spec)
        if not started.ok:
            raise Refused(started.code, started.message, spec.hearing_id)
        feed, relay = publisher.feed, publisher.relay
        await feed.accept(spec.hearing_id)
        await self._tell("connected", spec.hearing_id, "", feed.remote)
        carrying: asyncio.Task[object] = asyncio.create_task(supervised("relay", relay.run()))
        code = "publisher_gone"
        try:
            code = await self._carry(publisher, carrying)
        except Refused as refusal:
            code = refusal.code
            await feed.say_no(refusal.code, refusal.message, self.policy.linger)
        finally:
            await relay.finish(carrying)
            code = "replaced" if publisher.replaced else code
            code = "key_revoked" if publisher.revoked else code
            totals = relay.backlog.totals.facts()
            await self._tell("disconnected", spec.hearing_id, code, feed.remote, totals)

    async def _carry(self, publisher: Publisher, carrying: asyncio.Task[object]) -> str:
        """Read until the publisher leaves, is silent, breaks the rules, or the hearing is over."""
        while True:
            try:
                async with asyncio.timeout(self.policy.idle):
                    event = await publisher.feed.event()
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
            tag = media_tag(
                media.kind, media.timestamp, media.payload, inside=publisher.feed.inside
            )
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
