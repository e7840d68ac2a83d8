from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from courtstream.control.process import read_pid
from courtstream.control.protocol import SecondPassSpec
from courtstream.control.second_pass import PID_FILE, SPEC_FILE, SecondPasses
from courtstream.settings import Settings

SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")
LEAVES = (sys.executable, "-c", "")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    made = Settings(data=tmp_path)
    for name in ("h_1", "h_2"):
        (made.hearings / name).mkdir(parents=True)
    yield made
    for path in made.hearings.glob(f"*/{PID_FILE}"):
        found = read_pid(path)
        if found is not None:
            os.kill(found[0].pid, signal.SIGKILL)


def order(hearing_id: str) -> SecondPassSpec:
    nowhere = Path("/nowhere")
    return SecondPassSpec(
        hearing_id=hearing_id, folder=nowhere, public=nowhere, master_key_file=nowhere
    )


def test_it_is_started_once_with_this_machines_own_paths(settings: Settings) -> None:
    passes = SecondPasses(settings, SLEEPS)
    assert passes.ensure(order("h_1")).data == {"state": "started"}
    assert passes.ensure(order("h_1")).data == {"state": "running"}
    written = (settings.hearings / "h_1" / SPEC_FILE).read_bytes()
    spec = SecondPassSpec.model_validate_json(written)
    assert spec.folder == (settings.hearings / "h_1").absolute()
    assert spec.public == (settings.public / "h_1").absolute()


def test_another_hearings_has_to_wait_also_after_the_agent_was_started_anew(
    settings: Settings,
) -> None:
    SecondPasses(settings, SLEEPS).ensure(order("h_1"))
    for agent in (SecondPasses(settings, SLEEPS), SecondPasses(settings, SLEEPS)):
        assert agent.ensure(order("h_2")).code == "busy"
        assert agent.ensure(order("h_1")).ok


def test_one_that_is_over_makes_room_for_the_next(settings: Settings) -> None:
    passes = SecondPasses(settings, LEAVES)
    assert passes.ensure(order("h_1")).ok
    deadline = time.monotonic() + 60
    while not passes.ensure(order("h_2")).ok:
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def test_an_orderly_stop_ends_it(settings: Settings) -> None:
    passes = SecondPasses(settings, SLEEPS)
    passes.ensure(order("h_1"))
    assert read_pid(settings.hearings / "h_1" / PID_FILE) is not None
    await passes.stop()
    assert read_pid(settings.hearings / "h_1" / PID_FILE) is None


def test_names_that_are_no_hearing_are_refused(settings: Settings) -> None:
    passes = SecondPasses(settings, LEAVES)
    assert passes.ensure(order("../h_1")).code == "invalid_input"
    assert passes.ensure(order("h_9")).code == "not_found"
