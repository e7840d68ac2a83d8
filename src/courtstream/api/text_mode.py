"""Picture and text while a hearing goes on: drafts follow the words, files follow the rows."""

from __future__ import annotations

import time

from starlette.concurrency import run_in_threadpool

from courtstream.api.context import Context
from courtstream.control.boundary import supervised
from courtstream.control.protocol import RowKind
from courtstream.domain.clock import utc_now
from courtstream.services.entries import files as entry_files
from courtstream.services.entries import release as entry_release

EVERY = 3.0
"""Seconds between two looks at the words of one hearing."""

_OFTEN = frozenset(
    {
        RowKind.WORDS,
        RowKind.SEGMENT,
        RowKind.CAPTION,
        RowKind.STILL,
        RowKind.SEALED,
        RowKind.MEASURE,
        RowKind.COUNTERS,
    }
)
"""Rows that change nothing of what was released; after any other the files are looked at again."""

_TELLING = frozenset({RowKind.WORDS, RowKind.SEGMENT, RowKind.ENDED})


class TextMode:
    """Drafts entries as words come in; one that fails is logged and tried again."""

    def __init__(self, platform: Context) -> None:
        self._platform = platform
        self._looked: dict[str, float] = {}

    async def follow(self, hearing_id: str, kinds: set[RowKind]) -> None:
        """Rows of these kinds came; at the end everything left is drafted."""
        now, over = time.monotonic(), RowKind.ENDED in kinds
        if kinds - _OFTEN and self._written(hearing_id):
            await supervised("entries", publish(self._platform, hearing_id))
        if not kinds & _TELLING or (
            not over and now - self._looked.get(hearing_id, -EVERY) < EVERY
        ):
            return
        self._looked[hearing_id] = now
        if over:
            self._looked.pop(hearing_id)
        await supervised("entries", self._draft(hearing_id))

    def _written(self, hearing_id: str) -> bool:
        return (self._platform.settings.public / hearing_id / "text" / "latest.json").is_file()

    async def _draft(self, hearing_id: str) -> None:
        work, steps = self._platform.work, self._platform.steps
        if await work.writing(entry_release.follow, hearing_id, steps, utc_now()):
            await publish(self._platform, hearing_id)


async def publish(platform: Context, hearing_id: str) -> None:
    """The files of a hearing follow its rows."""
    await run_in_threadpool(
        entry_files.publish, platform.work, platform.settings.public, hearing_id
    )
