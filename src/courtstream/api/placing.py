"""Hearings find another node when theirs falls silent, is emptied, or is left by the encoder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import structlog

from courtstream.api.context import Context
from courtstream.control.boundary import supervised
from courtstream.control.protocol import (
    NodeBeat,
    NodeCommand,
    NodeOrder,
    NodeVerb,
    PullOrder,
    Reply,
    TakeReply,
    TakeRequest,
    WorkerSpec,
)
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import Conflict, NodeAway
from courtstream.seal import seal_mark
from courtstream.services.bus import Bus
from courtstream.services.nodes import placing
from courtstream.services.nodes.placing import Stranded
from courtstream.telemetry import metrics

log = structlog.get_logger(__name__)

SILENT = 2.5
"""Seconds without a beat after which a node counts as gone; it beats once a second."""

BLIND = 4.0
"""Seconds after a start or a loss of the bus before silence means anything."""

AGAIN = 10.0
"""Seconds before a hearing that was given to a node is given to another."""

LOOK = 0.5


class Placer:
    """Watches the nodes; `look` is called twice a second."""

    def __init__(self, platform: Context, bus: Bus) -> None:
        self._platform, self._bus = platform, bus
        self._blind_since = time.monotonic()
        self._asked: dict[str, float] = {}
        self._expected: set[str] = set()
        self._tasks: set[asyncio.Task[bool]] = set()

    async def take(self, request: TakeRequest) -> TakeReply:
        """A node has the lease: fence off who had the hearing before."""
        reply = await self._platform.work.writing(placing.take, request, utc_now())
        if reply.ok and reply.before != request.node:
            metrics.MOVES.inc()
        log.info("hearing taken", hearing=request.hearing_id, node=request.node, ok=reply.ok)
        return reply

    async def look(self) -> None:
        """Give hearings of silent nodes to others."""
        if not self._bus.connected:
            self._blind_since = time.monotonic()
        if time.monotonic() - self._blind_since < BLIND:
            return
        if not self._expected:
            self._expected = set(await self._platform.work.reading(placing.nodes_in_use))
        silent = self._silent()
        if not silent:
            return
        settings = self._platform.settings
        found = await self._platform.work.reading(placing.stranded, silent, settings)
        self._expected -= silent - {one.node for one in found}
        for one in found:
            if time.monotonic() - self._asked.get(one.hearing_id, -AGAIN) >= AGAIN:
                self._asked[one.hearing_id] = time.monotonic()
                self._do(self._place(one))

    def moved(self, spec: WorkerSpec, node: str, runs_on: str) -> None:
        """A publisher came to another node than the hearing's: that one lets go."""
        if runs_on and runs_on != node and runs_on in self.alive():
            self._do(self._release(spec.hearing_id, runs_on))

    async def obey(self, order: NodeOrder) -> Reply:
        """An operator's word; emptying goes on after the answer."""
        closed = order.act != "open"
        work = self._platform.work
        await work.writing(placing.set_cordon, order.by, order.node, closed, utc_now())
        hearings = await work.reading(placing.running_on, order.node)
        if order.act == "drain" and hearings:
            if await self._target({order.node}) is None:
                why = "没有其他节点可接收庭审 / no other node has room"
                return Reply(ok=False, code="conflict", message=why)
            self._do(self.drain(order.node))
        return Reply(ok=True, data={"hearings": list(hearings)})

    async def drain(self, node: str) -> dict[str, str]:
        """Give every hearing of a node to others, one after the other; hearing → new node.

        Raises Conflict when no other node has room for one.
        """
        work, settings = self._platform.work, self._platform.settings
        gone: dict[str, str] = {}
        for hearing_id in await work.reading(placing.running_on, node):
            order = await work.reading(placing.order_for, hearing_id, settings)
            if order is None:
                continue
            target = await self._target({node})
            if target is None:
                raise Conflict("没有其他节点可接收庭审 / no other node has room")
            await self._hand_on(order, target)
            gone[hearing_id] = target
        return gone

    async def for_node(
        self, orders: tuple[tuple[PullOrder, str], ...], node: str
    ) -> tuple[PullOrder, ...]:
        """Of all sources those that `node` fetches: where their hearing runs, else by lot."""
        alive = self.alive()
        barred = await self._platform.work.reading(placing.cordoned)
        open_nodes = [n for n in alive if n not in barred] or list(alive) or [node]
        return tuple(
            order
            for order, runs_on in orders
            if node == (runs_on if runs_on in alive else placing.puller_of(order.id, open_nodes))
        )

    # -- inside -----------------------------------------------------------------------------------

    def _beats(self) -> list[NodeBeat]:
        now = utc_now()
        fresh = timedelta(seconds=SILENT)
        return [beat for beat, at in self._platform.board.node_beats() if now - at < fresh]

    def alive(self) -> frozenset[str]:
        """Nodes heard of in the last moments."""
        return frozenset(beat.node for beat in self._beats())

    def _silent(self) -> set[str]:
        known = {beat.node for beat, _ in self._platform.board.node_beats()}
        self._expected |= known
        return self._expected - self.alive()

    async def _target(self, barred: set[str]) -> str | None:
        settings = self._platform.settings
        closed = await self._platform.work.reading(placing.cordoned)
        seal = seal_mark(settings.master_key)
        return placing.choose(self._beats(), closed | barred, settings.admission, seal)

    async def _place(self, one: Stranded) -> None:
        target = await self._target({one.node})
        if target is None:
            log.error("no node for a hearing", hearing=one.hearing_id, silent=one.node)
            return
        log.warning("node silent", node=one.node, hearing=one.hearing_id, to=target)
        await self._ask(target, NodeCommand(verb=NodeVerb.START, spec=one.spec))

    async def _hand_on(self, one: Stranded, target: str) -> None:
        """The next node waits for the lease while the present one lets go of it."""
        start = NodeCommand(verb=NodeVerb.START, spec=one.spec)
        waiting = asyncio.create_task(self._ask(target, start))
        await self._release(one.hearing_id, one.node)
        reply = await waiting
        if reply is None or not reply.ok:
            log.error("not handed on", hearing=one.hearing_id, to=target)

    async def _release(self, hearing_id: str, node: str) -> None:
        await self._ask(node, NodeCommand(verb=NodeVerb.HAND_OVER, hearing_id=hearing_id))

    async def _ask(self, node: str, order: NodeCommand) -> Reply | None:
        try:
            return await self._bus.request_node(node, order)
        except NodeAway:
            log.warning("node does not answer", node=node)
            return None

    def _do(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(supervised("moving a hearing", work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
