"""What the platform hears from nodes and workers, and how it never misses a row.

Rows arrive as they are written; a gap, a restart or a beat that is ahead of the database makes
the platform ask the hearing's node for its journal. One writer, batched.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from courtstream.api.announce import announce
from courtstream.api.context import Context
from courtstream.api.placing import LOOK as PLACE_LOOK
from courtstream.api.placing import Placer
from courtstream.api.second_passes import SecondPasses
from courtstream.api.text_mode import TextMode
from courtstream.auth.tokens import digest, site_secret
from courtstream.control.protocol import (
    AdmitReply,
    AdmitRequest,
    IngestEvent,
    JournalNews,
    JournalRequest,
    JournalRow,
    NodeBeat,
    PullNews,
    PullReply,
    PullRequest,
    TakeReply,
    TakeRequest,
    WorkerBeat,
    WorkerSpec,
)
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import CourtstreamError, DatabaseAway, NodeAway
from courtstream.services.bus import Bus
from courtstream.services.courtroom import admission, keys, pulls
from courtstream.services.nodes import journal, running
from courtstream.services.nodes.capacity import room_of
from courtstream.services.nodes.journal import Applied
from courtstream.services.scoring import scorecards as scoring
from courtstream.services.sealed import retention
from courtstream.telemetry import metrics

log = structlog.get_logger(__name__)

BATCH = 500
PAUSE = 0.1
LOOK = 2.0
SETTLE = 2.0
"""Seconds a node that takes a hearing over waits at most for rows that are being written."""
BEHIND = timedelta(seconds=5)
FIRST_REST, LONGEST_REST = 0.5, 15.0
"""Seconds after a start that failed, doubled each time."""

HOUSEKEEPING = 3600.0
"""Seconds between two looks for what the retention rules let go."""

ASK_AGAIN = 30.0
"""How often the node of a hearing is asked whose worker is silent: it may have ended unheard."""


class Listeners:
    """The platform's ears; `run` lives as long as the application."""

    def __init__(self, platform: Context, bus: Bus) -> None:
        self._platform, self._bus = platform, bus
        self._rows: asyncio.Queue[JournalRow] = asyncio.Queue(20_000)
        self._wanted: asyncio.Queue[str] = asyncio.Queue()
        self._writing = False
        self._asked: set[str] = set()
        self._silent_asked: dict[str, float] = {}
        self._second_passes = SecondPasses(platform, bus, self._want)
        self._entries = TextMode(platform)
        self.placer = platform.placer = Placer(platform, bus)
        self._to_hear: list[Callable[[], Awaitable[None]]] = [
            lambda: bus.serve_admit(self._admit),
            lambda: bus.on_row(self._row),
            lambda: bus.on_beat(self._beat),
            lambda: bus.on_node_beat(self._node_beat),
            lambda: bus.on_ingest_event(self._ingest),
            lambda: bus.serve_pulls(self._pulls),
            lambda: bus.on_pull_news(self._pulled),
            lambda: bus.serve_takes(self._take),
            lambda: bus.on_journal_news(self._grown),
            lambda: bus.serve_node_orders(self.placer.obey),
        ]

    async def keep_running(self) -> None:
        """`run`, and again after a failure, with longer and longer rests in between."""
        rest = FIRST_REST
        while True:
            began = time.monotonic()
            try:
                await self.run()
            except Exception:
                log.exception("not listening", again_in=rest)
            finally:
                self._platform.listening = False
            if time.monotonic() - began > LONGEST_REST:
                rest = FIRST_REST
            await asyncio.sleep(rest)
            rest = min(2 * rest, LONGEST_REST)

    async def run(self) -> None:
        """Listen until cancelled. A failing part is logged and goes on; a failing start raises,
        and the next call subscribes only to what is not heard yet.
        """
        while self._to_hear:
            await self._to_hear[0]()
            self._to_hear.pop(0)
        for hearing_id in await self._platform.work.reading(running.unfinished):
            self._want(hearing_id)
        for hearing_id in await self._platform.work.reading(running.unscored):
            await self._score(hearing_id)
        self._platform.listening = True
        async with asyncio.TaskGroup() as group:
            group.create_task(_for_ever("rows", self._write))
            group.create_task(_for_ever("journals", self._catch_up))
            group.create_task(_for_ever("workers", self._watch))
            group.create_task(_for_ever("retention", self._keep_house))
            group.create_task(_for_ever("second passes", self._pursue))
            group.create_task(_for_ever("nodes", self._place))

    # -- heard ------------------------------------------------------------------------------------

    async def _admit(self, request: AdmitRequest) -> AdmitReply:
        beat = self._platform.board.node_beat(request.node, utc_now())
        answer = await self._platform.work.writing(
            admission.admit_publisher,
            request.key,
            request.node,
            self._platform.settings,
            request.protocol,
            room=room_of(beat) if beat is not None else None,
            alive=self.placer.alive() | {request.node},
        )
        if isinstance(answer, WorkerSpec):
            where, _ = await self._platform.work.reading(running.where, answer.hearing_id)
            self.placer.moved(answer, request.node, where)
            metrics.ADMISSIONS.labels("admitted").inc()
            log.info("publisher admitted", hearing=answer.hearing_id, node=request.node)
            words = self._passphrase(request) if request.protocol == "srt" else ""
            return AdmitReply(ok=True, spec=answer, passphrase=words)
        metrics.ADMISSIONS.labels(answer.code).inc()
        log.info("publisher refused", code=answer.code, node=request.node)
        return AdmitReply(ok=False, code=answer.code, message=_refusal(answer))

    def _passphrase(self, request: AdmitRequest) -> str:
        secret = site_secret(self._platform.settings.secret_key)
        return keys.passphrase(secret, digest(request.key))

    async def _pulls(self, request: PullRequest) -> PullReply:
        settings = self._platform.settings
        orders = await self._platform.work.reading(pulls.orders, settings, utc_now())
        return PullReply(orders=await self.placer.for_node(orders, request.node))

    async def _take(self, request: TakeRequest) -> TakeReply:
        """What the last run has told is written before the next one's numbers are given out."""
        end = time.monotonic() + SETTLE
        while (self._writing or not self._rows.empty()) and time.monotonic() < end:
            await asyncio.sleep(PAUSE)
        return await self.placer.take(request)

    async def _grown(self, news: JournalNews) -> None:
        self._want(news.hearing_id)

    async def _place(self) -> None:
        await asyncio.sleep(PLACE_LOOK)
        await self.placer.look()

    async def _pulled(self, news: PullNews) -> None:
        log.info("source", source=news.id, code=news.code)
        await self._platform.work.writing(pulls.heard, news, utc_now())

    async def _row(self, row: JournalRow) -> None:
        if self._rows.full():
            self._want(row.hearing_id)  # the journal has it; memory stays bounded
        else:
            self._rows.put_nowait(row)

    async def _beat(self, beat: WorkerBeat) -> None:
        self._platform.board.worker(beat, utc_now())

    async def _node_beat(self, beat: NodeBeat) -> None:
        self._platform.board.node(beat, utc_now())

    async def _ingest(self, event: IngestEvent) -> None:
        log.info("ingest", kind=event.kind, hearing=event.hearing_id, code=event.code)
        gone = event.kind == "disconnected" or event.code == "lease_held"
        if gone and event.hearing_id:
            await self._platform.work.writing(
                admission.publisher_gone, event.hearing_id, event.node, event.code, utc_now()
            )

    # -- written ----------------------------------------------------------------------------------

    async def _write(self) -> None:
        rows = [await self._rows.get()]
        self._writing = True
        try:
            await asyncio.sleep(PAUSE)  # the more at once, the fewer commits
            while rows and len(rows) < BATCH and not self._rows.empty():
                rows.append(self._rows.get_nowait())
            applied = await self._platform.work.writing(journal.apply_rows, rows)
        finally:
            self._writing = False
        await self._after(applied)

    async def _after(self, applied: Applied) -> None:
        metrics.ROWS.inc(applied.rows)
        for hearing_id in applied.missing:
            metrics.GAPS.inc()
            self._want(hearing_id)
        for hearing_id, kinds in applied.touched.items():
            await announce(self._platform, hearing_id, kinds)
            await self._entries.follow(hearing_id, kinds)
        for hearing_id in applied.ended:
            self._platform.board.forget(hearing_id)
            await self._score(hearing_id)

    async def _score(self, hearing_id: str) -> None:
        """A hearing that cannot be scored now is scored at the next start; nothing waits for it."""
        try:
            await self._platform.work.writing(scoring.score, hearing_id, utc_now())
        except Exception:
            log.exception("not scored", hearing=hearing_id)
        else:
            metrics.SCORED.inc()

    def _want(self, hearing_id: str) -> None:
        if hearing_id not in self._asked:
            self._asked.add(hearing_id)
            self._wanted.put_nowait(hearing_id)

    async def _catch_up(self) -> None:
        hearing_id = await self._wanted.get()
        try:
            await self._read_journal(hearing_id)
        except NodeAway:
            log.info("node does not answer", hearing=hearing_id)
        finally:
            self._asked.discard(hearing_id)

    async def _read_journal(self, hearing_id: str) -> None:
        more = True
        while more:
            node, last = await self._platform.work.reading(running.where, hearing_id)
            if not node:
                return
            request = JournalRequest(hearing_id=hearing_id, after=last)
            page = await self._bus.journal(node, request)
            if not page.rows:
                return
            take = journal.apply_rows
            applied = await self._platform.work.writing(take, page.rows, whole=True)
            await self._after(applied)
            _, reached = await self._platform.work.reading(running.where, hearing_id)
            if reached == last:
                log.error("journal has a hole", hearing=hearing_id, after=last)
                return
            more = page.more

    # -- watched ----------------------------------------------------------------------------------

    async def _watch(self) -> None:
        await asyncio.sleep(LOOK)
        now = utc_now()
        beats = [(beat, at) for beat, at in self._platform.board.beats() if now - at < BEHIND]
        news = await self._platform.work.writing(running.look, beats, now)
        for hearing_id in news.behind:
            self._want(hearing_id)
        self._ask_the_silent(news.silent)
        for hearing_id in news.changed:
            await announce(self._platform, hearing_id, set())
        for hearing_id in news.over:
            self._platform.board.forget(hearing_id)

    async def _pursue(self) -> None:
        await asyncio.sleep(LOOK)
        await self._second_passes.pursue()

    async def _keep_house(self) -> None:
        """Erase what the rules let go, now and then."""
        await asyncio.sleep(HOUSEKEEPING)
        settings, work = self._platform.settings, self._platform.work
        gone = await asyncio.to_thread(retention.sweep, work, settings, utc_now())
        if gone:
            log.info("erased by rule", files=gone)

    def _ask_the_silent(self, hearings: list[str]) -> None:
        now = time.monotonic()
        self._silent_asked = {h: t for h, t in self._silent_asked.items() if h in hearings}
        for hearing_id in hearings:
            if now - self._silent_asked.get(hearing_id, -ASK_AGAIN) >= ASK_AGAIN:
                self._silent_asked[hearing_id] = now
                self._want(hearing_id)


def _refusal(error: CourtstreamError) -> str:
    """What the encoder is told: both languages, and the case when one has to be named."""
    detail = f"（{error.detail}）" if error.detail else ""
    return f"{error.zh}{detail} / {error.message}"


async def _for_ever(name: str, step: Callable[[], Awaitable[None]]) -> None:
    """A supervised boundary: one failed step is logged, the next one is tried."""
    while True:
        try:
            await step()
        except DatabaseAway:
            log.warning("database away", part=name)
            await asyncio.sleep(1.0)
        except Exception:
            log.exception("listener failed", part=name)
            await asyncio.sleep(1.0)
