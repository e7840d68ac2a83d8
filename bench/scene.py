"""What a bench of several nodes looks at: beats, an encoder, a hearing on air."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from courtstream.control.broker import NatsBus
from courtstream.control.protocol import WorkerBeat
from courtstream.seal import sealed_folders, verify
from courtstream.store.tables import Hearing
from courtstream.store.unit import Store
from tests.support.cluster import Cluster, Process, until
from tests.support.database import Postgres

ROOT = Path(__file__).resolve().parent.parent
MEDIA = ROOT / "sample_media" / "hearing.mp4"
LONGEST = 90.0
KNOCK_SECONDS = 0.5


@dataclass
class Heard:
    """Every worker's beats, and whether two of one hearing ever published at once."""

    url: str
    latest: dict[int, tuple[WorkerBeat, float]] = field(default_factory=dict)
    begun: dict[int, float] = field(default_factory=dict)
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
        """Counts an earlier worker that may publish at a time at which a later one may, too.

        By the hearing's own clock: what a node that was cut off has to say arrives later.
        """
        now = time.monotonic()
        if beat.leased:
            begun = self.begun.setdefault(beat.epoch, beat.media_time)
            self.begun[beat.epoch] = min(begun, beat.media_time)
            later = (at for epoch, at in self.begun.items() if epoch > beat.epoch)
            self.doubles += any(at <= beat.media_time for at in later)
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

    def order(self, act: str, node: str) -> None:
        """`courtstream nodes ACT NODE`, as an operator types it."""
        settings = self.cluster.settings("platform")
        environment = {
            **os.environ,
            "COURTSTREAM_DATA": str(settings.data),
            "COURTSTREAM_NATS__URL": self.cluster.nats.url,
        }
        subprocess.run(
            [sys.executable, "-m", "courtstream", "nodes", act, node],
            env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def settled(self) -> bool:
        """Whether the newest run on disk has spoken, and none has begun in the last three seconds:
        an encoder that comes to another door takes its hearing with it.
        """
        epoch = self._newest_run()
        time.sleep(3.0)
        return epoch == self._newest_run() == self.epoch()

    def _newest_run(self) -> int:
        runs = [
            row["epoch"]
            for node in self.cluster.names
            for row in self.cluster.rows(node, self.hearing)
            if row["kind"] == "started"
        ]
        return max(runs, default=0)

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
