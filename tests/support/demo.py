"""A demonstration as a child process, and what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from courtstream.control.process import read_pid
from courtstream.control.workers import find_workers
from tests.support.stores import environment

ROOT = Path(__file__).parents[2]


class DemoRun:
    """A running demonstration and what it has said so far."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "demo"
        self.log = folder / "demo.log"
        variables = {
            **os.environ,
            **environment(folder),
            "COURTSTREAM_WEB__PORT": "0",
            "COURTSTREAM_INGEST__RTMP_PORT": "0",
            "COURTSTREAM_NATS__PORT": "0",
            "COURTSTREAM_ADMISSION__CALIBRATE": "false",
            "PYTHONUNBUFFERED": "1",
        }
        arguments = ["--data", str(self.data), "--no-browser", *options]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "courtstream", "demo", *arguments],
                env=variables, stdout=output, stderr=output, start_new_session=True, cwd=ROOT,
            )  # fmt: skip

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def says(self, words: str, within: float) -> None:
        end = time.monotonic() + within
        while words not in self.text():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < end, self.text()
            time.sleep(0.3)

    def fetch(self, path: str) -> str:
        base = re.findall(r"http://127\.0\.0\.1:\d+", self.text())[0]
        with urllib.request.urlopen(f"{base}{path}", timeout=5) as reply:
            return str(reply.read().decode())

    def hearing(self) -> str:
        return re.findall(r"/watch/(h_\w+)", self.text())[0]

    def left(self) -> list[str]:
        """Names of what still runs."""
        children = [
            name
            for name in ("run/serve.pid", "run/node.pid", "nats/server.json")
            if read_pid(self.data / name) is not None
        ]
        found = find_workers(self.data / "hearings")
        return children + [f.spec.hearing_id for f in found if f.process is not None]

    def address(self) -> str:
        """The public page of today's hearing."""
        return re.findall(r"http://127\.0\.0\.1:\d+/watch/h_\w+", self.text())[0]
