"""The real worker with a speech analysis that passes everything at once: no model, no load.

`prompt_worker.py --spec FILE`: picture, guard, outputs and evidence are what a court runs. Its wall
clock is `COURT_CLOCK_STEP` seconds off, as after somebody has set it.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import media_workers.media_clock as media_clock
import media_workers.worker as worker
from tests.support.rig import PromptSpeech

STEP = timedelta(seconds=float(os.environ.get("COURT_CLOCK_STEP", "0")))


class Stepped(datetime):
    """A wall clock that was set."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + STEP


if __name__ == "__main__":
    worker.speech_factory = lambda *_: PromptSpeech  # type: ignore[assignment]
    media_clock.datetime = Stepped  # type: ignore[misc]
    code = worker.main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
