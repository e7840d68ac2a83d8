"""A worker's bounds, tried from inside a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import json, os, socket, subprocess, sys
from pathlib import Path
from media_workers.confine import bounds_of, confine
bounds = bounds_of(Path(sys.argv[1]), 2**30)
version = confine(bounds)
inside, outside = (Path(word) for word in sys.argv[2:4])
port, other = (int(word) for word in sys.argv[4:6])

def tried(act):
    try:
        act()
        return "ok"
    except (PermissionError, OSError, MemoryError) as error:
        return type(error).__name__

(inside / "a").mkdir()
(inside / "b").mkdir()
print(json.dumps({
    "version": version,
    "inside": tried(lambda: (inside / "x").write_text("1")),
    "moved": tried(lambda: ((inside / "a" / "f").write_text("1"),
                            os.replace(inside / "a" / "f", inside / "b" / "f"))),
    "outside": tried(lambda: (outside / "x").write_text("1")),
    "gone": tried(lambda: (outside / "kept").unlink()),
    "cut": tried(lambda: os.truncate(outside / "kept", 0)),
    "read": tried(lambda: (outside / "kept").read_text()),
    "null": tried(lambda: open(os.devnull, "w").close()),
    "nats": tried(lambda: socket.create_connection(("127.0.0.1", port), 2)),
    "other": tried(lambda: socket.create_connection(("127.0.0.1", other), 2)),
    "listen": tried(lambda: socket.socket().bind(("127.0.0.1", 0))),
    "unix": tried(lambda: socket.socket(socket.AF_UNIX).bind(str(inside / "s"))),
    "memory": tried(lambda: bytearray(2**31)),
    "child": subprocess.run(["touch", str(outside / "child")], capture_output=True).returncode,
    "status": [l for l in open("/proc/self/status") if l.startswith("NoNewPrivs")][0].split()[1],
    "core": __import__("resource").getrlimit(__import__("resource").RLIMIT_CORE)[0],
}))
"""


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    inside, outside, temporary = (tmp_path / name for name in ("hearing", "elsewhere", "tmp"))
    for folder in (inside, outside, temporary):
        folder.mkdir()
    (outside / "kept").write_text("another hearing's")
    with (
        socket.create_server(("127.0.0.1", 0)) as nats,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = [str(s.getsockname()[1]) for s in (nats, other)]
        spec = {
            "folder": str(inside), "public": str(tmp_path / "public"), "source": {"kind": "file"},
            "nats_url": f"nats://127.0.0.1:{ports[0]}",
        }  # fmt: skip
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        monkeypatch.setenv("TMPDIR", str(temporary))
        told = subprocess.run(
            [sys.executable, "-c", PROBE, str(tmp_path / "spec.json"), str(inside), str(outside),
             *ports],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert told.returncode == 0, told.stderr
    found: dict[str, object] = json.loads(told.stdout)
    return found


def test_a_worker_is_bound(tried: dict[str, object]) -> None:
    assert (tried["status"], tried["core"], tried["memory"]) == ("1", 0, "MemoryError")
    assert {tried[k] for k in ("inside", "moved", "read", "null", "nats", "unix")} == {"ok"}
    if int(str(tried["version"])) < 4:
        pytest.skip("this kernel has no Landlock for files and network")
    assert {tried[k] for k in ("outside", "gone", "cut", "other", "listen")} == {"PermissionError"}
    assert tried["child"] != 0
