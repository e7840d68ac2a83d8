"""Films of passages are cut by the data plane, one at a time, beside everything that is live."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from courtstream.api.reels import Far, nowhere, reel
from courtstream.control.boundary import supervised
from courtstream.domain.clock import utc_now
from courtstream.services.clips import films as clip_films
from courtstream.services.clips.films import FilmOrder
from courtstream.services.work import Work

log = structlog.get_logger(__name__)

SLOWEST = 900.0
"""Seconds a film of three minutes may take on a busy machine."""


class Films:
    """Cuts what is wanted until nothing is; asking again while it works changes nothing."""

    def __init__(self, work: Work, public: Path) -> None:
        self._work, self._public = work, public
        self.far: Far = nowhere
        """Reads what is not on this machine."""
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There may be something to cut."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def idle(self) -> None:
        """Wait until nothing is wanted any more."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while (order := await self._work.reading(clip_films.next_film)) is not None:
            if not await supervised("film", self._cut(order)):
                await self._work.writing(clip_films.film_failed, order, utc_now())

    async def _cut(self, order: FilmOrder) -> None:
        folder = self._public / order.hearing_id
        target = folder / "clips" / order.file
        async with reel(self._work, self._public, order, self.far) as live:
            told = await _child(live, target, order)
        if told is None:
            await self._work.writing(clip_films.film_failed, order, utc_now())
            return
        lines = await self._work.reading(clip_films.captions, order.clip_id)
        target.with_suffix(".vtt").write_text(webvtt(lines), encoding="utf-8")
        size, digest = int(told["bytes"]), str(told["sha256"])
        kept, before = await self._work.writing(
            clip_films.film_made, order, size, digest, utc_now()
        )
        gone = before if kept else order.file
        if gone:
            for suffix in (".mp4", ".jpg", ".vtt"):
                (folder / "clips" / gone).with_suffix(suffix).unlink(missing_ok=True)


async def _child(live: Path, target: Path, order: FilmOrder) -> dict[str, str] | None:
    """Run the cutter; what it says of the film, None when it could not make one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "media_workers", "clip", str(live), str(target),
        "--start", str(order.span.start), "--end", str(order.span.end),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), SLOWEST)
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        log.warning("cutter failed", hearing=order.hearing_id, code=process.returncode)
        return None
    found: dict[str, str] = json.loads(out.decode().splitlines()[-1])
    return found


def webvtt(lines: Sequence[tuple[float, float, str]]) -> str:
    """Captions of one film; times in seconds from its beginning."""
    cues = [f"{_stamp(a)} --> {_stamp(b)}\n{text.replace('-->', '→')}\n" for a, b, text in lines]
    return "\n".join(["WEBVTT\n", *cues])


def _stamp(value: float) -> str:
    minutes, seconds = divmod(max(0.0, value), 60.0)
    return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{seconds:06.3f}"
