"""The stretch of a broadcast that a film is cut from, brought to where the cutter runs.

A hearing's segments lie here, with the node that has it, or in the object store alone: large files
of a hearing that has been over for a while leave the disk (`control/archive.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from starlette.concurrency import run_in_threadpool

from courtstream.domain.errors import NotFound
from courtstream.services.clips import films as clip_films
from courtstream.services.clips.films import FilmOrder
from courtstream.services.work import Work

Far = Callable[[str, str], Awaitable[bytes]]
"""Reads a file that is not here: hearing, path in its public folder. Raises NotFound."""

PLAYLIST = "index.m3u8"
_MAP = "#EXT-X-MAP:"


async def nowhere(hearing_id: str, name: str) -> bytes:
    """For a platform that is all on one machine."""
    raise NotFound


@asynccontextmanager
async def reel(work: Work, public: Path, order: FilmOrder, far: Far) -> AsyncIterator[Path]:
    """A folder with a playlist and every segment that may hold some of the order's span.

    The hearing's own where all that it lists is here, else a copy of the stretch that goes away
    again. Raises NotFound when a piece of it is nowhere.
    """
    live = public / order.hearing_id / "live"
    pieces = await _listed(live, order.hearing_id, far)
    if await run_in_threadpool(_all_here, live, pieces):
        yield live
        return
    wanted = await work.reading(clip_films.segments_around, order)
    pieces = [piece for piece in pieces if piece[1] in wanted]
    if not pieces:
        raise NotFound
    with TemporaryDirectory(prefix="courtstream-reel-") as name:
        folder = Path(name)
        for file in {file for piece in pieces for file in piece}:
            await _bring(live / file, folder / file, order.hearing_id, far)
        listed = "".join(f'{_MAP}URI="{init}"\n{uri}\n' for init, uri in pieces)
        (folder / PLAYLIST).write_text(listed, encoding="utf-8")
        yield folder


async def _listed(live: Path, hearing_id: str, far: Far) -> list[tuple[str, str]]:
    """(initialisation section, segment) of the whole playlist, in order."""
    try:
        text = (live / PLAYLIST).read_text(encoding="utf-8")
    except OSError:
        text = (await far(hearing_id, f"live/{PLAYLIST}")).decode()
    init, found = "", []
    for line in text.splitlines():
        if line.startswith(_MAP):
            init = Path(line.split('"')[1]).name
        elif line and not line.startswith("#"):
            found.append((init, Path(line).name))
    return found


def _all_here(live: Path, pieces: Iterable[tuple[str, str]]) -> bool:
    files = {PLAYLIST, *(file for piece in pieces for file in piece)}
    return all((live / file).is_file() for file in files)


async def _bring(source: Path, target: Path, hearing_id: str, far: Far) -> None:
    try:
        await run_in_threadpool(copyfile, source, target, follow_symlinks=False)
    except OSError:
        target.write_bytes(await far(hearing_id, f"live/{source.name}"))
