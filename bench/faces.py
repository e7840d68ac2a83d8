"""Faces hidden, and what it costs, beside what a court could use instead: one run, same clips.

    python -m bench.faces [CLIP.mp4 ...] [--preset veryfast] [--peers N] [--docs] [--keep FOLDER]

Without clips it takes those of ../shared/vision/clips; truth is CLIP.json beside the clip, and
leaks are judged from pixels by ../shared/judge/leak_rate.py. Tools: `courtstream redact`; `deface`
(`--deface PATH`, or on the path: install it in an environment of its own); GStreamer's `faceblur`;
and the bare transcode, which hides nothing and is the limit of speed. What is not installed is said
and passed over. CPU is user + system seconds of the whole command, less what the same command takes
for a clip of one frame: a hearing starts once. `--peers N`: how many clips the others get.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import imageio_ffmpeg

from bench.report import document, plot, table

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
JUDGE = SHARED / "judge" / "leak_rate.py"

PROFILE = Path("/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml")
"""Of Debian's opencv-data. Named outright: the path built into Debian's faceblur does not exist,
and without a profile it passes every face."""

Command = Callable[[Path, Path], list[str]]


@dataclass(frozen=True)
class Cost:
    """CPU seconds, user and system, and peak resident memory in MB, of one command."""

    cpu: float
    memory: float


@dataclass(frozen=True)
class Row:
    """One tool on one clip. `cpu` is per second of picture; `judged` what leak_rate.py says."""

    tool: str
    clip: str
    height: int
    cpu: float
    memory: float
    judged: dict[str, float] = field(default_factory=dict)


def cost(command: Sequence[str]) -> Cost:
    """Run to the end. Raises CalledProcessError when it fails."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command[0])
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def tools(preset: str, deface: str) -> dict[str, Command]:
    """The tools that are there; a plain line for each that is not."""
    python = sys.executable
    found: dict[str, Command] = {
        "bare": lambda i, o: [
            *(python, "-m", "bench.transcode", str(i), str(o), "--preset", preset)
        ],
        "courtstream": lambda i, o: [
            *(python, "-m", "courtstream", "redact", str(i), str(o), "--preset", preset)
        ],
    }
    path = shutil.which(deface)
    if path:
        found["deface"] = lambda i, o: [path, str(i), "-o", str(o)]
    else:
        print("deface is not installed (pip install deface onnxruntime): left out")
    if _has_faceblur():
        found["faceblur"] = _faceblur
    else:
        print("GStreamer's faceblur is not there (gstreamer1.0-opencv, opencv-data): left out")
    return found


def _has_faceblur() -> bool:
    inspect = shutil.which("gst-inspect-1.0")
    if inspect is None or not PROFILE.exists():
        return False
    return subprocess.run([inspect, "--exists", "faceblur"], check=False).returncode == 0


def _faceblur(clip: Path, out: Path) -> list[str]:
    chain = f"filesrc location={clip} ! qtdemux ! avdec_h264 max-threads=1 ! videoconvert"
    chain += (
        f" ! faceblur profile={PROFILE} ! videoconvert ! x264enc speed-preset=veryfast threads=1"
    )
    chain += f" ! h264parse ! mp4mux ! filesink location={out}"
    return ["gst-launch-1.0", "-q", *chain.split()]


def first_frame(clip: Path, folder: Path) -> Path:
    """The clip's first frame alone: what starting costs."""
    out = folder / f"first-{clip.name}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-i", str(clip)]
    subprocess.run([*command, "-frames:v", "1", str(out)], check=True)
    return out


def shape(clip: Path) -> tuple[int, float]:
    """Height, and seconds."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        return stream.height, float(stream.frames / (stream.average_rate or 25))


def judged(clip: Path, out: Path) -> dict[str, float]:
    truth, report = clip.with_suffix(".json"), out.with_suffix(".json")
    if not (truth.exists() and JUDGE.exists()):
        return {}
    command = [sys.executable, str(JUDGE), str(clip), str(truth), str(out), "--quiet"]
    subprocess.run([*command, "--json", str(report)], check=True)
    figures: dict[str, float] = json.loads(report.read_text(encoding="utf-8"))
    return figures


def measured(name: str, command: Command, clip: Path, folder: Path) -> Row:
    height, length = shape(clip)
    out = folder / f"{name}-{clip.name}"
    started = cost(command(first_frame(clip, folder), folder / "first-out.mp4"))
    whole = cost(command(clip, out))
    cpu = max(0.0, whole.cpu - started.cpu) / length
    figures = judged(clip, out) if name != "bare" else {}
    return Row(name, clip.stem, height, cpu, whole.memory, figures)


def turns(clips: Sequence[Path], names: Sequence[str], peers: int) -> list[tuple[str, Path]]:
    """Which tool takes which clip, in order.

    The limit and ours follow each other, since what else the machine does changes over minutes.
    Others, which take minutes for seconds, get the shortest clips, at the end.
    """
    own = [name for name in ("bare", "courtstream") if name in names]
    short = sorted(clips, key=lambda clip: shape(clip)[1])[:peers]
    others = [name for name in names if name not in own]
    return [(n, c) for c in clips for n in own] + [(n, c) for n in others for c in short]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--preset", default="veryfast")
    parser.add_argument("--deface", default="deface")
    parser.add_argument("--peers", type=int, default=1)
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and its plot")
    parser.add_argument("--keep", type=Path, help="folder for the clips made and their reports")
    options = parser.parse_args()
    clips = options.clips or sorted((SHARED / "vision" / "clips").glob("*.mp4"))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = tools(options.preset, options.deface)
        for name, clip in turns(clips, list(found), options.peers):
            row = measured(name, found[name], clip, folder)
            print(table([row], heading=not rows), flush=True)
            rows.append(row)
    if options.docs:
        plot(rows, ROOT / "docs" / "benchmarks.svg")
        document(rows, options.preset, ROOT / "docs" / "benchmarks.md")


if __name__ == "__main__":
    main()
