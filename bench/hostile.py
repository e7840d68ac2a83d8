"""More faults with figures: `python -m bench hostile`.

A disk that fills up, a wall clock that is set an hour on and back between two runs, and damaged or
hostile media through every way in: the worker may die, the platform may not.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx

from bench.attacks import ATTACKS, pushing
from courtstream.control.protocol import RowKind
from courtstream.domain.time import to_seconds
from courtstream.settings import Settings
from tests.support.aftermath import look
from tests.support.court import Court, small_clip
from tests.support.feeding import Feeder
from tests.support.rig import ROOT
from tests.support.ways import Site, site, until

WORKER = (sys.executable, str(ROOT / "tests" / "ways" / "prompt_worker.py"), "--spec")
FULL_SECONDS = 12.0
HOUR = 3600.0


def main(folder: Path) -> str:
    """All of it; gives the figures as lines of Markdown."""
    clip = small_clip(folder / "clip.mp4", 60)
    lines = [_full_disk(folder, clip), *(_clock(folder, clip, step) for step in (HOUR, -HOUR))]
    lines += asyncio.run(_hostile(folder, clip))
    return "\n".join(f"* {line}" for line in lines)


def _full_disk(folder: Path, clip: Path) -> str:
    """A small disk of its own is filled up while a hearing runs, and freed again."""
    if os.geteuid() != 0:
        return "full disk: skipped, mounting needs root"
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], check=True)
    try:
        court = Court(disk)
        court.start()
        with Feeder(clip, court.socket) as encoder:
            court.until(lambda: court.aired() >= 2)
            began = encoder.sent
            with suppress(OSError), (disk / "fill").open("wb") as file:
                while True:
                    file.write(bytes(65_536))
                    file.flush()
            time.sleep(FULL_SECONDS)
            alive = court.worker is not None and court.worker.poll() is None
            (disk / "fill").unlink()
            court.until(lambda: court.aired() > began + FULL_SECONDS + 8)
            court.leave()
        after = look(court.hearing, court.public, disk / "master.key")
    finally:
        subprocess.run(["umount", str(disk)], check=False)
    return (
        f"disk full for {FULL_SECONDS:.0f} s: the same worker went on: {alive}; original missing "
        f"{sum(after.sealed_gaps):.1f} s, public missing {sum(after.public_gaps):.1f} s; "
        f"faults: {after.faults or 'none'}"
    )


def _clock(folder: Path, clip: Path, step: float) -> str:
    """The machine's wall clock is set between a kill and the next run."""
    home = folder / f"clock{step:+.0f}"
    home.mkdir()
    court = Court(home)
    court.start()
    with Feeder(clip, court.socket) as encoder:
        court.until(lambda: court.aired() >= 2)
        court.kill()
        lost = encoder.sent
        court.start(step)
        court.until(lambda: court.aired() > lost + 2)
        court.leave()
    after = look(court.hearing, court.public, home / "master.key")
    cards = {str(r.body["state"]) for r in court.rows(RowKind.STATE) if "state" in r.body}
    late = encoder.sent - to_seconds(court.rows(RowKind.SEGMENT)[-1].body["upto"])
    return (
        f"wall clock set {step / HOUR:+.0f} h between a kill and the next run: original missing "
        f"{sum(after.sealed_gaps):.1f} s, public missing {sum(after.public_gaps):.1f} s, states "
        f"{'/'.join(sorted(cards))}, {late:.0f} s behind at the end; faults: "
        f"{after.faults or 'none'}"
    )


# -- hostile media ---------------------------------------------------------------------------------


def _open_listed(settings: Settings) -> Settings:
    allow = settings.ingest.model_copy(update={"pull_allow": ("127.0.0.1/32",)})
    return settings.model_copy(update={"ingest": allow})


async def _hostile(folder: Path, clip: Path) -> list[str]:
    """Every way in, one after the other into one courtroom; then a good stream must air."""
    lines = []
    async with site(folder / "hostile", WORKER, _open_listed) as ways:
        for name, attack in ATTACKS.items():
            before = _pid(ways)
            await attack(ways, clip, folder)
            await asyncio.sleep(1.0)
            lines.append(
                f"{name}: platform answers: {await _well(ways)}, worker: {_fate(ways, before)}"
            )
        rows = len(list((ways.live).glob("*.m4s"))) if ways.live.exists() else 0
        pusher = await pushing(clip, f"rtmp://127.0.0.1:{ways.open.rtmp_port}/live/{ways.key}")
        await until(lambda: len(list(ways.live.glob("*.m4s"))) > rows + 3, 90, "a good stream")
        pusher.kill()
        await pusher.wait()
        lines.append("after all of them a good stream airs in the same hearing")
    return lines


def _pid(ways: Site) -> int:
    known = ways.agent.status().get(ways.hearing)
    return int(str(known["pid"])) if known else 0


def _fate(ways: Site, before: int) -> str:
    now = ways.agent.status().get(ways.hearing)
    if now is None:
        return "not started"
    same = before in (0, int(str(now["pid"])))
    return f"{now['state']}" + ("" if same else " (replaced)")


async def _well(ways: Site) -> bool:
    async with httpx.AsyncClient(base_url=ways.base, timeout=20) as client:
        return (await client.get("/healthz")).status_code == 200


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(main(Path(name)))
