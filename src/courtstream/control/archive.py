"""Closed files go to the object store: segments as they close, the rest when all is over.

The live edge and the playlists stay with the node; the sealed original is copied, encrypted as it
lies, and never erased here. `archive.json` in the hearing's folder says what is kept there.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog

from courtstream.control.boundary import supervised
from courtstream.control.journal import FILE_NAME
from courtstream.control.objects import Objects
from courtstream.control.process import write_atomically
from courtstream.control.workers import has_ended
from courtstream.settings import Settings

LOOK_SECONDS = 2.0
CLOSED_SECONDS = 1.0
"""A file that has not changed for this long is closed."""

STATE = "archive.json"
_CLOSED = re.compile(
    r"live/(?:seg|low|snd|cap|init(?:low|snd)?)-[0-9-]+\.(?:m4s|vtt|mp4)|stills/[0-9]+\.jpg"
)
"""Files that never change once they are closed, of every rendition."""
_HEAVY = re.compile(r"live/(?:seg|low|snd)-[0-9-]+\.m4s|recording\.mp4")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the object store: bytes, time of last change (ns), SHA-256, whether still here."""

    size: int
    changed: int
    sha256: str
    here: bool = True


@dataclass(slots=True)
class State:
    """What is kept of one hearing, by its name in the store. `over`: since when all of it is."""

    files: dict[str, Kept] = field(default_factory=dict)
    over: float = 0.0

    @classmethod
    def of(cls, path: Path) -> State:
        """As it was written; nothing when that cannot be read."""
        try:
            said = json.loads(path.read_bytes())
            files = {name: Kept(**facts) for name, facts in said["files"].items()}
            return cls(files, float(said["over"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        """Durably."""
        files = {name: asdict(kept) for name, kept in self.files.items()}
        write_atomically(path, json.dumps({"files": files, "over": self.over}).encode())


class Archiver:
    """Copies until cancelled. `running`: whether this node's worker still writes."""

    def __init__(
        self,
        settings: Settings,
        objects: Objects,
        running: Callable[[str], bool],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._objects = settings, objects
        self._running, self._now = running, now

    async def run(self) -> None:
        """Look again and again; a store that is away is tried again."""
        while True:
            for folder in sorted(self._settings.hearings.glob("*")):
                if folder.is_dir():
                    await supervised("archiving", self.archive(folder))
            await asyncio.sleep(LOOK_SECONDS)

    async def archive(self, folder: Path) -> None:
        """Bring the store up to date for one hearing. Raises ObjectsAway."""
        path = folder / STATE
        state = State.of(path)
        if not await asyncio.to_thread(self._due, folder, state):
            return
        over = has_ended(folder) and not self._running(folder.name)
        try:
            for name, source in await asyncio.to_thread(lambda: list(self._wanted(folder, over))):
                await self._keep(state, name, source)
            await self._let_go(state, folder)
            state.over = (state.over or self._now()) if over else 0.0
        finally:
            await asyncio.to_thread(state.write, path)
        if over and self._now() - state.over > self._settings.objects.keep_days * 86_400:
            await self._clean(state, folder)

    async def bring_back(self, hearing_id: str) -> None:
        """Have every public file here again, for whoever works on them. Raises ObjectsAway."""
        folder = self._settings.hearings / hearing_id
        state = State.of(folder / STATE)
        for name, kept in list(state.files.items()):
            if not kept.here and await self._objects.fetch(name, self._local(name)):
                facts = self._local(name).stat()
                state.files[name] = Kept(facts.st_size, facts.st_mtime_ns, kept.sha256)
        state.over = self._now() if state.over else 0.0
        state.write(folder / STATE)

    # -- inside -----------------------------------------------------------------------------------

    def _due(self, folder: Path, state: State) -> bool:
        """Whether anything may have changed since the last look that found all kept."""
        if not state.over:
            return (folder / FILE_NAME).exists()
        age = self._now() - state.over
        stale = age > self._settings.objects.keep_days * 86_400
        heavy = any(kept.here and _is_heavy(name) for name, kept in state.files.items())
        return (stale and heavy) or _changed(folder / FILE_NAME) > _changed(folder / STATE)

    def _wanted(self, folder: Path, over: bool) -> Iterator[tuple[str, Path]]:
        public = self._settings.public / folder.name
        for source in sorted(p for p in public.rglob("*") if p.is_file() and not p.is_symlink()):
            name = str(source.relative_to(public))
            hidden = source.name.startswith(".")
            closed = self._now() - source.stat().st_mtime > CLOSED_SECONDS
            if not hidden and (over or (closed and _CLOSED.fullmatch(name))):
                yield f"public/{folder.name}/{name}", source
        if over:
            sealed = (p for p in folder.glob("sealed*/*") if p.is_file() and p.name != ".lock")
            for source in sorted([*sealed, *folder.glob("journal*.jsonl")]):
                yield f"hearings/{folder.name}/{source.relative_to(folder)}", source

    async def _keep(self, state: State, name: str, source: Path) -> None:
        facts = source.stat()
        known = state.files.get(name)
        if known and (known.size, known.changed) == (facts.st_size, facts.st_mtime_ns):
            return
        await self._objects.put(name, source)
        digest = await asyncio.to_thread(_sum, source)
        state.files[name] = Kept(facts.st_size, facts.st_mtime_ns, digest)

    async def _let_go(self, state: State, folder: Path) -> None:
        """Public files that were erased here by rule are erased there; evidence never is."""
        gone = [
            name
            for name, kept in state.files.items()
            if name.startswith("public/") and kept.here and not self._local(name).exists()
        ]
        await self._objects.delete(gone)
        for name in gone:
            del state.files[name]

    async def _clean(self, state: State, folder: Path) -> None:
        """Large public files that are kept elsewhere need no room here any more."""
        for name, kept in list(state.files.items()):
            if kept.here and _is_heavy(name) and await asyncio.to_thread(self._same, name, kept):
                state.files[name] = Kept(kept.size, kept.changed, kept.sha256, here=False)
                await asyncio.to_thread(state.write, folder / STATE)
                self._local(name).unlink()
        log.info("local copies cleaned", hearing=folder.name)

    def _same(self, name: str, kept: Kept) -> bool:
        return _sum(self._local(name)) == kept.sha256

    def _local(self, name: str) -> Path:
        area, _, rest = name.partition("/")
        return (self._settings.public if area == "public" else self._settings.hearings) / rest


def _is_heavy(name: str) -> bool:
    area, _, rest = name.partition("/")
    return area == "public" and _HEAVY.fullmatch(rest.partition("/")[2]) is not None


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
