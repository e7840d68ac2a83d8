"""What other nodes recorded of a hearing comes to the node that has it now, whole and checked.

A node's `sealed` becomes `sealed@NODE` beside this node's own; everything that reads a sealed
original reads all of a hearing's `sealed*` folders. The other node keeps its files: nothing here
deletes evidence. What is outstanding stands in `elsewhere.json`, so that a restart goes on.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import structlog

from courtstream.control import protocol
from courtstream.control.boundary import supervised
from courtstream.control.broker import NatsBus
from courtstream.control.files import safe_name
from courtstream.control.journal import FILE_NAME, rows_in
from courtstream.control.process import write_atomically
from courtstream.control.protocol import (
    FileFact,
    FileRequest,
    FilesRequest,
    JournalNews,
    RowKind,
)
from courtstream.control.sweep import mend
from courtstream.control.workers import has_ended
from courtstream.domain.errors import NodeAway, NotFound
from courtstream.seal import verify
from courtstream.settings import Settings

LOOK_SECONDS = 3.0
ELSEWHERE = "elsewhere.json"
_PUBLIC_KINDS = {
    RowKind.SEGMENT: ("live/{uri}", "live/{init}"),
    RowKind.CAPTION: ("live/{uri}",),
    RowKind.STILL: ("stills/{uri}",),
}
log = structlog.get_logger(__name__)


class Gatherer:
    """Fetches until nothing is outstanding; `run` it as a task.

    `running`: whether this node's own worker for a hearing is at work.
    """

    def __init__(self, settings: Settings, bus: NatsBus, running: Callable[[str], bool]) -> None:
        self._settings, self._bus, self._running = settings, bus, running

    def expect(self, hearing_id: str, nodes: tuple[str, ...]) -> None:
        """These nodes may have a part of the hearing."""
        path = self._settings.hearings / hearing_id / ELSEWHERE
        wanted = sorted({*_outstanding(path), *nodes} - {self._settings.node})
        if wanted:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(path, json.dumps({"nodes": wanted}).encode())

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            for path in sorted(self._settings.hearings.glob(f"*/{ELSEWHERE}")):
                await supervised("gathering", self.gather(path.parent))
            await asyncio.sleep(LOOK_SECONDS)

    async def gather(self, folder: Path) -> bool:
        """One try for one hearing; whether nothing is outstanding any more."""
        path, left = folder / ELSEWHERE, []
        for node in _outstanding(path):
            try:
                done = await self._from(node, folder)
            except NodeAway:
                done = False
            if not done:
                left.append(node)
        over = has_ended(folder) and not self._running(folder.name)
        if left or not over:
            return False
        await asyncio.to_thread(mend, folder)
        path.rename(folder / "gathered.json")
        await self._bus.publish(protocol.JOURNAL_NEWS, JournalNews(hearing_id=folder.name))
        log.info("gathered", hearing=folder.name)
        return True

    async def _from(self, node: str, folder: Path) -> bool:
        """Everything one node has. Raises NodeAway."""
        reply = await self._bus.files(node, FilesRequest(hearing_id=folder.name))
        if reply.running:
            return False
        await self._public(node, folder)
        parts: dict[str, list[FileFact]] = {}
        for fact in filter(lambda fact: safe_name(fact.name), reply.files):
            parts.setdefault(fact.name.partition("/")[0], []).append(fact)
        for name, facts in parts.items():
            target = folder / here(name, node)
            own = target.name == "sealed" or name.endswith(f"@{self._settings.node}")
            if not own and not target.exists():
                await self._sealed(node, folder, target, facts)
        return True

    async def _sealed(self, node: str, folder: Path, target: Path, facts: list[FileFact]) -> None:
        """One sealed folder, under its name only when all of it is here."""
        draft = target.with_name(f".{target.name}.part")
        await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        for fact in facts:
            request = FileRequest(hearing_id=folder.name, area="sealed", name=fact.name)
            await self._copy(node, request, draft / fact.name.partition("/")[2])
        report = await asyncio.to_thread(verify, draft)
        draft.rename(target)
        log.info("sealed part gathered", hearing=folder.name, node=node, sound=report.ok)

    async def _public(self, node: str, folder: Path) -> None:
        """Released files that the journal here names and this machine lacks."""
        public = self._settings.public / folder.name
        for name in await asyncio.to_thread(_named, folder / FILE_NAME):
            if not (public / name).exists():
                request = FileRequest(hearing_id=folder.name, area="public", name=name)
                try:
                    await self._copy(node, request, public / name)
                except NotFound:
                    continue  # another node has it

    async def _copy(self, node: str, request: FileRequest, target: Path) -> None:
        """One file, whole or not at all. Raises NodeAway, NotFound."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_name(f".{target.name}.part")
        size, have = 1, 0
        with draft.open("wb") as file:
            while have < size:
                asked = request.model_copy(update={"offset": have})
                piece, size = await self._bus.file(node, asked)
                if not piece:
                    break
                file.write(piece)
                have += len(piece)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        draft.replace(target)


def here(name: str, node: str) -> str:
    """What a sealed folder of `node` is called on another one."""
    return name if "@" in name else f"{name}@{node}"


def _outstanding(path: Path) -> list[str]:
    try:
        return [str(node) for node in json.loads(path.read_bytes())["nodes"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _named(journal: Path) -> list[str]:
    """Released files by their path in the public folder, in order and once."""
    names: dict[str, None] = {}
    for row in rows_in(journal):
        for shape in _PUBLIC_KINDS.get(row.kind, ()):
            names[shape.format(**{"uri": "", "init": "", **row.body})] = None
    return [name for name in names if safe_name(name)]
