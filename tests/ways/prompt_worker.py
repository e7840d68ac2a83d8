"""The real worker with a speech analysis that passes everything at once: no model, no load.

`prompt_worker.py --spec FILE`: picture, guard, outputs and evidence are what a court runs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import media_workers.worker as worker
from tests.support.rig import PromptSpeech

if __name__ == "__main__":
    worker.speech_factory = lambda *_: PromptSpeech  # type: ignore[assignment]
    code = worker.main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
