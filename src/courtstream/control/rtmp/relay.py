"""From a publisher to its hearing's worker: an FLV stream over the worker's Unix socket.

The worker may die and come back at any time. What arrives meanwhile is kept within bounds, and so
are the seconds that were sent last, which a killed worker may not have recorded. The new worker
hears the stream's setup again and then the oldest kept key frame and all after it, with the
publisher's own timestamps; a flag in the header says that it begins with what was sent before.
What had to be given up is counted.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from courtstream.control.policy import IngestPolicy
from courtstream.control.rtmp.flv import SETUP, Part, Tag, file_header, promised_tracks

_BATCH_BYTES = 262_144


@dataclass(slots=True)
class Totals:
    """What came and what was lost; sizes in bytes, `relays` the connections to workers."""

    tags: int = 0
    bytes: int = 0
    lost_tags: int = 0
    lost_bytes: int = 0
    relays: int = 0
    buffered_bytes: int = 0

    def facts(self) -> dict[str, float]:
        """As counters."""
        return {name: float(value) for name, value in asdict(self).items()}


class Backlog:
    """Tags on their way to a worker. No I/O, so that a list can test it.

    `heads` holds the setup in force at the front, whether it was sent or given up; `again` how many
    of the tags at the front have been sent before.
    """

    def __init__(self, policy: IngestPolicy) -> None:
        self.totals = Totals()
        self._policy = policy
        self._tags: deque[tuple[float, Tag]] = deque()
        self._heads: dict[Part, Tag] = {}
        self._seeking = True
        self._new_reader = True
        self._frames_passed = False
        self._sent = Sent(policy)
        self._again = 0
        self._was_sent = False

    def __len__(self) -> int:
        return len(self._tags)

    def push(self, tag: Tag, now: float) -> None:
        """Add a tag that arrived at `now` (seconds)."""
        self._tags.append((now, tag))
        self.totals.tags += 1
        self.totals.bytes += tag.size
        self.totals.buffered_bytes += tag.size

    def full(self, now: float) -> bool:
        """Whether more is waiting than the policy allows."""
        if not self._tags:
            return False
        late = now - self._tags[0][0] > self._policy.away_seconds
        return late or self.totals.buffered_bytes > self._policy.away_bytes

    def trim(self, now: float) -> None:
        """Give up the oldest until the bounds hold; the rest begins with a key frame."""
        if not self.full(now):
            return
        while self.full(now):
            when, tag = self._pop()
            self._sent.passed_by(when, tag)
            self._give_up(tag)
            self._frames_passed |= tag.part in (Part.KEY, Part.FRAME)
        self._seeking = True

    def restart(self) -> None:
        """A new reader: it must hear the file header and the setup first, then what its
        predecessor was sent last.
        """
        self._seeking = self._new_reader = True
        sent, heads = self._sent.take()
        if sent:
            self._tags.extendleft(reversed(sent))
            self._heads = heads
            self._again += len(sent)
            self.totals.buffered_bytes += sum(tag.size for _, tag in sent)

    def clear(self) -> None:
        """Nobody will read any more: all that was never sent is lost."""
        while self._tags:
            self._give_up(self._pop()[1])

    def take(self) -> bytes:
        """The next bytes for the reader, at most a batch; empty when there is nothing to send."""
        out = bytearray()
        while self._tags and len(out) < _BATCH_BYTES:
            again = self._again > 0
            when, tag = self._pop()
            if not self._seeking:
                out += tag.encoded()
            elif self._begins(tag):
                self._seeking = False
                out += self._preamble(tag, again=again)
            else:
                self._sent.passed_by(when, tag)
                self._give_up(tag)
                continue
            self._sent.add(when, tag, begins=self._begins(tag))
            self._frames_passed |= tag.part in (Part.KEY, Part.FRAME)
        return bytes(out)

    def _pop(self) -> tuple[float, Tag]:
        when, tag = self._tags.popleft()
        self._was_sent = self._again > 0
        self._again -= self._was_sent
        self.totals.buffered_bytes -= tag.size
        if tag.part in SETUP:
            self._heads[tag.part] = tag
        return when, tag

    def _give_up(self, tag: Tag) -> None:
        if tag.part not in SETUP and not self._was_sent:  # setup is kept in the heads
            self.totals.lost_tags += 1
            self.totals.lost_bytes += tag.size

    def _begins(self, tag: Tag) -> bool:
        """A key frame begins; so does sound where no picture has gone by or will come."""
        if tag.part is Part.KEY:
            return True
        if tag.part is not Part.SOUND or self._frames_passed:
            return False
        return Part.VIDEO_SETUP in self._heads or not self._expects_video()

    def _expects_video(self) -> bool:
        metadata = self._heads.get(Part.METADATA)
        return metadata is not None and promised_tracks(metadata.payload)[1]

    def _preamble(self, tag: Tag, *, again: bool) -> bytes:
        metadata = self._heads.get(Part.METADATA)
        tracks = promised_tracks(metadata.payload if metadata else None)
        header = file_header(*tracks, again=again) if self._new_reader else b""
        self._new_reader = False
        heads = [self._heads[part] for part in SETUP if part in self._heads]
        return header + b"".join(head.encoded(tag.timestamp) for head in heads) + tag.encoded()


class Sent:
    """What a reader was sent last, in groups that begin with a key frame, the oldest first.

    `heads`: the setup in force before the oldest group.
    """

    def __init__(self, policy: IngestPolicy) -> None:
        self._policy = policy
        self._groups: deque[list[tuple[float, Tag]]] = deque()
        self._heads: dict[Part, Tag] = {}
        self._bytes = 0

    def add(self, when: float, tag: Tag, *, begins: bool) -> None:
        """A tag that arrived at `when` was sent; `begins`: a reader could begin with it."""
        if begins:
            self._groups.append([])
        self._keep(when, tag)
        while len(self._groups) > 1 and self._is_enough(when):
            self._forget()

    def passed_by(self, when: float, tag: Tag) -> None:
        """A tag that was not sent; its setup holds all the same."""
        if tag.part in SETUP:
            self._keep(when, tag)

    def _keep(self, when: float, tag: Tag) -> None:
        if self._groups:
            self._groups[-1].append((when, tag))
            self._bytes += tag.size
        elif tag.part in SETUP:
            self._heads[tag.part] = tag

    def take(self) -> tuple[list[tuple[float, Tag]], dict[Part, Tag]]:
        """All of it, and the setup it needs; forgotten here."""
        heads, sent = dict(self._heads), [one for group in self._groups for one in group]
        self._groups.clear()
        self._bytes = 0
        return sent, heads

    def _is_enough(self, now: float) -> bool:
        old = self._groups[1][0][0] <= now - self._policy.again_seconds
        return old or self._bytes > self._policy.again_bytes

    def _forget(self) -> None:
        for _, tag in self._groups.popleft():
            self._bytes -= tag.size
            if tag.part in SETUP:
                self._heads[tag.part] = tag


class Relay:
    """Carries one publisher's tags; `where` gives the worker's socket, None when it is over."""

    def __init__(self, where: Callable[[], Path | None], policy: IngestPolicy) -> None:
        self.backlog = Backlog(policy)
        self._where = where
        self._policy = policy
        self._wake = asyncio.Event()
        self._connected = False
        self._finishing = False

    async def push(self, tag: Tag) -> None:
        """Take a tag. Waits while a connected worker reads too slowly; never longer than `hold`."""
        now = time.monotonic()
        while self._connected and self.backlog.full(time.monotonic()):
            if time.monotonic() - now > self._policy.hold:
                break
            await asyncio.sleep(0.02)
        self.backlog.push(tag, time.monotonic())
        self.backlog.trim(time.monotonic())
        self._wake.set()

    async def run(self) -> None:
        """Carry until `finish`, or until the hearing has no worker any more."""
        while not (self._finishing and not len(self.backlog)):
            path = self._where()
            if path is None:
                return
            try:
                reader, writer = await asyncio.open_unix_connection(str(path))
            except OSError:
                await asyncio.sleep(self._policy.retry)
                continue
            await self._carry(reader, writer)
            if not self._finishing:
                await asyncio.sleep(self._policy.retry)

    async def finish(self, task: asyncio.Task[object]) -> None:
        """The publisher is gone: send what is left, then end `task` which runs this relay."""
        self._finishing = True
        self._wake.set()
        done, _ = await asyncio.wait({task}, timeout=self._policy.finish)
        if not done:
            task.cancel()
            await asyncio.wait({task})
        self.backlog.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connected = True
        self.backlog.restart()
        self.backlog.totals.relays += 1
        closed = asyncio.create_task(_until_closed(reader))
        closed.add_done_callback(lambda _: self._wake.set())
        try:
            while not closed.done() and (len(self.backlog) or not self._finishing):
                self._wake.clear()
                data = self.backlog.take()
                if data:
                    writer.write(data)
                    await writer.drain()
                elif not self._finishing:
                    await self._wake.wait()
        except OSError:
            pass  # the worker died; `run` waits for the next one
        finally:
            self._connected = False
            closed.cancel()
            writer.close()


async def _until_closed(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(4096):
            pass
    except OSError:
        return
