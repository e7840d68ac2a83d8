"""`check`: loads every model once, for `courtstream doctor`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from courtstream.control.protocol import ModelSpec
from courtstream.domain.errors import CourtstreamError
from courtstream.settings import Settings
from media_workers.models import whisper_folder
from media_workers.vision.canary import Canary
from media_workers.vision.detect import YuNetFinder


def check() -> int:
    """Print one JSON line a check: {"name", "ok", "code", "message"}; 0 when all are well."""
    models = Settings().models
    spec = ModelSpec(whisper=models.whisper, faces=models.faces)
    return max(_one("faces", lambda: _faces(spec)), _one("whisper", lambda: _whisper(spec)))


def _one(name: str, run: Callable[[], str]) -> int:
    try:
        message, code = run(), ""
    except CourtstreamError as error:
        message, code = f"{error.zh} / {error}", error.code
    row = {"name": name, "ok": not code, "code": code, "message": message}
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 1 if code else 0


def _faces(spec: ModelSpec) -> str:
    finder = YuNetFinder(spec.faces or None)
    if not Canary().check(finder):
        return "the known face was not found"
    return "face finder loaded, known face found"


def _whisper(spec: ModelSpec) -> str:
    return f"speech model in {whisper_folder(spec.whisper).name}"
