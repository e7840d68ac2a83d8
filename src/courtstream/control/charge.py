"""One hearing in the agent's charge: lease, worker, watch, restart, until it is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum

import structlog

from courtstream.control.boundary import supervised
from courtstream.control.broker import NatsBus
from courtstream.control.lease import Lease, LeaseHeld, LeaseStore, LeaseUnavailable, boot_clock
from courtstream.control.policy import (
    CLAIM_PATIENCE,
    WATCH_SECONDS,
    WORKER_RESTARTS,
    BeatWatch,
    RestartBook,
)
from courtstream.control.protocol import Reply, WorkerBeat, WorkerSpec
from courtstream.control.spares import Start
from courtstream.control.workers import WorkerProcess, forget, has_ended, note_lease
from courtstream.domain.errors import ControlAway

log = structlog.get_logger(__name__)
EXIT_NOT_STARTED = 127
"""As a shell says it."""


class ChargeState(StrEnum):
    """What the agent has of a hearing."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"  # died, starts again soon
    STOPPING = "stopping"
    ENDED = "ended"  # in good order, or stopped
    ELSEWHERE = "elsewhere"  # another node has the lease
    GAVE_UP = "gave_up"  # failed too often


Take = Callable[[WorkerSpec, Lease], Awaitable[Reply]]
"""Makes this node ready to run what another one had, see `control.takeover`."""


async def _as_it_is(spec: WorkerSpec, lease: Lease) -> Reply:
    return Reply(ok=True)


_OVER = frozenset({ChargeState.ENDED, ChargeState.ELSEWHERE, ChargeState.GAVE_UP})
_REPLIES = {
    ChargeState.ENDED: ("hearing_ended", "该庭审已结束 / the hearing is over"),
    ChargeState.STOPPING: ("hearing_ended", "该庭审正在结束 / the hearing is ending"),
    ChargeState.ELSEWHERE: (
        "lease_held",
        "该庭审在另一节点运行 / it runs on another node",
    ),
    ChargeState.GAVE_UP: (
        "worker_gave_up",
        "处理进程多次启动失败，请查看庭审目录中的 worker.log / "
        "the worker failed too often, see worker.log in the hearing's folder",
    ),
}


class Charge:
    """Keeps one hearing's worker running. Begun once; its state tells how far it is."""

    def __init__(
        self,
        spec: WorkerSpec,
        bus: NatsBus,
        leases: LeaseStore,
        start: Start,
        take: Take = _as_it_is,
    ) -> None:
        self.spec = spec
        self._take = take
        self.state = ChargeState.STARTING
        self.lease: Lease | None = None
        self._bus = bus
        self._leases = leases
        self._spawn = start
        self._book = RestartBook(WORKER_RESTARTS)
        self._process: WorkerProcess | None = None
        self._watch: BeatWatch | None = None
        self._task: asyncio.Task[bool] | None = None
        self._claiming = asyncio.Lock()
        self._settled = asyncio.Event()
        self._why = ""
        self._began = 0.0

    @property
    def over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in _OVER

    def facts(self) -> dict[str, object]:
        """For people: state, pid, epoch, restarts, seconds since the last beat."""
        now = time.monotonic()
        last = self._watch.last if self._watch else None
        return {
            "state": self.state.value,
            "pid": self._process.who.pid if self._process else 0,
            "epoch": self.spec.epoch,
            "restarts": self._book.total,
            "beat_age": None if last is None else round(now - last, 2),
            "why": self._why,
        }

    def begin(self, running: WorkerProcess | None = None) -> None:
        """Begin to keep the worker running; `running` is one to take over."""
        work = self._keep(running)
        self._task = asyncio.create_task(supervised("keeping a worker", work))
        self._task.add_done_callback(self._finished)

    async def settled(self, within: float = 8.0) -> Reply:
        """Wait until the worker was started, or could not be; say which."""
        try:
            async with asyncio.timeout(within):
                await self._settled.wait()
        except TimeoutError:
            why = "处理进程尚未启动 / the worker has not started yet"
            return Reply(ok=False, code="worker_away", message=why)
        if self.state in _REPLIES:
            code, message = _REPLIES[self.state]
            return Reply(ok=False, code=code, message=message)
        return Reply(ok=True, data=self.facts())

    def heard(self, beat: WorkerBeat) -> None:
        """A heartbeat of this hearing; one of an older epoch does not count."""
        if self._watch is not None and beat.epoch >= self.spec.epoch:
            self._watch.beat(time.monotonic())

    async def end(self, patience: float) -> bool:
        """End the worker in good order within `patience` seconds, else at once."""
        self.state = ChargeState.STOPPING
        await self._cancel()
        orderly = await self._process.end(patience) if self._process else True
        forget(self.spec.folder)
        await self._release()
        self._conclude(ChargeState.ENDED, "stopped")
        return orderly

    async def hand_over(self, patience: float) -> bool:
        """Another node goes on with the hearing: end the worker, give the lease up at once."""
        orderly = await self.end(patience)
        self._conclude(ChargeState.ELSEWHERE, "handed over")
        return orderly

    async def renew(self) -> None:
        """Renew the lease; a lost one ends the worker without a restart."""
        async with self._claiming:
            if self.lease is None or self.over:
                return
            try:
                self.lease = await self._leases.renew(self.lease)
                note_lease(self.spec, self.lease.until)
                return
            except LeaseUnavailable:
                return
            except LeaseHeld:
                self.lease = None
        log.error("lease lost", hearing=self.spec.hearing_id)
        await self.end(2.0)
        self._conclude(ChargeState.ELSEWHERE, "lease lost")

    async def let_go(self) -> None:
        """Stop looking; the worker runs on for the next agent."""
        await self._cancel()

    # -- the task -----------------------------------------------------------------------------

    async def _keep(self, process: WorkerProcess | None) -> None:
        if process is not None:
            await self._resume(process)
        while not self.over:
            process = process or await self._start()
            code: int | None = EXIT_NOT_STARTED
            if process is not None:
                code = await self._until_gone(process)
                process.sweep()
                process = None
            if not self.over:
                await self._left(code)

    async def _resume(self, process: WorkerProcess) -> None:
        self.spec = self.spec.model_copy(update={"epoch": process.epoch})
        self.lease = Lease(self.spec.hearing_id, self.spec.node, process.epoch, 0)
        self._runs(process)
        if self._watch is not None:
            self._watch.beat(time.monotonic())  # it has spoken before; now the short limit holds
        await self.renew()

    async def _start(self) -> WorkerProcess | None:
        above = max(self.spec.epoch - 1, 0) if self._book.total == 0 else self.spec.epoch
        try:
            lease = await self._claim(above)
        except LeaseHeld:
            forget(self.spec.folder)
            self._conclude(ChargeState.ELSEWHERE, "lease held by another node")
            return None
        self.spec = self.spec.model_copy(update={"epoch": lease.epoch})
        if not await self._ready(lease):
            return None
        note_lease(self.spec, self.lease.until if self.lease else lease.until)
        try:
            process = self._spawn(self.spec)
        except OSError as error:
            self._began, self._why = time.monotonic(), f"cannot start: {type(error).__name__}"
            return None
        self._runs(process)
        log.info("worker started", hearing=self.spec.hearing_id, epoch=lease.epoch)
        return process

    async def _ready(self, lease: Lease) -> bool:
        """Take up what another node had of the hearing; False when the platform says no."""
        while True:
            try:
                reply = await self._take(self.spec, lease)
            except ControlAway:
                self._why = "platform away"
                await asyncio.sleep(WATCH_SECONDS)
                continue
            if not reply.ok:
                await self._release()
                self._conclude(ChargeState.ENDED, reply.code)
            return reply.ok

    async def _claim(self, above: int) -> Lease:
        """The lease, as soon as it is free. Raises LeaseHeld when its holder keeps renewing it."""
        end = boot_clock() + self._leases.ttl + CLAIM_PATIENCE
        while True:
            async with self._claiming:
                try:
                    claim = self._leases.claim(self.spec.hearing_id, self.spec.node, above=above)
                    self.lease = await claim
                    return self.lease
                except LeaseUnavailable:
                    self._why = "lease store away"
                    end = max(end, boot_clock() + self._leases.ttl)
                except LeaseHeld:
                    if boot_clock() >= end:
                        raise
            await asyncio.sleep(WATCH_SECONDS)

    def _runs(self, process: WorkerProcess) -> None:
        self._began = time.monotonic()
        self._process = process
        self._watch = BeatWatch(self._began)
        self.state, self._why = ChargeState.RUNNING, ""
        self._settled.set()

    async def _until_gone(self, process: WorkerProcess) -> int | None:
        while process.alive():
            watch = self._watch
            if watch is not None and watch.hung(time.monotonic(), connected=self._bus.connected):
                self._why = "hung"
                log.error("worker hung", hearing=self.spec.hearing_id)
                process.kill()
            await asyncio.sleep(WATCH_SECONDS)
        return process.exit_code()

    async def _left(self, code: int | None) -> None:
        # The journal decides, not the exit code: a worker that a stranger told to go leaves with 0
        # while its hearing goes on, and one may still fall while it leaves an ended hearing.
        if has_ended(self.spec.folder):
            forget(self.spec.folder)
            await self._release()
            self._conclude(ChargeState.ENDED, "hearing over")
            return
        self._why = self._why or f"exit {code}"
        log.error("worker died", hearing=self.spec.hearing_id, why=self._why)
        now = time.monotonic()
        wait = self._book.failed(now, now - self._began)
        if wait is None:
            forget(self.spec.folder)
            await self._release()
            self._conclude(ChargeState.GAVE_UP, self._why)
            return
        self.state = ChargeState.WAITING
        await asyncio.sleep(wait)

    def _conclude(self, state: ChargeState, why: str) -> None:
        self.state, self._why = state, why
        self._settled.set()

    async def _release(self) -> None:
        async with self._claiming:  # a renewal under way would take it again
            if self.lease is not None:
                await self._leases.release(self.lease)
                self.lease = None

    async def _cancel(self) -> None:
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _finished(self, task: asyncio.Task[bool]) -> None:
        if not task.cancelled() and not task.result() and not self.over:
            self._conclude(ChargeState.GAVE_UP, "could not be started")
