"""Rules for all threads of a worker: who falls takes the process along, and nobody helps out.

A half-working graph must not go on: the node agent starts the worker anew, and what had not aired
never airs.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path

import cv2

EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h."""


def exit_when_a_thread_falls() -> None:
    """Install the rule for all threads of this process."""
    threading.excepthook = _fall


def cpu_of_threads() -> dict[str, float]:
    """CPU seconds that each living thread of ours has used, by its name (proc(5)); Linux."""
    spent: dict[str, float] = {}
    for thread in threading.enumerate():
        try:
            told = Path(f"/proc/self/task/{thread.native_id}/stat").read_text("ascii", "replace")
        except OSError:
            continue  # it has just ended
        ticks = told.rpartition(")")[2].split()[11:13]
        used = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
        spent[thread.name] = spent.get(thread.name, 0.0) + used
    return spent


def settle() -> None:
    """Once everything is imported: no thread pool of OpenCV's, and little garbage collection.

    The pool's threads spin while they wait for pieces of a millisecond's work, on cores that other
    hearings need; and looking for garbage among a hundred thousand objects of the program itself,
    again and again, finds none.
    """
    cv2.setNumThreads(1)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _fall(args: threading.ExceptHookArgs) -> None:
    frame = args.exc_traceback
    place = ""
    while frame is not None:
        place = f"{frame.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno}"
        frame = frame.tb_next
    # Type and place only: an exception's text could hold what was said in court.
    name = args.thread.name if args.thread else "?"
    sys.stderr.write(f"thread {name} fell: {args.exc_type.__name__} at {place}\n")
    sys.stderr.flush()
    os._exit(EXIT_CODE)
