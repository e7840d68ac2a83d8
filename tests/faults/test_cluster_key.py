"""A node with another master key than the cluster's is barred at its own door, and told why."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from courtstream.control import cluster_key
from courtstream.control.agent import NodeAgent
from courtstream.control.broker import NatsBus
from courtstream.control.node import run_node
from courtstream.domain.errors import OtherMasterKey
from courtstream.seal import exchange_master_key, load_or_create_master_key
from courtstream.settings import NatsSettings, Settings

from .conftest import FAKE_WORKER, MakeSpec, Nats


def machine(folder: Path, nats: Nats, name: str, key: bool = True) -> Settings:
    settings = Settings(data=folder / name, node=name, nats=NatsSettings(url=nats.server.url))
    if key:
        load_or_create_master_key(settings.master_key)
    return settings


async def test_the_first_key_is_the_clusters_and_another_or_none_is_refused_in_words(
    tmp_path: Path, nats: Nats, bus: NatsBus
) -> None:
    a, b = machine(tmp_path, nats, "a"), machine(tmp_path, nats, "b")
    none = machine(tmp_path, nats, "c", key=False)
    await cluster_key.agree(bus.client, a.master_key)
    await cluster_key.agree(bus.client, a.master_key)
    for stranger in (b, none):
        with pytest.raises(OtherMasterKey):
            await run_node(stranger, asyncio.Event())
    shutil.copy(a.master_key, b.master_key)
    await cluster_key.agree(bus.client, b.master_key)
    assert not none.master_key.exists(), "no stray key is made"


async def test_a_key_that_was_exchanged_goes_round_node_by_node(
    tmp_path: Path, nats: Nats, bus: NatsBus
) -> None:
    a, b = machine(tmp_path, nats, "a"), machine(tmp_path, nats, "b")
    shutil.copy(a.master_key, b.master_key)
    await cluster_key.agree(bus.client, a.master_key)
    exchange_master_key(a.master_key)
    await cluster_key.agree(bus.client, a.master_key)
    await cluster_key.agree(bus.client, b.master_key)  # the former one goes on
    stranger = machine(tmp_path, nats, "s")
    with pytest.raises(OtherMasterKey):
        await cluster_key.agree(bus.client, stranger.master_key)
    await cluster_key.forget(bus.client)
    await cluster_key.agree(bus.client, stranger.master_key)
    with pytest.raises(OtherMasterKey):
        await cluster_key.agree(bus.client, b.master_key)


async def test_the_key_itself_is_nowhere_in_the_cluster(
    tmp_path: Path, nats: Nats, bus: NatsBus
) -> None:
    a = machine(tmp_path, nats, "a")
    await cluster_key.agree(bus.client, a.master_key)
    key = a.master_key.read_text().strip()
    for path in (tmp_path / "nats").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert key.encode() not in data and bytes.fromhex(key) not in data


async def test_a_running_node_whose_key_differs_takes_in_nothing_new(
    tmp_path: Path, nats: Nats, bus: NatsBus, make_spec: MakeSpec
) -> None:
    a, b = machine(tmp_path, nats, "a"), machine(tmp_path, nats, "b")
    async with NodeAgent(b, bus, FAKE_WORKER) as agent:
        await agent._compare_key()
        assert (await agent.ensure(make_spec("h_first"))).ok
        await cluster_key.forget(bus.client)
        await cluster_key.agree(bus.client, a.master_key)
        await agent._compare_key()
        reply = await agent.ensure(make_spec("h_second"))
        assert (reply.ok, reply.code) == (False, "other_master_key")
        assert (await agent.ensure(make_spec("h_first"))).ok, "what runs goes on"
        await agent.stop_all()


def test_the_command_says_what_to_do_and_leaves(tmp_path: Path, nats: Nats) -> None:
    a, b = machine(tmp_path, nats, "a"), machine(tmp_path, nats, "b")

    async def first() -> None:
        bus = await NatsBus.connect(nats.server.url, "first", within=10)
        await cluster_key.agree(bus.client, a.master_key)
        await bus.close()

    asyncio.run(first())
    told = subprocess.run(
        [sys.executable, "-m", "courtstream.cli.child", "node"],
        env={
            **os.environ,
            "COURTSTREAM_DATA": str(b.data),
            "COURTSTREAM_NODE": "b",
            "COURTSTREAM_NATS__URL": nats.server.url,
        },
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    said = " ".join((told.stderr + told.stdout).split())
    assert "主密钥与集群不一致" in said and "keys/master.key" in said and "forget-key" in said
    assert b.master_key.read_text().strip() not in said
