"""A worker that waits for its hearing: everything loaded, nothing opened, nothing known.

It is bound only when it knows its hearing, which is why it must not have started a thread before:
a thread that runs already would stay unbound (landlock(7)). Models are loaded by whoever needs
them, in the hearing's own threads.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


class ThreadsTooEarly(Exception):
    """A library has started a thread while it was loaded."""


def order() -> str | None:
    """Load the program, wait for one line on standard input; gives the path of the order.

    None when the agent has gone. The line names the hearing's order and its log, which takes the
    place of the outputs. Raises ThreadsTooEarly.
    """
    _load()
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise ThreadsTooEarly
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return None
    given = json.loads(line)
    _turn_to(Path(given["log"]))
    return str(given["spec"])


def _load() -> None:
    import media_workers.outputs.sealed
    import media_workers.speech.analyser
    import media_workers.speech.asr
    import media_workers.speech.readers
    import media_workers.speech.spot
    import media_workers.worker  # noqa: F401 what a hearing needs, and it needs all else


def _turn_to(log: Path) -> None:
    """Standard input to nowhere, the outputs into the hearing's log."""
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(output)
    os.close(nothing)
