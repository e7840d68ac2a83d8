"""What may be said about an unexpected exception: its type and place, never its text.

The text of an exception may carry what it failed on, and that may be personal data.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)


def place(error: BaseException) -> str:
    """`file.py:line < file.py:line`, innermost first, at most four frames."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))


async def supervised(what: str, work: Awaitable[object]) -> bool:
    """Await `work`; an exception is logged and ends here. Whether it went well."""
    try:
        await work
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 the supervised boundary itself
        log.error("failed", what=what, error=type(error).__name__, at=place(error))
        return False
    return True
