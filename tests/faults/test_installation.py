"""`courtstream up`: children die and come back each by itself; Ctrl-C leaves nothing running."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from courtstream.control.process import ProcessId, read_pid

pytestmark = pytest.mark.slow
NAMES = ("nats", "serve", "node")


class Up:
    """A running `courtstream up` on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.log = folder / "up.log"
        environment = {
            **os.environ,
            "COURTSTREAM_DATA": str(self.data),
            "COURTSTREAM_WEB__PORT": "0",
            "COURTSTREAM_INGEST__RTMP_PORT": "0",
            "COURTSTREAM_NATS__PORT": "0",
        }
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "courtstream", "up"],
                env=environment, stdout=output, stderr=output, start_new_session=True, cwd=folder,
            )  # fmt: skip

    def ready(self) -> None:
        until(lambda: self.text().count("Ctrl-C") >= 1 or self.process.poll() is not None, 90)
        assert self.process.poll() is None, self.text()

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def child(self, name: str) -> ProcessId | None:
        path = self.data / ("nats/server.json" if name == "nats" else f"run/{name}.pid")
        known = read_pid(path)
        return known[0] if known else None

    def children(self) -> dict[str, ProcessId | None]:
        return {name: self.child(name) for name in NAMES}

    def answers(self) -> bool:
        url = re.findall(r"http://127\.0\.0\.1:\d+", self.text())[-1]
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as reply:
                return bool(json.load(reply)["status"] == "ready")
        except OSError:
            return False

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(45) == 0, self.text()


def until(true: Callable[[], bool], within: float = 30.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    site = Up(tmp_path)
    yield site
    for who in site.children().values():
        if who is not None:
            who.signal(signal.SIGKILL)
    site.process.kill()
    site.process.wait()


def test_children_are_mended_each_by_itself_and_all_end_together(up: Up) -> None:
    up.ready()
    first = up.children()
    assert all(first.values())
    for name in NAMES:
        before = up.children()
        victim = before[name]
        assert victim is not None
        victim.signal(signal.SIGKILL)
        until(lambda name=name, victim=victim: up.child(name) not in (None, victim))  # type: ignore[misc]
        after = up.children()
        others = [n for n in NAMES if n != name]
        assert [after[n] for n in others] == [before[n] for n in others]
    until(up.answers)
    last = up.children()
    up.interrupt()
    assert not any(who.alive() for who in last.values() if who is not None)


def test_the_next_start_takes_over_what_a_killed_one_left(up: Up, tmp_path: Path) -> None:
    up.ready()
    left = up.children()
    up.process.kill()
    up.process.wait()
    assert all(who.alive() for who in left.values() if who is not None)
    up.log.write_text("")
    second = Up(tmp_path)
    second.ready()
    assert second.child("nats") == left["nats"]  # adopted
    assert second.child("node") not in (None, left["node"])
    until(second.answers)
    last = second.children()
    second.interrupt()
    everything = [*left.values(), *last.values()]
    assert not any(who.alive() for who in everything if who is not None)


def test_a_second_start_on_the_same_data_says_so(up: Up, tmp_path: Path) -> None:
    up.ready()
    second = Up(tmp_path)
    assert second.process.wait(30) == 1
    assert "已有 courtstream 在运行" in second.text()
    up.interrupt()
