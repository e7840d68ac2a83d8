"""JSON log lines with the hearing and request they belong to; personal data never gets in."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

from courtstream.domain.pii import Pii

Fields = MutableMapping[str, Any]
_ADDRESSES = ("uvicorn.access", "httpx", "httpx2")
"""Loggers that write whole addresses, which may hold what somebody searched for."""

_FRAMES = 6
_CHAIN = 4


def set_up_logs(*, as_json: bool = True, level: str = "INFO") -> None:
    """Send structlog and the standard library's records to stderr in one shape."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        drop_personal,
        place_of_exception,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _ADDRESSES:
        logging.getLogger(name).setLevel(logging.WARNING)


def drop_personal(logger: object, method: str, fields: Fields) -> Fields:
    """Leave out keys that begin with `pii` and mask values of the type `Pii`, at any depth."""
    for key in [k for k in fields if k.lower().startswith("pii")]:
        del fields[key]
    for key, value in fields.items():
        fields[key] = _clean(value)
    return fields


def place_of_exception(logger: object, method: str, fields: Fields) -> Fields:
    """Turn `exc_info` into the exceptions' types and places, the cause last; never their texts.

    A text may carry what the code failed on: a name in a row, words of a transcript.
    """
    given = fields.pop("exc_info", None)
    if not given:
        return fields
    error = given if isinstance(given, BaseException) else None
    if error is None:
        error = (given if isinstance(given, tuple) else sys.exc_info())[1]
    chain: list[str] = []
    while error is not None and len(chain) < _CHAIN:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
        chain.append(f"{type(error).__name__} at {where}")
        error = error.__cause__ or error.__context__
    fields["exception"] = "; from ".join(chain)
    return fields


def _clean(value: object) -> object:
    if isinstance(value, Pii):
        return str(value)
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items() if not str(k).lower().startswith("pii")}
    if isinstance(value, list | tuple):
        return [_clean(v) for v in value]
    return value
