"""What viewers ask for again and again, answered from memory.

Segments never change. Playlists, entries and stills do: each is read again when the file system
says that it is another file, and packed once for all who ask until then.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import stat
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from courtstream.api.context import Context
from courtstream.domain.clock import utc_now
from courtstream.domain.errors import NotFound
from courtstream.services.publication.media import MediaGrant, media_grant

GRANT_SECONDS = 0.25
"""How long a grant is believed unless this process itself writes something about its hearing: a
withdrawal made here counts at once, one made by another after this time."""

MEMORY_BYTES = 192_000_000
CHANGING_BYTES = 64_000_000
LEAST_PACKED = 1024
"""Smaller files do not become smaller by packing."""

REMOTE_SECONDS = 0.5

Elsewhere = Callable[[], Awaitable[bytes]]
"""Reads a file that is not on this machine. Raises NotFound."""

Stamp = tuple[int, int, int]
"""What tells one state of a file from the next: inode, time of change (ns), size."""

PACKED = frozenset({".m3u8", ".json", ".vtt"})
_GZIP_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that changes, as it was when its `stamp` was taken. `packed`: gzip, or empty."""

    stamp: Stamp
    plain: bytes
    packed: bytes
    tag: str


Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Shared(Generic[Key, Answer]):
    """Questions under way: whoever asks one of them again gets the same answer, all at once.

    Behind a lock each of a hundred waiters would be let go one turn of the loop after the other.
    """

    def __init__(self) -> None:
        self._asked: dict[Key, asyncio.Task[Answer]] = {}

    async def ask(
        self, key: Key, question: Callable[[], Coroutine[object, object, Answer]]
    ) -> Answer:
        """What `question()` returns or raises."""
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(question())
            task.add_done_callback(lambda done: self._answered(key, done))
        # a viewer who leaves must not take the answer from those who wait for it
        return await asyncio.shield(task)

    def _answered(self, key: Key, done: asyncio.Task[Answer]) -> None:
        del self._asked[key]
        if not done.cancelled():
            done.exception()  # whoever asked has it; when all have left, nobody needs it


class ChangingFiles:
    """Files that are replaced while people ask for them, bounded in bytes."""

    def __init__(self, limit: int = CHANGING_BYTES) -> None:
        self._files: OrderedDict[Path, Kept] = OrderedDict()
        self._readings = Shared[tuple[Path, Stamp], Kept]()
        self._limit, self._size = limit, 0

    async def get(self, path: Path) -> Kept:
        """The file as it is now; read once however many ask. Raises NotFound."""
        stamp = _stamp(path)
        known = self._files.get(path)
        if known is not None and known.stamp == stamp:
            self._files.move_to_end(path)
            return known
        return await self._readings.ask((path, stamp), lambda: self._read(path))

    async def _read(self, path: Path) -> Kept:
        fresh = await run_in_threadpool(_read, path)
        self._keep(path, fresh)
        return fresh

    def _keep(self, path: Path, fresh: Kept) -> None:
        old = self._files.pop(path, None)
        self._size += _weight(fresh) - (_weight(old) if old else 0)
        self._files[path] = fresh
        while self._size > self._limit and len(self._files) > 1:
            self._size -= _weight(self._files.popitem(last=False)[1])


class MediaCache:
    """The newest immutable files by path, bounded in bytes; files that change; grants."""

    def __init__(self, limit: int = MEMORY_BYTES) -> None:
        self.changing = ChangingFiles()
        self._files: OrderedDict[Path, bytes] = OrderedDict()
        self._limit, self._size = limit, 0
        self._grants: dict[str, tuple[float, int, MediaGrant]] = {}
        self._questions = Shared[tuple[str, int], MediaGrant]()
        self._readings = Shared[Path, bytes]()
        self._fetches = Shared[str, Kept]()
        self._remote: dict[str, tuple[float, Kept]] = {}

    @property
    def held(self) -> int:
        """How much is held."""
        return self._size

    async def file(self, path: Path, elsewhere: Elsewhere | None = None) -> bytes:
        """The bytes of an immutable file, from `elsewhere` when it is not here. Raises NotFound."""
        known = self._files.get(path)
        if known is not None:
            self._files.move_to_end(path)
            return known
        return await self._readings.ask(path, lambda: self._read(path, elsewhere))

    async def _read(self, path: Path, elsewhere: Elsewhere | None) -> bytes:
        try:
            data = await run_in_threadpool(read_plain, path)
        except NotFound:
            if elsewhere is None:
                raise
            data = await elsewhere()
        if path not in self._files:
            self._files[path] = data
            self._size += len(data)
        while self._size > self._limit and len(self._files) > 1:
            self._size -= len(self._files.popitem(last=False)[1])
        return data

    async def remote(self, key: str, read: Elsewhere, suffix: str) -> Kept:
        """A file that another machine goes on changing, asked for twice a second at most.

        While that machine is away the last one known goes on being served. Raises NotFound.
        """
        at, known = self._remote.get(key, (-REMOTE_SECONDS, None))
        if known is not None and time.monotonic() - at < REMOTE_SECONDS:
            return known
        return await self._fetches.ask(key, lambda: self._fetch(key, read, suffix))

    async def _fetch(self, key: str, read: Elsewhere, suffix: str) -> Kept:
        _, known = self._remote.get(key, (0.0, None))
        try:
            known = kept_of(await read(), suffix)
        except NotFound:
            if known is None:
                raise
        if len(self._remote) > 10_000:
            self._remote.clear()
        self._remote[key] = (time.monotonic(), known)
        return known

    async def grant(self, platform: Context, hearing_id: str) -> MediaGrant:
        """What may be served, at most `GRANT_SECONDS` old and never older than what this process
        has committed of the hearing; one question at a time."""
        edition = platform.work.edition(hearing_id)
        at, of, known = self._grants.get(hearing_id, (0.0, -1, MediaGrant()))
        if of == edition and time.monotonic() - at < GRANT_SECONDS:
            return known
        # the edition is taken before the question: what is committed meanwhile makes it old
        return await self._questions.ask(
            (hearing_id, edition), lambda: self._ask(platform, hearing_id, edition)
        )

    async def _ask(self, platform: Context, hearing_id: str, edition: int) -> MediaGrant:
        grant = await platform.work.reading(media_grant, hearing_id, utc_now())
        if len(self._grants) > 10_000:
            self._grants.clear()
        self._grants[hearing_id] = (time.monotonic(), edition, grant)
        return grant


def read_plain(path: Path) -> bytes:
    """A regular file's bytes; links lead nowhere. Raises NotFound."""
    try:
        if path.is_symlink():
            raise NotFound
        return path.read_bytes()
    except OSError as error:
        raise NotFound from error


def _stamp(path: Path) -> Stamp:
    """What tells one state of a file from the next; one look at the inode is worth no thread."""
    try:
        found = path.lstat()
    except OSError as error:
        raise NotFound from error
    if not stat.S_ISREG(found.st_mode):
        raise NotFound
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> Kept:
    stamp = _stamp(path)
    return kept_of(read_plain(path), path.suffix, stamp)


def kept_of(data: bytes, suffix: str, stamp: Stamp = (0, 0, 0)) -> Kept:
    """A file's bytes with all that answering needs."""
    worth = suffix in PACKED and len(data) >= LEAST_PACKED
    packed = gzip.compress(data, _GZIP_LEVEL, mtime=0) if worth else b""
    return Kept(stamp, data, packed, hashlib.sha256(data).hexdigest()[:24])


def _weight(kept: Kept) -> int:
    return len(kept.plain) + len(kept.packed)
