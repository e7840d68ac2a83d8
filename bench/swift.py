"""A node whose hearings live faster than the wall clock: `swift.py node`, `swift.py --spec FILE`.

The real node and the real worker; the worker's media clock goes SOAK_SPEED times as fast, and its
delay is as many times longer, so that every stage keeps the patience it has at a court. Workers are
not bound by Landlock here. For `bench.soak`.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SPEED = float(os.environ.get("SOAK_SPEED", "1"))
WINDOW = float(os.environ.get("SOAK_WINDOW", "7200"))
DELAY, LONGEST = 10.0, 120.0


def swift_clock(zero: datetime, least: int = 0, boot: int | None = None) -> Callable[[], int]:
    """As `media_clock`, from `least` on and faster."""
    start = time.monotonic_ns()
    return lambda: least + round((time.monotonic_ns() - start) * SPEED)


def work(argv: list[str]) -> int:
    """One hearing, swiftly; gives the exit code."""
    import media_workers.worker as worker
    from courtstream.control.protocol import WorkerSpec

    class Swift(worker.Worker):
        def __init__(self, spec: WorkerSpec) -> None:
            longer = {"delay": min(DELAY * SPEED, LONGEST), "delay_adapts": False}
            policy = spec.policy.model_copy(update=longer)
            super().__init__(spec.model_copy(update={"policy": policy, "dvr_seconds": WINDOW}))

    worker.media_clock = swift_clock
    worker.Worker = Swift  # type: ignore[misc]
    return worker.main(argv)


def node() -> None:
    """`courtstream node` with such workers."""
    from courtstream.cli.running import run_or_explain, stop_event
    from courtstream.control.node import run_node
    from courtstream.settings import Settings
    from courtstream.telemetry.logs import set_up_logs

    command = (sys.executable, str(Path(__file__).resolve()), "--spec")
    settings = Settings()
    set_up_logs(as_json=settings.log_json)

    async def serve() -> None:
        await run_node(settings, stop_event(), command)

    run_or_explain(serve())


if __name__ == "__main__":
    if sys.argv[1:] == ["node"]:
        node()
    else:
        code = work(sys.argv[1:])
        sys.stdout.flush()
        os._exit(code)
