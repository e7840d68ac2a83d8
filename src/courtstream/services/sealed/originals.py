"""The sealed original on the page: only for whom the policy allows, each look with a reason.

The clear pictures are never written anywhere: a child process opens the seal and hands on what it
reads for as long as somebody watches.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from courtstream.auth.policy import Action
from courtstream.domain.errors import InvalidInput, NotFound, SealBroken
from courtstream.services.people import audit
from courtstream.services.people.scope import hearing_for
from courtstream.services.views import UserView

PIECE = 64 * 1024
FIRST_SECONDS = 60.0
"""Opening the seal far into a long hearing takes a while: every record before is authenticated."""


class Why(StrEnum):
    """Why somebody looks at the original on the page; goes into the audit chain."""

    QUALITY_REVIEW = "quality_review"
    APPEAL = "appeal"
    LEAK_CHECK = "leak_check"
    RECORD_CHECK = "record_check"
    COMPLAINT = "complaint"


def grant(session: Session, actor: UserView, hearing_id: str, why: str, now: datetime) -> None:
    """Somebody is about to look. Raises NotFound, Forbidden, InvalidInput without a reason."""
    if why not in set(Why):
        raise InvalidInput("请选择事由 / choose a reason")
    hearing_for(session, actor, Action.SEE_ORIGINAL, hearing_id)
    audit.append(session, actor.id, "original_opened", hearing_id, {"why": why}, now)


def looked(session: Session, actor: UserView, hearing_id: str, start: float, now: datetime) -> None:
    """One stretch is about to be given out, from `start` seconds on. Raises as `grant` does."""
    hearing_for(session, actor, Action.SEE_ORIGINAL, hearing_id)
    audit.append(session, actor.id, "original_viewed", hearing_id, {"from": round(start, 1)}, now)


@dataclass(frozen=True, slots=True)
class Opened:
    """A stretch of the original: codecs as a browser names them, where it begins, its bytes."""

    codecs: str
    start: float
    pieces: AsyncIterator[bytes]


async def open_from(folder: Path, key: Path, start: float) -> Opened:
    """Fragmented MP4 from `start` seconds on. Raises NotFound when nothing is there, SealBroken."""
    if not folder.is_dir():
        raise NotFound("没有原始录音录像 / there is no original")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "media_workers", "original", str(folder), str(key), "--from", f"{start:.3f}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert child.stdout is not None
    try:
        line = await asyncio.wait_for(child.stdout.readline(), FIRST_SECONDS)
        said = json.loads(line)
    except (TimeoutError, ValueError) as error:
        await _end(child)
        if child.returncode == 3:
            raise NotFound("此处没有原始录音录像 / nothing was recorded here") from None
        raise SealBroken("original") from error
    return Opened(str(said["codecs"]), float(said["start"]), _pieces(child))


async def _pieces(child: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    assert child.stdout is not None
    try:
        while piece := await child.stdout.read(PIECE):
            yield piece
    finally:
        await _end(child)


async def _end(child: asyncio.subprocess.Process) -> None:
    """The child has no more to do; one that still reads is stopped."""
    with suppress(ProcessLookupError):
        child.kill()
    await child.wait()
