"""Every way in of one node, opened together in front of its one door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from courtstream.control.broker import NatsBus
from courtstream.control.door import Door, Workers
from courtstream.control.feed import FeedServer, door_socket
from courtstream.control.policy import IngestPolicy
from courtstream.control.protocol import PULL_NEWS, PullNews, PullOrder, RtcRequest, node_rtc
from courtstream.control.pull.address import AllowList
from courtstream.control.pull.puller import Puller, Tell, Wanted
from courtstream.control.returning import KnownPublishers
from courtstream.control.rtc import RtcHost
from courtstream.control.rtmp.gateway import Gateway
from courtstream.control.srt.listener import SrtListener
from courtstream.domain.errors import ControlAway
from courtstream.settings import Settings


@dataclass(frozen=True, slots=True)
class Entrances:
    """What is open: the door behind all, and the ports in front."""

    door: Door
    rtmp_port: int
    srt_port: int


@asynccontextmanager
async def entrances(settings: Settings, bus: NatsBus, workers: Workers) -> AsyncIterator[Entrances]:
    """Open RTMP, SRT, the inner entrance for WebRTC, and fetch sources. Raises PortTaken."""
    ingest = settings.ingest
    known = KnownPublishers(settings, lambda hearing: workers.socket(hearing) is not None)
    policy = IngestPolicy(idle=ingest.idle_seconds)
    door = Door(bus, workers, settings.node, policy, known)
    async with AsyncExitStack() as stack:
        await bus.on_keys_revoked(door.revoked)
        gateway = await stack.enter_async_context(Gateway(door, ingest.host, ingest.rtmp_port))
        srt = await stack.enter_async_context(
            SrtListener(
                door,
                ingest.host,
                ingest.srt_port,
                require=ingest.srt_require_passphrase,
            )
        )
        inner = await stack.enter_async_context(FeedServer(door, door_socket(settings.data)))
        rtc = RtcHost(inner.path, workers, ingest.host, ingest.webrtc_addresses)
        stack.push_async_callback(rtc.close)
        subject = node_rtc(settings.node)
        listening = await bus.answer(subject, RtcRequest, rtc.handle)
        stack.push_async_callback(listening.unsubscribe)
        allowed = AllowList(ingest.pull_allow)
        if ingest.pull_allow:
            orders, news = _orders(bus, settings.node), _news(bus, settings.node)
            await stack.enter_async_context(Puller(door, allowed, orders, news))
        yield Entrances(door, gateway.port, srt.port)


def _orders(bus: NatsBus, node: str) -> Wanted:
    """The platform's word, and its last one while it is away."""
    known: tuple[PullOrder, ...] = ()

    async def wanted() -> tuple[PullOrder, ...]:
        nonlocal known
        with suppress(ControlAway):
            known = (await bus.pulls(node)).orders
        return known

    return wanted


def _news(bus: NatsBus, node: str) -> Tell:
    async def tell(order: PullOrder, code: str) -> None:
        await bus.publish(PULL_NEWS, PullNews(id=order.id, node=node, code=code))

    return tell
