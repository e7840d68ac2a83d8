"""`courtstream nodes`: what the machines do, and closing, opening and emptying one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Literal

import typer

from courtstream.control import cluster_key
from courtstream.control.broker import NatsBus
from courtstream.control.lease import LeaseStore, LeaseUnavailable
from courtstream.control.protocol import NODE_ORDER, NodeBeat, NodeOrder, Reply
from courtstream.domain.errors import CourtstreamError
from courtstream.settings import Settings

LISTEN_SECONDS = 2.5
EMPTY_SECONDS = 300.0

_NAME = typer.Argument(help="节点名 / the node's name")
Act = Literal["cordon", "open", "drain"]


class OrderRefused(CourtstreamError):
    """The platform did not carry this out."""

    code = "order_refused"
    zh = "平台未执行"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(help="节点 / the machines", no_args_is_help=True)

    @group.command("list")
    def list_nodes() -> None:
        """Nodes, their load, hearings and leases / 节点、负载、庭审与租约."""
        _run(_list())

    @group.command("cordon")
    def cordon(node: Annotated[str, _NAME]) -> None:
        """Take nothing new in; what runs goes on / 停止接收新庭审."""
        _run(_order(node, "cordon"))

    @group.command("open")
    def open_node(node: Annotated[str, _NAME]) -> None:
        """Take hearings in again / 重新接收."""
        _run(_order(node, "open"))

    @group.command("drain")
    def drain(node: Annotated[str, _NAME]) -> None:
        """Close it and give its hearings to other nodes, before an upgrade / 腾空节点."""
        _run(_order(node, "drain"))

    @group.command("forget-key")
    def forget_key() -> None:
        """The next node that starts says which master key holds / 重新确定集群主密钥."""
        _run(_forget_key())

    app.add_typer(group, name="nodes")


def _run(work: Coroutine[object, object, None]) -> None:
    from courtstream.cli.running import run_or_explain

    run_or_explain(work)


async def _connected() -> NatsBus:
    settings = Settings()
    nats = settings.nats
    return await NatsBus.connect(
        settings.nats_url, "operator", within=5, credentials=nats.credentials, ca=nats.ca
    )


async def _list() -> None:
    bus = await _connected()
    try:
        for beat in sorted(await _beats(bus, LISTEN_SECONDS), key=lambda beat: beat.node):
            typer.echo(_line(beat))
        try:
            holders = await LeaseStore(bus.client, Settings().nats.lease_seconds).holders()
        except LeaseUnavailable:
            holders = {}
        for hearing, node in sorted(holders.items()):
            typer.echo(f"  租约 / lease  {hearing}  {node}")
    finally:
        await bus.close()


def _line(beat: NodeBeat) -> str:
    free = beat.free_bytes / (1 << 30)
    return (
        f"{beat.node:16} {len(beat.hearings)} 场 / hearings  {beat.busy:.1f}/{beat.cores:.0f} 核 / "
        f"cores  {free:.0f} GiB  {beat.version}  {' '.join(beat.hearings)}"
    )


async def _order(node: str, act: Act) -> None:
    bus = await _connected()
    try:
        order = NodeOrder(node=node, act=act)
        reply = await bus.request(NODE_ORDER, order, Reply, 10.0)
        if not reply.ok:
            raise OrderRefused(reply.message)
        if act == "drain":
            await _emptied(bus, node)
        typer.echo(f"✓ {node}: {act}")
    finally:
        await bus.close()


async def _forget_key() -> None:
    bus = await _connected()
    try:
        await cluster_key.forget(bus.client)
        typer.echo("✓ 下一个启动的节点以其主密钥为准 / the next node to start says which key holds")
    finally:
        await bus.close()


async def _emptied(bus: NatsBus, node: str) -> None:
    """Wait until the node says that it runs nothing. Raises ControlAway after five minutes."""
    async with asyncio.timeout(EMPTY_SECONDS):
        while any(b.hearings for b in await _beats(bus, 1.5) if b.node == node):
            pass


async def _beats(bus: NatsBus, seconds: float) -> list[NodeBeat]:
    """The last beat of every node that spoke within so many seconds."""
    found: dict[str, NodeBeat] = {}

    async def heard(beat: NodeBeat) -> None:
        found[beat.node] = beat

    await bus.on_node_beat(heard)
    await asyncio.sleep(seconds)
    return list(found.values())
