"""A node's files for others: released ones for the pages, sealed ones for the hearing's next node.

Sealed files are encrypted as they lie; a name never leads out of the hearing's own folders.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path

from courtstream.control.journal import safe_id
from courtstream.control.protocol import (
    FILE_PIECE,
    FileFact,
    FileRequest,
    FilesReply,
    FilesRequest,
)
from courtstream.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9@][A-Za-z0-9@._-]*")
_SEALED = "sealed"


def safe_name(name: str) -> bool:
    """Whether a path of a few plain words, which leads nowhere else."""
    return all(map(_NAME.fullmatch, name.split("/")))


class NodeFiles:
    """Answers from this node's folders. `running`: whether its worker still writes."""

    def __init__(self, settings: Settings, running: Callable[[str], bool]) -> None:
        self._settings, self._running = settings, running

    async def read(self, request: FileRequest) -> tuple[bytes, int] | None:
        """A piece and the file's size; None for what may not be had."""
        return await asyncio.to_thread(self._piece, request)

    async def listed(self, request: FilesRequest) -> FilesReply:
        """The hearing's sealed files on this node."""
        if not safe_id(request.hearing_id):
            return FilesReply()
        folder = self._settings.hearings / request.hearing_id
        files = await asyncio.to_thread(_sealed_files, folder)
        return FilesReply(running=self._running(request.hearing_id), files=files)

    def _piece(self, request: FileRequest) -> tuple[bytes, int] | None:
        path = self._path(request)
        if path is None:
            return None
        try:
            with open(path, "rb", opener=_no_link) as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(request.offset)
                return file.read(FILE_PIECE), size
        except OSError:
            return None

    def _path(self, request: FileRequest) -> Path | None:
        words = request.name.split("/")
        if not safe_id(request.hearing_id) or not safe_name(request.name):
            return None
        if request.area == "public":
            return Path(self._settings.public, request.hearing_id, *words)
        if not words[0].startswith(_SEALED):
            return None
        return Path(self._settings.hearings, request.hearing_id, *words)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def _sealed_files(folder: Path) -> tuple[FileFact, ...]:
    found = (p for p in folder.glob(f"{_SEALED}*/*") if p.is_file() and p.name != ".lock")
    return tuple(
        FileFact(name=str(p.relative_to(folder)), size=p.stat().st_size) for p in sorted(found)
    )
