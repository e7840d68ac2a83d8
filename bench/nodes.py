"""Three nodes on one machine, each lost in its own way: `python -m bench nodes`.

One NATS, one platform, three agents with folders of their own; a stock ffmpeg pushes and knocks at
the next door when its own is gone. Counted: how long until the hearing is with another node, until
its worker speaks, until the public has a new segment (a card), until it has the courtroom's own
picture again; how often two workers published at once; what
of the sealed original came whole to the new node; whether the audit chain holds.
COURTSTREAM_FAULTS chooses among `kill stop cut nats drain postgres`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from courtstream.control.broker import NatsBus
from courtstream.control.protocol import WorkerBeat
from courtstream.domain.clock import utc_now
from courtstream.seal import sealed_folders, verify
from courtstream.services.demo import seed_demo
from courtstream.services.people import audit
from courtstream.store.migrate import upgrade
from courtstream.store.tables import Hearing
from courtstream.store.unit import Store
from tests.support.cluster import Cluster, Process, until
from tests.support.database import Postgres
from tests.support.database import programs as programs_of_postgres

ROOT = Path(__file__).resolve().parent.parent
MEDIA = ROOT / "sample_media" / "hearing.mp4"
FAULTS = os.environ.get("COURTSTREAM_FAULTS", "kill stop cut nats drain postgres").split()
LONGEST = 90.0
KNOCK_SECONDS = 0.5


@dataclass
class Heard:
    """Every worker's beats, and whether two of one hearing ever published at once."""

    url: str
    latest: dict[int, tuple[WorkerBeat, float]] = field(default_factory=dict)
    doubles: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Heard:
        self.thread = threading.Thread(target=lambda: asyncio.run(self._listen()), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(5)

    async def _listen(self) -> None:
        bus = await NatsBus.connect(self.url, "bench")
        await bus.on_beat(self._beat)
        while not self.stop.is_set():
            await asyncio.sleep(0.1)
        await bus.close()

    async def _beat(self, beat: WorkerBeat) -> None:
        now = time.monotonic()
        others = [b for b, at in self.latest.values() if b.pid != beat.pid and now - at < 0.9]
        if beat.leased and any(b.leased and b.epoch != beat.epoch for b in others):
            self.doubles += 1
        self.latest[beat.pid] = (beat, now)

    def newest(self) -> WorkerBeat | None:
        beats = [beat for beat, _ in self.latest.values()]
        return max(beats, key=lambda b: (b.epoch, b.seq), default=None)


@dataclass
class Encoder:
    """Pushes to the first door that lets it in, again and again, as a good encoder does."""

    cluster: Cluster
    key: str
    media: Path = MEDIA
    doors: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    process: Process | None = None

    def __enter__(self) -> Encoder:
        self.thread = threading.Thread(target=self._keep, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.leave()
        self.thread.join(10)

    def leave(self) -> None:
        """The connection breaks; the next door is tried."""
        if self.process is not None:
            self.process.child.kill()

    def _keep(self) -> None:
        n = 0
        while not self.stop.is_set():
            door = self.doors[n % len(self.doors)]
            self.process = self.cluster.push(self.media, self.key, door)
            self.process.child.wait()
            n += 1
            time.sleep(KNOCK_SECONDS)


@dataclass
class Scene:
    """A hearing on air in a cluster of three."""

    cluster: Cluster
    heard: Heard
    encoder: Encoder
    hearing: str
    store: Store
    server: Postgres | None = None

    def on_air(self) -> None:
        """The public has two segments."""
        took = until(lambda: len(self.segments()) >= 2, 240, "on air")
        print(f"  on air after {took:.0f} s", file=sys.stderr, flush=True)

    def segments(self) -> list[str]:
        return self.cluster.playlist(self.hearing)

    def epoch(self) -> int:
        beat = self.heard.newest()
        return beat.epoch if beat else 0

    def back(self, cause: Callable[[], object], *, gone: str = "") -> str:
        """What `cause` does, and how long until the hearing is back elsewhere."""
        before, seen = self.epoch(), set(self.segments())
        cause()
        began = time.monotonic()
        holds = self._until(lambda: self._started(before, gone), began)
        speaks = self._until(lambda: self.epoch() > before, began)
        public = self._until(lambda: any(self._is_new(s, before) for s in self.segments()), began)
        live = self._until(lambda: self._live(before), began)
        kept = seen <= set(self.segments())
        return (
            f"worker started after {holds}, speaks after {speaks}, new segment after {public}, "
            f"the courtroom's own picture after {live}; the playlist kept what it had: {kept}"
        )

    def _live(self, before: int) -> bool:
        """Whether a newer run than `before` has published what came from the courtroom."""
        return any(
            row["kind"] == "state" and row["body"].get("state") == "LIVE" and row["epoch"] > before
            for node in self.cluster.names
            for row in self.cluster.rows(node, self.hearing)
        )

    def _started(self, before: int, gone: str) -> bool:
        for node in self.cluster.names:
            if node != gone and any(
                row["kind"] == "started" and row["epoch"] > before
                for row in self.cluster.rows(node, self.hearing)
            ):
                return True
            found = self.cluster.folder / node / "hearings" / self.hearing / "spec.json"
            if node != gone and found.exists() and f'"epoch":{before + 1}' in found.read_text():
                return True
        return False

    @staticmethod
    def _is_new(segment: str, before: int) -> bool:
        return int(segment.rpartition("-")[2].removesuffix(".m4s")) > before

    @staticmethod
    def _until(true: Callable[[], bool], began: float) -> str:
        try:
            until(true, LONGEST)
        except TimeoutError:
            return "never"
        return f"{time.monotonic() - began:.1f} s"

    def all_taken(self) -> bool:
        """Whether the database has every row that the journal had a moment ago."""
        rows = list(self.cluster.rows(self.holder(), self.hearing))
        with self.store.read() as session:
            return session.get_one(Hearing, self.hearing).last_seq >= rows[-1]["seq"]

    def holder(self) -> str:
        """The node whose folder has the newest epoch's worker."""
        best, node = -1, ""
        for name in self.cluster.names:
            rows = [r for r in self.cluster.rows(name, self.hearing) if r["kind"] == "started"]
            if rows and rows[-1]["epoch"] > best:
                best, node = rows[-1]["epoch"], name
        return node

    def merged(self, home: str, other: str) -> str:
        """Whether the other node's sealed original came whole to the new one."""
        folder = self.cluster.folder / home / "hearings" / self.hearing
        try:
            took = until((folder / f"sealed@{other}").is_dir, LONGEST)
        except TimeoutError:
            return "sealed original of the old node: not gathered"
        theirs = verify(self.cluster.folder / other / "hearings" / self.hearing / "sealed")
        ours = verify(folder / f"sealed@{other}")
        whole = theirs.ok and ours.ok and theirs.hash == ours.hash
        parts = [path.name for path in sealed_folders(folder)]
        return (
            f"old node's sealed original whole and the same here: {whole}, gathered after "
            f"{took:.0f} s ({', '.join(parts)})"
        )


def main() -> str:
    """Every chosen fault in a cluster of its own; gives the figures as lines."""
    return "\n".join(_one(fault) for fault in FAULTS)


def _one(fault: str) -> str:
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

    def drain() -> None:
        settings = scene.cluster.settings("platform")
        environment = {
            **os.environ,
            "COURTSTREAM_DATA": str(settings.data),
            "COURTSTREAM_NATS__URL": scene.cluster.nats.url,
        }
        subprocess.run(
            [sys.executable, "-m", "courtstream", "nodes", "drain", "a"],
            env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    lines = scene.back(drain, gone="a")
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
