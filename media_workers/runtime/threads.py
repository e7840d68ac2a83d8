"""A thread that falls takes the process with it: a half-working graph must not go on.

The node agent starts the worker anew; what had not aired never airs.
"""

from __future__ import annotations

import os
import sys
import threading

EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h."""


def exit_when_a_thread_falls() -> None:
    """Install the rule for all threads of this process."""
    threading.excepthook = _fall


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
