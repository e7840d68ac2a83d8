"""`python -m media_workers VERB …`: worker, wait, rtc, speech, redact, transcribe, clip …"""

from __future__ import annotations

import os
import sys


def _confine(argv: list[str]) -> None:
    """Bind a live worker before anything that starts threads is loaded."""
    from courtstream.settings import Settings
    from media_workers.confine import confine_worker

    asked = Settings().workers
    if asked.confine:
        confine_worker(argv, int(asked.memory_gb * 2**30))


def _confine_late(argv: list[str]) -> None:
    """The same for one that reads a file a court has brought."""
    import json
    from pathlib import Path

    try:
        late = json.loads(Path(argv[argv.index("--spec") + 1]).read_bytes()).get("late")
    except (OSError, ValueError, IndexError):
        return  # the job says it better
    if late:
        _confine(argv)


def _one_thread() -> None:
    """Before numpy is loaded, which reads it: its second thread would wait in a loop, half of the
    time that encoding speech takes, for products too small to be shared.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _work(argv: list[str]) -> int:
    _confine(argv)
    from media_workers.worker import main as worker

    return worker(argv)


def main(argv: list[str]) -> int:
    """Run one verb; gives the exit code."""
    _one_thread()
    verb, rest = (argv[0], argv[1:]) if argv else ("", [])
    if verb == "worker":
        return _work(rest)
    if verb == "wait":
        from media_workers.waiting import order

        given = order()
        return 0 if given is None else _work(["--spec", given])
    if verb == "speech":
        from media_workers.recognition.service import speech

        return speech()
    if verb == "rtc":
        from media_workers.rtc.process import main as rtc

        return rtc(rest)
    if verb == "redact":
        from media_workers.commands import redact

        return redact(rest)
    if verb == "transcribe":
        from media_workers.speech.commands import transcribe

        return transcribe(rest)
    if verb == "speakers":
        from media_workers.speakers import speakers

        return speakers(rest)
    if verb == "original":
        from media_workers.original import original

        return original(rest)
    if verb == "clip":
        from media_workers.clips import clip

        return clip(rest)
    if verb == "calibrate":
        from media_workers.calibrate import calibrate

        return calibrate()
    if verb == "probe":
        from media_workers.late.probe import probe

        return probe(rest)
    if verb == "secondpass":
        _confine_late(rest)
        from media_workers.recheck.job import secondpass

        return secondpass(rest)
    if verb == "check":
        from media_workers.check import check

        return check()
    verbs = "worker|wait|rtc|speech|redact|transcribe|original|speakers|clip|probe|secondpass|check"
    sys.stderr.write(f"usage: python -m media_workers {verbs} …\n")
    return 2


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Model libraries keep native threads that an orderly interpreter exit would abort on; every
    # file of ours is closed and synced by now.
    os._exit(code)
