"""A cluster is upgraded node by node under a live stream, the pages last.

The edition before comes out of this repository's own history: the commit that
COURTSTREAM_UPGRADE_FROM names, else the newest tag, else the one forty commits back. A shallow
clone has none, which is said instead of a figure. It runs with today's libraries.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.scene import LONGEST, ROOT, Encoder, Heard, Scene
from courtstream.services.people import audit
from courtstream.store.unit import Store
from tests.support.cluster import Cluster, edition, until

if TYPE_CHECKING:
    from collections.abc import Iterator

BACK = 40
SEED = """
from courtstream.domain.clock import utc_now
from courtstream.services.demo import seed_demo
from courtstream.settings import Settings
from courtstream.store.migrate import upgrade
from courtstream.store.unit import Store
settings = Settings()
upgrade(settings.database)
store = Store(settings.database)
with store.write() as session:
    made = seed_demo(session, settings, utc_now())
print(made.ingest_key, made.hearing_id)
"""


def upgrade() -> str:
    """Figures of one upgrade, or why there are none."""
    commit = _before()
    if not commit:
        return "upgrade: no earlier edition in this clone"
    with tempfile.TemporaryDirectory() as name:
        old = _unpacked(commit, Path(name) / "old")
        parts = ("platform", "a", "b", "c")
        with (
            Cluster(Path(name) / "run", code=dict.fromkeys(parts, old)) as cluster,
            _scene(cluster, old) as scene,
        ):
            figures = _steps(scene)
            scene.store.close()
    return f"upgrade from {commit[:10]}: {figures}"


def _steps(scene: Scene) -> str:
    told = []
    for node in scene.cluster.names:
        if scene.holder() == node:
            told.append(f"{node} emptied: {_emptied(scene, node)}")
        _exchange(scene, node)
    epoch, seen = scene.epoch(), len(scene.segments())
    scene.cluster.parts["platform"].end()
    scene.cluster.code.pop("platform")
    began = time.monotonic()
    scene.cluster.start_platform()
    away = time.monotonic() - began
    until(lambda: len(scene.segments()) > seen + 1, LONGEST, "segments")
    level = until(scene.all_taken, LONGEST, "all rows")
    with scene.store.read() as session:
        rows = audit.verify(session)
    told.append(
        f"pages away {away:.1f} s, the hearing stayed meanwhile: {scene.epoch() == epoch}, every "
        f"row in the database {level:.1f} s later; two published at once: {scene.heard.doubles} "
        f"times; audit chain whole, {rows} entries"
    )
    return "; ".join(told)


def _emptied(scene: Scene, node: str) -> str:
    until(scene.settled, LONGEST, "the encoder's own door")
    return scene.back(lambda: scene.order("drain", node), gone=node)


def _exchange(scene: Scene, node: str) -> None:
    """The node stops, and starts with today's edition."""
    scene.cluster.parts[node].end()
    scene.cluster.code.pop(node)
    scene.cluster.start_node(node)
    scene.order("open", node)


@contextmanager
def _scene(cluster: Cluster, old: Path) -> Iterator[Scene]:
    settings = cluster.settings("platform")
    said = subprocess.run(
        [sys.executable, "-c", SEED], capture_output=True, text=True, check=True, cwd=old,
        env={**os.environ, "COURTSTREAM_DATA": str(settings.data), **edition(old)},
    )  # fmt: skip
    key, hearing = said.stdout.split()[-2:]
    cluster.start_platform()
    for node in cluster.names:
        cluster.start_node(node)
    with (
        Heard(cluster.nats.url) as heard,
        Encoder(cluster, key, doors=["a", "b", "c"]) as encoder,
    ):
        scene = Scene(cluster, heard, encoder, hearing, Store(settings.database))
        scene.on_air()
        yield scene


def _before() -> str:
    asked = os.environ.get("COURTSTREAM_UPGRADE_FROM") or _git("describe", "--tags", "--abbrev=0")
    return _git("rev-parse", "--verify", "--quiet", f"{asked or f'HEAD~{BACK}'}^{{commit}}")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _unpacked(commit: str, folder: Path) -> Path:
    """The commit's files; its pages' assets are built with today's."""
    data = subprocess.run(
        ["git", "archive", commit, "src", "media_workers", "web", "sample_media",
         "pyproject.toml"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout  # fmt: skip
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")
    dist = folder / "web" / "dist"
    if not dist.exists():
        dist.symlink_to(ROOT / "web" / "dist")
    return folder
