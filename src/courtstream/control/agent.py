"""The node agent: starts, watches, restarts and adopts the hearings' workers of one machine.

One task a hearing: claim the lease, start the worker, watch it, and begin again with the next
epoch when it died. The agent itself may be killed at any moment: workers run on, and the next
agent takes them over.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from nats.aio.subscription import Subscription

from courtstream import __version__
from courtstream.control import protocol
from courtstream.control.archive import Archiver
from courtstream.control.boundary import supervised
from courtstream.control.broker import NatsBus
from courtstream.control.capacity import Capacity, Meters, cores
from courtstream.control.charge import Charge, ChargeState
from courtstream.control.cluster_key import agree
from courtstream.control.copies import prepare
from courtstream.control.files import NodeFiles
from courtstream.control.gather import Gatherer
from courtstream.control.journal import JournalReader, safe_id
from courtstream.control.lease import LeaseStore, LeaseUnavailable
from courtstream.control.objects import Objects, ObjectsAway
from courtstream.control.policy import BEAT_SECONDS, KEY_SECONDS, RENEWALS, StopPolicy
from courtstream.control.protocol import (
    FilesRequest,
    JournalPage,
    JournalRequest,
    NodeBeat,
    NodeCommand,
    NodeVerb,
    Reply,
    SecondPassSpec,
    WorkerBeat,
    WorkerSpec,
)
from courtstream.control.second_pass import SecondPasses
from courtstream.control.spares import Spares
from courtstream.control.takeover import Takeover
from courtstream.control.workers import WORKER_COMMAND, find_workers, localise, turn_log
from courtstream.domain.errors import OtherMasterKey
from courtstream.seal import seal_mark
from courtstream.settings import Settings

log = structlog.get_logger(__name__)
IngestTotals = Callable[[], dict[str, dict[str, float]]]


class NodeAgent:
    """All workers of this machine. Use as `async with NodeAgent(…)`.

    `command` is the worker's command line without the order's path, for tests.
    """

    def __init__(
        self,
        settings: Settings,
        bus: NatsBus,
        command: tuple[str, ...] = WORKER_COMMAND,
        stops: StopPolicy | None = None,
    ) -> None:
        self.settings = settings
        self.rtmp_port = self.srt_port = 0
        self.ingest_totals: IngestTotals = dict
        self._bus = bus
        nats = settings.nats
        self._leases = LeaseStore(bus.client, nats.lease_seconds, nats.replicas)
        self._gatherer = Gatherer(settings, bus, self.at_work)
        self._files = NodeFiles(settings, self.at_work)
        self._take_over = Takeover(bus, self._gatherer)
        objects = Objects.of(settings)
        self._archiver = Archiver(settings, objects, self.at_work) if objects else None
        self._leaving = False
        self._barred: OtherMasterKey | None = None
        self._seal = seal_mark(settings.master_key)
        wanted = settings.workers.spares if command == WORKER_COMMAND else 0
        self._spares = Spares(wanted, command)
        self._stops = stops or StopPolicy()
        self._charges: dict[str, Charge] = {}
        self._journals = JournalReader(settings.hearings)
        self.capacity = Capacity(settings.admission.expect, calibrate=settings.admission.calibrate)
        self._meters = Meters()
        self._second_passes = SecondPasses(settings)
        self._tasks: list[asyncio.Task[bool]] = []
        self._listening: list[Subscription] = []

    async def __aenter__(self) -> NodeAgent:
        node = self.settings.node
        self.adopt()
        await supervised("streams", self._prepare())
        self._listening = [
            await self._bus.answer(protocol.node_files(node), FilesRequest, self._files.listed),
            await self._bus.serve_files(node, self._files.read),
            await self._bus.subscribe(protocol.worker_beat("*"), WorkerBeat, self._heard),
            await self._bus.answer(protocol.node_command(node), NodeCommand, self.obey),
            await self._bus.answer(protocol.node_journal(node), JournalRequest, self._page),
        ]
        self._tasks = [
            asyncio.create_task(supervised("beat", self._every(BEAT_SECONDS, self._beat))),
            asyncio.create_task(supervised("lease", self._every(self._rhythm, self._renew))),
            asyncio.create_task(supervised("gathering", self._gatherer.run())),
            asyncio.create_task(supervised("key", self._every(KEY_SECONDS, self._compare_key))),
            asyncio.create_task(supervised("waiting workers", self._spares.run())),
            *(
                [asyncio.create_task(supervised("archive", self._archiver.run()))]
                if self._archiver
                else []
            ),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the workers without ending them (see `stop_all`)."""
        self.capacity.end()
        for task in self._tasks:
            task.cancel()
        for subscription in self._listening:
            await supervised("leaving", subscription.unsubscribe())
        self._spares.end()
        for charge in self._charges.values():
            await charge.let_go()

    # -- orders -------------------------------------------------------------------------------

    async def obey(self, order: NodeCommand) -> Reply:
        """Carry out one order of the platform."""
        if order.verb is NodeVerb.STATUS:
            return Reply(ok=True, data={"workers": self.status(), "ingest": self.ingest_totals()})
        if order.verb is NodeVerb.STOP:
            return await self.stop(order.hearing_id)
        if order.verb is NodeVerb.HAND_OVER:
            return await self.hand_over(order.hearing_id)
        if order.verb is NodeVerb.SECOND_PASS and order.second_pass is not None:
            return await self.second_pass(order.second_pass)
        if order.spec is None:
            return Reply(ok=False, code="invalid_input", message="启动指令缺少 spec / spec missing")
        return await self.ensure(order.spec)

    async def ensure(self, spec: WorkerSpec) -> Reply:
        """Have the hearing's worker running; an already running one is left alone."""
        if not safe_id(spec.hearing_id):
            return Reply(
                ok=False, code="invalid_input", message="庭审编号无效 / invalid hearing id"
            )
        charge = self._charges.get(spec.hearing_id)
        if charge is None or charge.over:
            if self._barred is not None:
                error = self._barred
                why = f"{error.zh} / {error.message}"
                return Reply(ok=False, code=error.code, message=why)
            charge = self._take(localise(spec, self.settings), charge)
            charge.begin()
        return await charge.settled()

    async def stop(self, hearing_id: str) -> Reply:
        """End one hearing's worker in good order."""
        charge = self._charges.get(hearing_id)
        if charge is None or charge.over:
            return Reply(ok=True, message="未在运行 / was not running")
        orderly = await charge.end(self._stops.worker)
        return Reply(ok=True, data={"orderly": orderly})

    async def hand_over(self, hearing_id: str) -> Reply:
        """Let another node go on with a hearing: its worker ends, the lease is free at once."""
        charge = self._charges.get(hearing_id)
        if charge is None or charge.over:
            return Reply(ok=True, message="未在运行 / was not running")
        return Reply(ok=True, data={"orderly": await charge.hand_over(self._stops.worker)})

    async def second_pass(self, spec: SecondPassSpec) -> Reply:
        """Have a hearing's second pass running, once its worker has written its last row."""
        charge = self._charges.get(spec.hearing_id)
        if charge is not None and not charge.over:
            return Reply(ok=False, code="busy", message="庭审尚未结束 / the hearing is not over")
        if self._archiver is not None and safe_id(spec.hearing_id):
            try:
                await self._archiver.bring_back(spec.hearing_id)
            except ObjectsAway as error:
                return Reply(ok=False, code="busy", message=f"{error.zh} / {error.message}")
        return await asyncio.to_thread(self._second_passes.ensure, spec)

    async def stop_all(self) -> None:
        """End all workers, together, and what goes on behind them."""
        stops = [self.stop(h) for h in list(self._charges)]
        await asyncio.gather(self._second_passes.stop(), *stops)

    def status(self) -> dict[str, dict[str, object]]:
        """Every worker this agent knows: state, pid, epoch, restarts, age of the last beat."""
        return {h: charge.facts() for h, charge in self._charges.items()}

    def at_work(self, hearing_id: str) -> bool:
        """Whether a worker of this node writes into the hearing's folder."""
        charge = self._charges.get(hearing_id)
        return charge is not None and not charge.over

    def socket(self, hearing_id: str) -> Path | None:
        """Where the hearing's worker listens for media; None when it has none any more."""
        charge = self._charges.get(hearing_id)
        if charge is None or charge.over or charge.spec.source.kind != "socket":
            return None
        return charge.spec.source.path

    # -- own work -----------------------------------------------------------------------------

    def adopt(self) -> None:
        """Take over the workers of an earlier agent, and start anew those that died with it."""
        for found in find_workers(self.settings.hearings):
            charge = self._take(found.spec)
            charge.begin(found.process)
            alive = found.process is not None
            log.info("adopted", hearing=found.spec.hearing_id, alive=alive)

    def _take(self, spec: WorkerSpec, before: Charge | None = None) -> Charge:
        if before is not None:
            spec = spec.model_copy(update={"epoch": max(spec.epoch, before.spec.epoch + 1)})
        charge = Charge(spec, self._bus, self._leases, self._spares.start, self._take_over)
        self._charges[spec.hearing_id] = charge
        return charge

    async def _heard(self, beat: WorkerBeat) -> None:
        charge = self._charges.get(beat.hearing_id)
        if charge is not None:
            charge.heard(beat)

    async def _page(self, request: JournalRequest) -> JournalPage:
        return await asyncio.to_thread(self._journals.page, request)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await supervised("periodic work", work())
            await asyncio.sleep(seconds)

    async def _beat(self) -> None:
        running = self._in(ChargeState.RUNNING, ChargeState.STARTING, ChargeState.WAITING)
        beat = NodeBeat(
            node=self.settings.node,
            pid=os.getpid(),
            version=__version__,
            hearings=running,
            rtmp_port=self.rtmp_port,
            srt_port=self.srt_port,
            load=round(os.getloadavg()[0], 2),
            free_bytes=_free_bytes(self.settings.data),
            cores=cores(),
            busy=self._busy(),
            cost=self.capacity.cost,
            low=self.capacity.low,
            gave_up=self._in(ChargeState.GAVE_UP),
            ingest=self.ingest_totals(),
            leaving=self._leaving,
            seal=self._seal,
        )
        await self._bus.publish(protocol.node_beat(self.settings.node), beat)
        for charge in self._charges.values():
            turn_log(charge.spec.folder)

    def _busy(self) -> float:
        pids = {int(str(charge.facts()["pid"])) for charge in self._charges.values()}
        return self._meters.busy(pids, self.capacity.cost, time.monotonic())

    def _in(self, *states: ChargeState) -> tuple[str, ...]:
        return tuple(h for h, charge in self._charges.items() if charge.state in states)

    @property
    def _rhythm(self) -> float:
        """Seconds between two renewals."""
        return self._leases.ttl / RENEWALS

    async def _renew(self) -> None:
        """All at once: one that has to wait costs the others nothing."""
        await asyncio.gather(*(charge.renew() for charge in list(self._charges.values())))

    async def _compare_key(self) -> None:
        """A node that began while nobody could say, or whose file was changed under it."""
        if self.settings.alone:
            return
        settings = self.settings
        try:
            await agree(self._bus.client, settings.master_key, settings.nats.replicas)
        except OtherMasterKey as error:
            log.error("other master key", detail=error.detail)
            self._barred = error
        else:
            self._barred = None
        self._seal = seal_mark(settings.master_key)

    async def _prepare(self) -> None:
        """The cluster's buckets and streams, as this edition wants them."""
        try:
            await self._leases.prepare()
        except LeaseUnavailable:
            log.warning("lease store away")
        await prepare(self._bus.client, self.settings.nats.replicas)


def _free_bytes(path: Path) -> int:
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return 0
