"""What `up`, `serve` and `node` do."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Coroutine

import typer

from courtstream.control.broker import NatsBus
from courtstream.control.installation import Installation
from courtstream.domain.errors import CourtstreamError
from courtstream.settings import Settings

GRACE_SECONDS = 3
"""Viewers' open event streams are cut after this when the pages stop."""

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_event() -> asyncio.Event:
    """An event that Ctrl-C, SIGTERM and a closed terminal set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, stop.set)
    return stop


def run_or_explain(work: Coroutine[object, object, None]) -> None:
    """Run `work`; an error of ours becomes its sentence and its remedy, and exit code 1."""
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except CourtstreamError as error:
        typer.secho(f"✗ {error.zh} / {error}", fg=typer.colors.RED, err=True)
        if error.remedy:
            typer.echo(f"  → {error.remedy}", err=True)
        raise typer.Exit(1) from None


async def up(settings: Settings) -> None:
    """The whole platform until a signal."""
    stop = stop_event()
    async with Installation(settings, typer.echo) as site:
        waiting = asyncio.create_task(stop.wait())
        ready = asyncio.create_task(site.ready())
        await asyncio.wait({waiting, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
            tell_addresses(site)
            await waiting
        ready.cancel()
        waiting.cancel()
        typer.echo("正在停止… / stopping…")
    typer.echo("已全部停止 / all stopped")


def tell_addresses(site: Installation) -> None:
    """Where everything is."""
    ingest = site.settings.ingest
    host = ingest.public_host or ingest.host
    typer.echo(f"✓ 网站 / pages          {site.base_url}")
    typer.echo(f"✓ 推流 / encoders push to rtmp://{host}:{ingest.rtmp_port}/live/<密钥 key>")
    typer.echo(f"✓ 数据 / data            {site.settings.data}")
    typer.echo("  按 Ctrl-C 停止 / Ctrl-C stops everything")


def settle() -> None:
    """Leave what the program itself is made of out of garbage collection, and look more rarely.

    Looking through all of it stops the whole process for a fifth of a second, again and again: a
    playlist of 500 viewers came after 273 ms at the 99th percentile (`python -m bench viewers`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


async def node(settings: Settings) -> None:
    """Agent and door until a signal."""
    from courtstream.control.node import run_node

    await run_node(settings, stop_event())


async def serve(settings: Settings) -> None:
    """Pages and API until a signal. Waits for the broker as long as it takes."""
    import uvicorn

    from courtstream.api.app import create_app

    nats = settings.nats
    bus = await NatsBus.connect(
        settings.nats_url, "platform", credentials=nats.credentials, ca=nats.ca
    )
    config = uvicorn.Config(
        create_app(settings, bus),
        host=settings.web.host,
        port=settings.web.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    settle()
    try:
        await uvicorn.Server(config).serve()
    finally:
        await bus.close()
