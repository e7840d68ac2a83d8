"""Hours of one hearing through the whole running platform: `python -m bench soak`.

    python -m bench.soak [--hours 4] [--speed 3] [--database URL]

NATS, web process, node and worker run as processes of their own, every stage on, speech too. A
stock ffmpeg pushes by RTMP so many times faster than time passes, and the worker's media clock goes
as fast (`bench/swift.py`); everything else lives by the wall clock. The picture is 360p10; two
minutes with a quarter of a minute of speech go round and round, as in a hearing that mostly waits.
A viewer reads playlists, segments and pages. Of every process memory, descriptors and threads are
sampled, of worker and web process also what is in use of it, by `/metrics`, of the data the size of
database and journal. The slope is a straight line through the least of each three minutes of media
(what is free is handed back twice a minute) after the warm-up, and another from when the rewind
window, half an hour here, was full: until then it gains an index row for each segment. What was fed
and has not aired waits in memory, so the figures tell how far that was behind: a machine that
cannot follow has no slope. Ctrl-C, or an encoder that is gone, ends it early, with the figures
until then.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from bench.soaked import WINDOW_S, Sample, behind, closed, errors, logged, table
from courtstream.domain.clock import utc_now
from courtstream.domain.time import to_seconds
from courtstream.services.demo import seed_demo
from courtstream.store.migrate import upgrade
from courtstream.store.unit import Store
from tests.support.cluster import Cluster, Process, until

ROOT = Path(__file__).resolve().parent.parent
HEARING = ROOT / "sample_media" / "hearing.mp4"
SPEECH_S, ROUND_S = 15, 120
MEDIA_MEMORY_MB = 16
"""The web process keeps so much of segments, not the usual 192 MB, so that it is soon full."""
EVERY_S = 10.0
STEADY = 4.0
"""How many times faster than time passes ffmpeg surely reads when told to."""
NODE = (sys.executable, str(ROOT / "bench" / "swift.py"))


@dataclass
class Viewer:
    """Reads what a viewer reads, until `stop`."""

    cluster: Cluster
    hearing: str
    read: int = 0
    told: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        turn = 0
        while not self.stop.wait(2.0):
            turn += 1
            with contextlib.suppress(OSError):
                newest = self.cluster.playlist(self.hearing)[-1:]
                pages = [f"/watch/{self.hearing}", "/"] if turn % 5 == 0 else []
                pages += [f"/media/{self.hearing}/live/{name}" for name in newest]
                for page in (*pages, f"/media/{self.hearing}/live/captions.m3u8"):
                    self.read += bool(self._taken(page))

    def listen(self) -> None:
        """An open watch page: its captions come as server-sent events."""
        while not self.stop.wait(1.0):
            with contextlib.suppress(OSError):
                for line in self._answer(f"/api/v1/hearings/{self.hearing}/events"):
                    self.told += line.startswith(b"event:")

    def _taken(self, path: str) -> bool:
        with self._answer(path) as answer:
            return bool(answer.read())

    def _answer(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.cluster.web_port}{path}"
        return urllib.request.urlopen(url, timeout=60)


def clip(folder: Path, hours: float) -> Path:
    """Two minutes of the sample hearing at 360p10, silent after fifteen seconds, over and over.

    One long file: an encoder that begins its file anew stalls and then hurries.
    """
    path, whole = folder / "round.mp4", folder / "rounds.mp4"
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-t", str(ROUND_S),
            "-i", str(HEARING), "-vf", "scale=640:360,fps=10", "-c:v", "libx264",
            "-preset", "ultrafast", "-g", "20", "-bf", "0",
            "-af", f"volume=0:enable='gt(t,{SPEECH_S})'", "-c:a", "aac", "-b:a", "64k", str(path),
        ],
        check=True,
    )  # fmt: skip
    again = int(hours * 3600 / ROUND_S) + 5
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error",
            "-stream_loop", str(again), "-i", str(path), "-c", "copy", str(whole),
        ],
        check=True,
    )  # fmt: skip
    path.unlink()
    return whole


def push(media: Path, url: str, speed: float, log: Path) -> Process:
    """A stock encoder that sends so many times faster than time passes.

    Beyond five times ffmpeg's own pace fails it: there the file is read as if it were half as long,
    and sent with its own times.
    """
    by = 2 if speed > STEADY else 1
    again = f"setts=pts=PTS*{by}:dts=DTS*{by}"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-loglevel", "warning",
        "-itsscale", str(1 / by), "-readrate", str(speed / by), "-i", str(media),
        "-c", "copy", "-bsf:v", again, "-bsf:a", again, "-f", "flv", url,
    ]  # fmt: skip
    with log.open("ab") as output:
        return Process(subprocess.Popen(command, stdout=output, stderr=output), log)


class SoakCluster(Cluster):
    """One node, whose workers are swift."""

    def start(self, name: str, verb: str, more: Any) -> None:
        super().start(name, verb, more, *((NODE,) if verb == "node" else ()))


def look(cluster: Cluster, pusher: Process, hearing: str, began: float) -> Sample:
    """A sample of this instant."""
    figures: dict[str, dict[str, float]] = {"encoder": _process(pusher.child.pid)}
    for name, part in cluster.parts.items():
        if name.startswith("relay"):
            continue
        for pid in part.family():
            label = name if pid == part.child.pid else f"{name}: {_role(pid)}"
            with contextlib.suppress(OSError, KeyError):  # it has just gone
                figures[label] = _process(pid)
    for label, used in _in_use(cluster.web_port).items():
        figures.setdefault(label, {})["in use"] = used
    node = cluster.folder / cluster.names[0] / "hearings" / hearing
    base = cluster.folder / "platform" / "courtstream.sqlite3"
    sizes = [p.stat().st_size for p in base.parent.glob(f"{base.name}*")]
    journal = node / "journal.jsonl"
    figures["data"] = {
        "database": sum(sizes) / 1e6,
        "journal": (journal.stat().st_size if journal.exists() else 0) / 1e6,
    }
    return Sample(_aired(journal) / 3600, (time.monotonic() - began) / 3600, figures)


def _process(pid: int) -> dict[str, float]:
    status = Path(f"/proc/{pid}/status").read_text()
    facts = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return {
        "memory": int(facts["VmRSS"].split()[0]) * 1024 / 1e6,
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(facts["Threads"]),
        "cpu": sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"),
    }


def _in_use(port: int) -> dict[str, float]:
    """Megabytes that worker and web process use, without files and free pools."""
    who = {
        "courtstream_worker_memory_bytes": "a: worker",
        "courtstream_web_memory_bytes": "platform",
    }
    found: dict[str, float] = {}
    url = f"http://127.0.0.1:{port}/metrics"
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            label = who.get(line.partition("{")[0].partition(" ")[0])
            if label:
                found[label] = float(line.rpartition(" ")[2]) / 1e6
    return found


def _role(pid: int) -> str:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return "worker" if b"--spec" in words else Path(words[0].decode()).name
    return "gone"


def _aired(journal: Path) -> float:
    """Seconds the public has had, by the journal's last rows."""
    if not journal.exists():
        return 0.0
    with journal.open("rb") as file:
        file.seek(max(0, journal.stat().st_size - 262_144))
        lines = file.read().splitlines()
    for line in reversed(lines):
        with contextlib.suppress(ValueError):
            row = json.loads(line)
            if row["kind"] == "segment":
                return to_seconds(row["body"]["upto"])
    return 0.0


def main(hours: float = 4.0, speed: float = 3.0, database: str = "", keep: str = "") -> str:
    """Run the soak; gives its table."""
    environment = {
        "SOAK_SPEED": str(speed),
        "SOAK_WINDOW": str(WINDOW_S),
        "COURTSTREAM_WEB__MEDIA_MEMORY_MB": str(MEDIA_MEMORY_MB),
    }
    with (
        tempfile.TemporaryDirectory() as name,
        SoakCluster(Path(name), ("a",), environment, database) as cluster,
    ):
        folder = Path(name)
        settings = cluster.settings("platform")
        upgrade(settings.database)
        store = Store(settings.database)
        with store.write() as session:
            seed = seed_demo(session, settings, utc_now())
        store.close()
        cluster.start_platform()
        cluster.start_node("a")
        url = f"rtmp://127.0.0.1:{cluster.rtmp['a']}/live/{seed.ingest_key}"
        pusher = push(clip(folder, hours), url, speed, folder / "push.log")
        viewer = Viewer(cluster, seed.hearing_id)
        try:
            until(lambda: len(cluster.playlist(seed.hearing_id)) >= 2, 300, "on air")
            for reads in (viewer.watch, viewer.listen):
                threading.Thread(target=reads, daemon=True).start()
            samples = list(_samples(cluster, pusher, seed.hearing_id, hours, keep))
        finally:
            viewer.stop.set()
            pusher.end()
        rows = list(cluster.rows("a", seed.hearing_id))
        told = [f"{name}: {logged(part.log)}" for name, part in cluster.parts.items()]
    seen = f"a viewer's answers: {viewer.read}, events: {viewer.told}"
    late = behind(samples, speed)
    return "\n".join([*table(samples), late, closed(rows), errors(rows), *told, seen])


def _samples(
    cluster: Cluster, pusher: Process, hearing: str, hours: float, keep: str
) -> Iterator[Sample]:
    began, told = time.monotonic(), -1
    while True:
        try:
            time.sleep(EVERY_S)
        except KeyboardInterrupt:
            return
        if pusher.child.poll() is not None:
            print("  the encoder is gone", file=sys.stderr, flush=True)
            return
        sample = look(cluster, pusher, hearing, began)
        if keep:
            with Path(keep).open("a", encoding="utf-8") as out:
                out.write(json.dumps([sample.media, sample.wall, sample.figures]) + "\n")
        if int(sample.media * 12) != told:
            told = int(sample.media * 12)
            worker = sample.figures.get("a: worker", {}).get("memory", 0.0)
            print(f"  {sample.media:.2f} h, worker {worker:.0f} MB", file=sys.stderr, flush=True)
        yield sample
        if sample.media >= hours:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=4.0, help="of media")
    parser.add_argument("--speed", type=float, default=3.0, help="media seconds a second")
    parser.add_argument("--database", default="", help="SQLAlchemy URL; SQLite when empty")
    parser.add_argument("--keep", default="", help="file for every sample, a JSON line each")
    print(main(**vars(parser.parse_args())))
