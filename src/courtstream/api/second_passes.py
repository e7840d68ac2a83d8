"""Sees to it that second passes are begun, gone on with, and their findings heard."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from courtstream.api.context import Context
from courtstream.control.protocol import NodeCommand, NodeVerb
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import NodeAway
from courtstream.services.bus import Bus
from courtstream.services.second_pass import errands as second_pass_errands
from courtstream.services.second_pass.errands import Errand

log = structlog.get_logger(__name__)
ASK_AGAIN = 10.0
"""A node that was busy, or away, is asked again after this many seconds."""

LISTEN_AGAIN = 3.0
"""How often the journal of one that is under way is read: it speaks to nobody else."""


class SecondPasses:
    """`pursue` is called now and then; `want` has a hearing's journal read."""

    def __init__(self, platform: Context, bus: Bus, want: Callable[[str], None]) -> None:
        self._platform, self._bus, self._want = platform, bus, want
        self._asked: dict[str, float] = {}
        self._heard: dict[str, float] = {}

    async def pursue(self) -> None:
        """Look what is to be done, ask the nodes, listen to what is under way."""
        errands = await self._platform.work.reading(
            second_pass_errands.errands, self._platform.settings, utc_now()
        )
        now = time.monotonic()
        for errand in errands:
            hearing_id = errand.spec.hearing_id
            if now - self._heard.get(hearing_id, -LISTEN_AGAIN) >= LISTEN_AGAIN:
                self._heard[hearing_id] = now
                self._want(hearing_id)
            if errand.ask and now - self._asked.get(hearing_id, -ASK_AGAIN) >= ASK_AGAIN:
                self._asked[hearing_id] = now
                await self._ask(errand)
        open_ = {errand.spec.hearing_id for errand in errands}
        self._asked = {h: t for h, t in self._asked.items() if h in open_}
        self._heard = {h: t for h, t in self._heard.items() if h in open_}

    async def _ask(self, errand: Errand) -> None:
        hearing_id = errand.spec.hearing_id
        order = NodeCommand(
            verb=NodeVerb.SECOND_PASS, hearing_id=hearing_id, second_pass=errand.spec
        )
        try:
            reply = await self._bus.request_node(errand.node, order)
        except NodeAway:
            log.info("node does not answer", hearing=hearing_id, node=errand.node)
            return
        if not reply.ok and reply.code != "busy":
            log.warning("second pass not begun", hearing=hearing_id, code=reply.code)
