"""The Starlette application: its parts, its listeners, and their one beginning and end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from courtstream.api.context import Context
from courtstream.api.events import Hub
from courtstream.api.housekeeping import keep_house
from courtstream.api.listeners import Listeners
from courtstream.api.media_memory import MediaCache
from courtstream.api.middleware import Csrf, RequestId, SecurityHeaders, SignedIn
from courtstream.api.pages import faults
from courtstream.api.problems import on_validation
from courtstream.api.released import whole
from courtstream.api.routes import routes
from courtstream.api.shields import FairShare, KnownHost
from courtstream.api.tracing import Traced
from courtstream.auth.attempts import Attempts
from courtstream.domain.errors import CourtstreamError
from courtstream.services.bus import Bus
from courtstream.services.nodes.board import Board
from courtstream.services.public import finding
from courtstream.services.work import Work
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.unit import Store
from courtstream.telemetry.traces import traces_to

Connect = Callable[[], Awaitable[Bus]]
CONNECT_AGAIN = 2.0

log = structlog.get_logger(__name__)


def create_app(
    settings: Settings, bus: Bus | None = None, connect: Connect | None = None
) -> Starlette:
    """The platform. With a bus it admits publishers and follows hearings; without, it shows.

    `connect` makes the bus in the background: pages are there before the nervous system is.
    The database is brought to the present schema at start.
    """
    work = Work(Store(settings.database))
    wanted = bus is not None or connect is not None
    listening = False if wanted else None
    traces = traces_to(settings.traces.endpoint, settings.node)
    platform = Context(settings, work, Board(), Hub(), Attempts(), bus, listening)
    platform.films.far = partial(whole, platform)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(upgrade, settings.database)
        platform.films.wake()  # what a stop left uncut
        async with _listening(platform, connect):
            yield
        await platform.finish()
        await work.writing(finding.write_views, platform.views.take())
        platform.hub.close()
        work.store.close()
        await asyncio.to_thread(traces.close)

    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Traced, traces=traces),
            Middleware(RequestId),
            Middleware(SecurityHeaders),
            Middleware(KnownHost, settings=settings),
            Middleware(FairShare, per_minute=settings.access.requests_per_minute),
            Middleware(SignedIn),
            Middleware(Csrf),
        ],
        exception_handlers={
            CourtstreamError: faults.on_error,
            ValidationError: on_validation,
            HTTPException: faults.on_http,
            Exception: faults.on_crash,
        },
        lifespan=lifespan,
    )
    app.state.context = platform
    app.state.media = MediaCache(settings.web.media_memory_mb * 1_000_000)
    return app


@asynccontextmanager
async def _listening(platform: Context, connect: Connect | None) -> AsyncIterator[None]:
    """The listeners and the calendar's work as tasks that end with the application."""
    tasks = [
        asyncio.create_task(_listen(platform, connect)),
        asyncio.create_task(keep_house(platform)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _connected(connect: Connect) -> Bus:
    """The bus, as soon as there is one."""
    while True:
        try:
            return await connect()
        except Exception:
            log.exception("no bus")
            await asyncio.sleep(CONNECT_AGAIN)


async def _listen(platform: Context, connect: Connect | None) -> None:
    """Follow hearings over the bus; one made here is closed here."""
    if platform.bus is not None:
        await Listeners(platform, platform.bus).keep_running()
    elif connect is not None:
        bus = platform.bus = await _connected(connect)
        try:
            await Listeners(platform, bus).keep_running()
        finally:
            await bus.close()
