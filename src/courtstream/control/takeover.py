"""A hearing that another node had: its record is taken up before its worker starts here."""

from __future__ import annotations

import nats.errors
import structlog
from nats.js.errors import APIError

from courtstream.control import copies
from courtstream.control.broker import NatsBus
from courtstream.control.gather import Gatherer
from courtstream.control.journal import FILE_NAME
from courtstream.control.lease import Lease
from courtstream.control.protocol import Reply, TakeReply, TakeRequest, WorkerSpec
from courtstream.domain.errors import ControlAway

log = structlog.get_logger(__name__)


class Takeover:
    """Asks the platform for the fence and seeds the journal; evidence follows by itself."""

    def __init__(self, bus: NatsBus, gatherer: Gatherer) -> None:
        self._bus, self._gatherer = bus, gatherer

    async def __call__(self, spec: WorkerSpec, lease: Lease) -> Reply:
        """Have this node ready to run the hearing under `lease`.

        Not ok when the platform says no. Raises ControlAway when it cannot be asked now.
        """
        if not needed(spec, lease):
            return Reply(ok=True)
        try:
            rows = await copies.lineage(self._bus.client, spec.hearing_id)
        except (nats.errors.Error, APIError, OSError, TimeoutError) as error:
            raise ControlAway from error
        request = TakeRequest(hearing_id=spec.hearing_id, node=spec.node, epoch=lease.epoch)
        reply = await self._bus.take(request)
        if not reply.ok:
            return Reply(ok=False, code=reply.code, message=reply.message)
        self._settle(spec, lease, rows, reply)
        return Reply(ok=True)

    def _settle(
        self, spec: WorkerSpec, lease: Lease, rows: copies.Lineage, reply: TakeReply
    ) -> None:
        count = 0
        if reply.before != spec.node and reply.seq:
            count = copies.seed(spec.folder, spec.hearing_id, rows, reply.seq, lease.epoch)
        log.info(
            "taken over", hearing=spec.hearing_id, before=reply.before, rows=count, seq=reply.seq
        )
        self._gatherer.expect(spec.hearing_id, reply.nodes)


def needed(spec: WorkerSpec, lease: Lease) -> bool:
    """Whether somebody else may have written for the hearing since this node did."""
    if lease.before == spec.node:
        return False
    if lease.before:
        return True
    return spec.epoch > 1 and not (spec.folder / FILE_NAME).exists()
