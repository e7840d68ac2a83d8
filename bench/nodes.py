"""Three nodes on one machine, each lost in its own way: `python -m bench nodes`.

One NATS, one platform, three agents with folders of their own; a stock ffmpeg pushes and knocks at
the next door when its own is gone. Counted: how long until the hearing is with another node, until
its worker speaks, until the public has a new segment (a card), until it has the courtroom's own
picture again; how often two workers published at once; what of the sealed original came whole to
the new node; whether the audit chain holds. COURTSTREAM_FAULTS chooses among `kill stop cut nats
drain postgres`; `upgrade` (`bench/upgrade.py`) runs when it is asked for by name.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.scene import LONGEST, Encoder, Heard, Scene
from bench.upgrade import upgrade as _upgrade
from courtstream.domain.clock import utc_now
from courtstream.services.demo import seed_demo
from courtstream.services.people import audit
from courtstream.store.migrate import upgrade
from courtstream.store.unit import Store
from tests.support.cluster import Cluster, until
from tests.support.database import Postgres
from tests.support.database import programs as programs_of_postgres

FAULTS = os.environ.get("COURTSTREAM_FAULTS", "kill stop cut nats drain postgres").split()


def main() -> str:
    """Every chosen fault in a cluster of its own; gives the figures as lines."""
    return "\n".join(_one(fault) for fault in FAULTS)


def _one(fault: str) -> str:
    if fault == "upgrade":
        return _upgrade()
    if fault != "postgres":
        return _tried(fault)
    programs = programs_of_postgres()
    if programs is None:
        return "postgres: not installed here"
    with tempfile.TemporaryDirectory(prefix="cs-pg-") as folder:
        server = Postgres(Path(folder), programs)
        try:
            return _tried(fault, server)
        finally:
            server.kill()


def _tried(fault: str, server: Postgres | None = None) -> str:
    url = server.database() if server else ""
    with tempfile.TemporaryDirectory() as name, Cluster(Path(name), database=url) as cluster:
        settings = cluster.settings("platform")
        upgrade(settings.database)
        store = Store(settings.database)
        with store.write() as session:
            seed = seed_demo(session, settings, utc_now())
        cluster.start_platform()
        for node in cluster.names:
            cluster.start_node(node)
        with (
            Heard(cluster.nats.url) as heard,
            Encoder(cluster, seed.ingest_key, doors=["a", "b", "c"]) as encoder,
        ):
            scene = Scene(cluster, heard, encoder, seed.hearing_id, store, server)
            scene.on_air()
            figures = _FAULTS[fault](scene)
        with store.read() as session:
            rows = audit.verify(session)
        store.close()
        return (
            f"{fault}: {figures}; two published at once: {heard.doubles} times; "
            f"audit chain whole, {rows} entries"
        )


def _kill(scene: Scene) -> str:
    """SIGKILL to a node: its agent, its worker, everything."""
    lines = scene.back(lambda: scene.cluster.parts["a"].signal(signal.SIGKILL), gone="a")
    home = scene.holder()
    scene.cluster.start_node("a")  # the machine is repaired
    return f"{lines}; {scene.merged(home, 'a')}"


def _stop(scene: Scene) -> str:
    """SIGSTOP to a node, and again on its feet half a minute later: a machine that hung."""

    def freeze() -> None:
        scene.cluster.parts["a"].signal(signal.SIGSTOP)
        scene.encoder.leave()

    lines = scene.back(freeze, gone="a")
    home = scene.holder()
    scene.cluster.parts["a"].signal(signal.SIGCONT)
    return f"{lines}; {scene.merged(home, 'a')}"


def _cut(scene: Scene) -> str:
    """The network between a node and all others is gone; its machine goes on."""
    cut = _Cut(scene.cluster)

    def away() -> None:
        cut.away()
        scene.encoder.leave()

    lines = scene.back(away, gone="a")
    home = scene.holder()
    cut.back()
    return f"{lines}; {scene.merged(home, 'a')}"


def _nats(scene: Scene) -> str:
    """SIGKILL to NATS, two seconds of nothing, and its start on the same store."""
    before, seen = scene.epoch(), len(scene.segments())
    scene.cluster.parts["nats"].child.kill()
    scene.cluster.parts["nats"].child.wait()
    time.sleep(2.0)
    scene.cluster.start_nats()
    took = until(lambda: len(scene.segments()) > seen + 2, LONGEST, "more segments")
    time.sleep(4.0)
    stays = scene.epoch() == before
    return f"three new segments {took:.1f} s after its return; the hearing stayed: {stays}"


def _postgres(scene: Scene) -> str:
    """SIGKILL to the database server, two seconds of nothing, and its start on the same files."""
    assert scene.server is not None
    with scene.store.read() as session:
        entries = audit.verify(session)
    before, seen = scene.epoch(), len(scene.segments())
    scene.server.kill(signal.SIGKILL)
    time.sleep(2.0)
    scene.server.start()
    pages = until(lambda: scene.cluster.answers("/"), LONGEST, "pages")
    took = until(lambda: len(scene.segments()) > seen + 2, LONGEST, "more segments")
    level = until(scene.all_taken, LONGEST, "all rows")
    with scene.store.read() as session:
        kept = audit.verify(session) >= entries
    return (
        f"pages again {pages:.1f} s after its return, three new segments {took:.1f} s later; the "
        f"hearing stayed: {scene.epoch() == before}; every row of the journal in the database "
        f"{level:.1f} s later; audit entries kept: {kept}"
    )


def _drain(scene: Scene) -> str:
    """A node is emptied for an upgrade."""
    lines = scene.back(lambda: scene.order("drain", "a"), gone="a")
    return f"{lines}; {scene.merged(scene.holder(), 'a')}"


class _Cut:
    """A node's connections to NATS are frozen: its agent and worker talk to a relay of ours."""

    def __init__(self, cluster: Cluster) -> None:
        self._relay = cluster.parts["relay-a"]

    def away(self) -> None:
        self._relay.child.send_signal(signal.SIGSTOP)

    def back(self) -> None:
        self._relay.child.send_signal(signal.SIGCONT)


_FAULTS: dict[str, Callable[[Scene], str]] = {
    "kill": _kill,
    "stop": _stop,
    "cut": _cut,
    "nats": _nats,
    "drain": _drain,
    "postgres": _postgres,
}
