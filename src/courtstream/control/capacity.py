"""What this machine can carry: the cost table measured at start-up, the cores in use now.

A hearing's cost is counted in cores: CPU seconds a second. The table is measured once for a
machine (`media_workers calibrate`, some seconds at the lowest priority) and kept in the user's
cache; until it is there the figures of the reference machine hold.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import platform
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from courtstream import __version__
from courtstream.control.boundary import supervised
from courtstream.control.process import cpu_seconds

log = structlog.get_logger(__name__)

REFERENCE = {
    "360p15": 0.10,
    "720p25": 0.36,
    "1080p25": 0.65,
    "low": 0.07,
    "speech_full": 0.13,
    "speech_economy": 0.06,
}
"""Measured on two cores of the machine this was built on; CPU seconds a second. `low` is what the
rendition of 360 lines adds to a picture of 720."""

COMMAND = (sys.executable, "-m", "media_workers", "calibrate")
LONGEST_SECONDS = 180.0
YOUNG_SECONDS = 20.0
"""A worker this young has not shown yet what it costs: it counts as the table says."""


def cores() -> float:
    """Cores this process may use, by its affinity and its control group (cgroup v2)."""
    usable = float(len(os.sched_getaffinity(0)))
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return usable if quota == "max" else min(usable, int(quota) / int(period))
    except (OSError, ValueError):
        return usable


def cost_of(costs: dict[str, float], expect: str) -> float:
    """Cores a hearing of the expected picture needs when speech is read with the least care."""
    picture = costs.get(expect, REFERENCE.get(expect, REFERENCE["720p25"]))
    return round(picture + costs.get("speech_economy", REFERENCE["speech_economy"]), 3)


@dataclass(slots=True)
class CpuMeter:
    """How many cores a process uses, from what `/proc` says of its CPU time (proc(5))."""

    pid: int
    began: float = field(default_factory=time.monotonic)
    _last: tuple[float, float] | None = None
    _cores: float = 0.0

    def read(self, now: float) -> float:
        """Cores in use lately, smoothed over some ten seconds; call it every few seconds."""
        spent = cpu_seconds(self.pid)
        if spent is None:
            return 0.0
        if self._last is not None and now > self._last[0]:
            fresh = max(0.0, spent - self._last[1]) / (now - self._last[0])
            self._cores += 0.3 * (fresh - self._cores) if self._cores else fresh
        self._last = (now, spent)
        return self._cores

    def young(self, now: float) -> bool:
        """Whether it has not run long enough to be judged by itself."""
        return now - self.began < YOUNG_SECONDS


class Meters:
    """The meters of all workers of a node."""

    def __init__(self) -> None:
        self._meters: dict[int, CpuMeter] = {}

    def busy(self, pids: set[int], cost: float, now: float) -> float:
        """Cores in use by the processes `pids`; a young one counts at least `cost`."""
        self._meters = {p: self._meters.get(p) or CpuMeter(p, now) for p in pids if p}
        return round(
            sum(
                max(meter.read(now), cost if meter.young(now) else 0.0)
                for meter in self._meters.values()
            ),
            2,
        )


def cache_path() -> Path:
    """Where this machine's table is kept; another processor or version has another one."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    about = f"{platform.processor()}|{_model()}|{cores()}|{__version__}"
    return base / "courtstream" / f"costs-{hashlib.sha256(about.encode()).hexdigest()[:12]}.json"


def cached(path: Path) -> dict[str, float]:
    """The kept table, empty when there is none that can be read."""
    try:
        found = json.loads(path.read_bytes())
        return {str(name): float(value) for name, value in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


async def measure(path: Path, command: tuple[str, ...] = COMMAND) -> dict[str, float]:
    """Run the calibration and keep its table; empty when it failed."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        preexec_fn=lambda: os.nice(19),
    )
    try:
        output, _ = await asyncio.wait_for(child.communicate(), LONGEST_SECONDS)
    except (TimeoutError, asyncio.CancelledError):
        child.kill()
        raise
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(output)
    costs = cached(beside)
    if costs:
        beside.replace(path)
    else:
        beside.unlink()
    log.info("calibrated", **costs)
    return costs


class Capacity:
    """This node's cost table; `begin` measures it in the background where it is not known."""

    def __init__(self, expect: str, *, calibrate: bool = True) -> None:
        self.expect = expect
        self.costs = dict(REFERENCE)
        self._wanted = calibrate
        self._task: asyncio.Task[bool] | None = None

    @property
    def cost(self) -> float:
        """Cores that one more hearing needs."""
        return cost_of(self.costs, self.expect)

    @property
    def low(self) -> float:
        """Cores that a rendition of 360 lines needs beside."""
        return self.costs["low"]

    def begin(self) -> None:
        """Take the kept table, or measure."""
        path = cache_path()
        kept = cached(path)
        self.costs |= kept
        if self._wanted and not kept:
            self._task = asyncio.create_task(supervised("calibration", self._measure(path)))

    def end(self) -> None:
        """Stop measuring."""
        if self._task is not None:
            self._task.cancel()

    async def _measure(self, path: Path) -> None:
        self.costs |= await measure(path)


def _model() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    line = next((one for one in text.splitlines() if one.startswith("model name")), "")
    return line.partition(":")[2].strip()
