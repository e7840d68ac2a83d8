"""Speed and accuracy in one run: `python -m bench [NAME …]` (`make bench`).

Every check runs a stable command as a user would and prints what a script from outside says of
its output. Nothing is asserted about times; figures depend on the machine. Scripts and recordings
lie in ../shared where present; what is missing is said and passed over.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
JUDGE = SHARED / "judge"
COMMAND = [sys.executable, "-m", "courtstream"]


def run(*command: str | Path) -> str:
    """What a command prints; raises CalledProcessError when it fails."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def judged(script: str, *arguments: str | Path) -> str:
    return run(sys.executable, JUDGE / script, *arguments)


def faces(folder: Path) -> str:
    return run(sys.executable, "-m", "bench.faces")


def flat(folder: Path) -> str:
    return run(sys.executable, "-m", "bench.flat")


def soak(folder: Path) -> str:
    from bench.soak import main as soaked

    return soaked()


def words(folder: Path) -> str:
    from bench import speech  # loads the speech models' libraries

    return speech.words(folder)


def private(folder: Path) -> str:
    from bench import speech

    return speech.private(folder)


def redacted(folder: Path) -> str:
    media = ROOT / "sample_media"
    out = folder / "redacted.mp4"
    run(*COMMAND, "redact", media / "hearing.mp4", out, "--protected", "沈乐瑶")
    return judged("bleep_recall.py", media / "hearing.mp4", media / "hearing.speech.json", out)


def spot(folder: Path) -> str:
    gold, out = SHARED / "speech" / "pii_text.jsonl", folder / "spans.jsonl"
    run(*COMMAND, "spot", gold, "--out", out)
    return judged("pii_eval.py", gold, out)


def steps(folder: Path) -> str:
    """The examples handed out, and our own four sets of hearings (tests/data/procedure)."""
    handed = SHARED / "procedure"
    parts = [_steps_of(handed, folder / "steps")] if handed.is_dir() else []
    for name in ("held", "fresh", "third", "fourth"):
        truth = folder / name
        truth.mkdir()
        for doc in _scripts(name):
            text = json.dumps(doc, ensure_ascii=False)
            (truth / f"{doc['id']}.json").write_text(text, encoding="utf-8")
        parts.append(f"{name} (own hearings)\n" + _steps_of(truth, folder / f"{name}-found"))
    return "\n".join(parts)


def _steps_of(truth: Path, found: Path) -> str:
    run(*COMMAND, "steps", truth, "--out", found)
    return judged("eval_procedure.py", found, "--truth", truth)


def _scripts(name: str) -> Iterator[dict[str, Any]]:
    from tests.support.hearing_scripts import noisy, read_script

    for path in sorted((ROOT / "tests" / "data" / "procedure" / name).glob("*.txt")):
        doc = read_script(path)
        yield noisy(doc) if doc["asr_noise"] else doc


def faults(folder: Path) -> str:
    from bench.faults import main as drill

    return drill()


def hostile(folder: Path) -> str:
    from bench.hostile import main as attacked

    return attacked(folder)


def load(folder: Path) -> str:
    from bench.load import SMALL
    from bench.load import main as run_load

    return run_load(SMALL)


def load720(folder: Path) -> str:
    from bench.load import LARGE
    from bench.load import main as run_load

    return run_load(LARGE)


def viewers(folder: Path) -> str:
    from bench.viewers import main as watched

    return watched()


def nodes(folder: Path) -> str:
    from bench.nodes import main as lost

    return lost()


def search(folder: Path) -> str:
    from bench.search import main as searched

    return searched()


def province(folder: Path) -> str:
    from bench.province import main as paged

    return paged()


def quality(folder: Path) -> str:
    from bench.quality import main as measured

    return measured(folder)


def lanes(folder: Path) -> str:
    from bench.lanes import main as lag

    return lag()


BENCHES: dict[str, Callable[[Path], str]] = {
    "steps": steps,
    "quality": quality,
    "lanes": lanes,
    "spot": spot,
    "private": private,
    "redacted": redacted,
    "words": words,
    "faces": faces,
    "flat": flat,
    "soak": soak,
    "faults": faults,
    "hostile": hostile,
    "load": load,
    "load720": load720,
    "search": search,
    "viewers": viewers,
    "province": province,
    "nodes": nodes,
}


def main(names: list[str]) -> int:
    if not JUDGE.is_dir():
        print("../shared is not there: its scripts and recordings are needed to judge")
        return 0
    failed = 0
    for name in names or list(BENCHES):
        print(f"── {name} …", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                print(BENCHES[name](Path(folder)))
            except subprocess.CalledProcessError as error:
                failed += 1
                print(f"failed: {(error.stderr or '').strip().splitlines()[-1:]}")
        print(f"   {time.monotonic() - began:.0f} s\n")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
