"""The node process: agent and door together, until told to stop."""

from __future__ import annotations

import asyncio

import structlog

from courtstream.control.agent import NodeAgent
from courtstream.control.broker import NatsBus
from courtstream.control.cluster_key import agree
from courtstream.control.entrances import entrances
from courtstream.control.sweep import sweep
from courtstream.control.workers import WORKER_COMMAND
from courtstream.settings import Settings

log = structlog.get_logger(__name__)


async def run_node(
    settings: Settings, stop: asyncio.Event, command: tuple[str, ...] = WORKER_COMMAND
) -> None:
    """Serve until `stop`: then the door closes, the workers end, the broker is left.

    Waits for the broker as long as it takes. Raises PortTaken when the door cannot open,
    OtherMasterKey when the machine has not the cluster's key.
    """
    bus = await _connect(settings, stop)
    if bus is None:
        return
    try:
        if not settings.alone:
            await agree(bus.client, settings.master_key, settings.nats.replicas)
        async with NodeAgent(settings, bus, command) as agent:
            agent.capacity.begin()
            # Before anybody can come in: a hearing that begins now mends its folder itself.
            await asyncio.to_thread(sweep, settings.hearings, frozenset(agent.status()))
            async with entrances(settings, bus, agent) as opened:
                agent.rtmp_port, agent.srt_port = opened.rtmp_port, opened.srt_port
                agent.ingest_totals = opened.door.totals
                await opened.door.announce_restart(tuple(agent.status()))
                log.info("node ready", node=settings.node, rtmp_port=opened.rtmp_port)
                await stop.wait()
            await agent.stop_all()
    finally:
        await bus.close()


async def _connect(settings: Settings, stop: asyncio.Event) -> NatsBus | None:
    nats = settings.nats
    connecting = asyncio.create_task(
        NatsBus.connect(
            settings.nats_url, f"node {settings.node}", credentials=nats.credentials, ca=nats.ca
        )
    )
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if connecting.done():
        return connecting.result()
    connecting.cancel()
    return None
