"""A worker that waits, loaded, takes a hearing at once, and is bound like any other."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from courtstream.control.spares import SPARE_COMMAND, Spares
from courtstream.control.workers import LOG_FILE

from .conftest import FAKE_WORKER, MakeSpec
from .test_agent import alive, until

SLEEPER = (sys.executable, "-c", "import sys; sys.stdin.readline(); import time; time.sleep(60)")
FALLING = (sys.executable, "-c", "")


@pytest.fixture
async def waiting() -> AsyncIterator[Spares]:
    spares = Spares(1, FAKE_WORKER, SLEEPER, rest=0.2)
    task = asyncio.create_task(spares.run())
    await until(lambda: bool(spares.pids))
    yield spares
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert spares.pids == ()


async def test_a_hearing_gets_the_worker_that_waits_and_the_next_waits_soon(
    waiting: Spares, make_spec: MakeSpec
) -> None:
    (pid,) = waiting.pids
    process = waiting.start(make_spec())
    assert process.who.pid == pid
    assert process.alive()
    assert waiting.pids == ()
    second = waiting.start(make_spec("h_second"))  # at once: nobody waits yet
    assert second.who.pid != pid
    await until(lambda: bool(waiting.pids))
    for one in (process, second):
        await one.end(2.0)


async def test_one_that_was_killed_while_it_waited_is_nobodys_worker(
    waiting: Spares, make_spec: MakeSpec
) -> None:
    (pid,) = waiting.pids
    os.kill(pid, 9)
    await until(lambda: not alive(pid))
    process = waiting.start(make_spec())
    assert process.who.pid != pid
    assert process.alive()
    await process.end(2.0)


async def test_one_that_falls_by_itself_is_not_started_again_and_again(
    make_spec: MakeSpec,
) -> None:
    spares = Spares(1, FAKE_WORKER, FALLING, rest=0.0)
    task = asyncio.create_task(spares.run())
    await until(lambda: bool(spares.pids))
    await until(lambda: not spares.pids)
    await asyncio.sleep(1.2)
    assert spares.pids == ()
    task.cancel()


async def test_none_waits_where_none_is_wanted(make_spec: MakeSpec) -> None:
    spares = Spares(0, FAKE_WORKER, SLEEPER)
    task = asyncio.create_task(spares.run())
    await asyncio.sleep(0.2)
    assert spares.pids == ()
    task.cancel()


def test_one_leaves_when_its_agent_is_gone_and_takes_nothing_with_it() -> None:
    child = subprocess.Popen(SPARE_COMMAND, stdin=subprocess.PIPE, start_new_session=True)
    assert child.stdin is not None
    child.stdin.close()  # what the kernel does for an agent that was killed
    assert child.wait(30) == 0


async def test_the_real_one_is_bound_in_all_its_threads_and_writes_into_the_hearings_log(
    make_spec: MakeSpec, tmp_path: Path
) -> None:
    spares = Spares(1)
    task = asyncio.create_task(spares.run())
    await until(lambda: bool(spares.pids))
    (pid,) = spares.pids
    spec = make_spec()
    process = spares.start(spec)
    task.cancel()
    try:
        await until((spec.folder / "journal.jsonl").exists)
        began = time.monotonic()
        while len(_bound(pid)) < 4 and time.monotonic() - began < 10:  # its own threads run
            await asyncio.sleep(0.1)
        assert process.who.pid == pid
        assert set(_bound(pid).values()) == {"1"}
        log = (spec.folder / LOG_FILE).stat()
        assert Path(f"/proc/{pid}/fd/2").stat().st_ino == log.st_ino
        assert Path(f"/proc/{pid}/fd/0").readlink() == Path(os.devnull)
    finally:
        await process.end(10.0)


def _bound(pid: int) -> dict[str, str]:
    """By thread: whether it may gain privileges no more, which `confine` sets before Landlock."""
    found = {}
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
        found[status.parent.name] = lines["NoNewPrivs"].strip()
    return found
