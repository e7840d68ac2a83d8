"""The door's inner entrance: helpers of ours bring what they receive by other protocols.

A helper (the WebRTC process) connects to a Unix socket, names its publisher's key in one line of
JSON, hears yes or no in another, and then sends FLV tags. A child process is read the same way.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
from pathlib import Path

import structlog
from pydantic import ValidationError

from courtstream.control.boundary import supervised
from courtstream.control.door import Door
from courtstream.control.protocol import AdmitRequest
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.session import Event, Left, Media

log = structlog.get_logger(__name__)

KNOCK_SECONDS = 5.0
LARGEST_TAG = 8 << 20
_HEAD, _TAIL = 11, 4
_LEFT = 0xFF
_SOCKET_PATH_BYTES = 100


def door_socket(data: Path) -> Path:
    """Where the inner entrance of this installation is; short also where `data` is long."""
    path = (data / "run" / "door.sock").absolute()
    if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"courtstream-{os.getuid()}" / f"{digest}.sock"


async def read_tag(reader: asyncio.StreamReader) -> Event:
    """The next FLV tag as a message. Raises EOFError at the end, RtmpError on damage."""
    head = await reader.readexactly(_HEAD)
    size = int.from_bytes(head[1:4], "big")
    if size > LARGEST_TAG:
        raise RtmpError("a tag is too large")
    payload = (await reader.readexactly(size + _TAIL))[:size]
    if head[0] == _LEFT:
        return Left()
    return Media(head[0], int.from_bytes(head[4:7], "big") | head[7] << 24, payload)


class SocketFeed:
    """A helper's connection: a `Feed` of the door."""

    inside = True

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, remote: str
    ) -> None:
        self._reader, self._writer, self.remote = reader, writer, remote

    async def event(self) -> Event:
        """The next tag. Raises EOFError when the helper is gone."""
        return await read_tag(self._reader)

    async def accept(self, hearing_id: str) -> None:
        """Say yes."""
        await self._say({"ok": True, "hearing_id": hearing_id})

    async def say_no(self, code: str, message: str, linger: float) -> None:
        """Say no; a helper that has been let in before only sees the end."""
        await self._say({"ok": False, "code": code, "message": message})

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()

    async def _say(self, words: dict[str, object]) -> None:
        try:
            self._writer.write(json.dumps(words, ensure_ascii=False).encode() + b"\n")
            await self._writer.drain()
        except OSError:
            return


class FeedServer:
    """Listens for helpers while it is entered."""

    def __init__(self, door: Door, path: Path) -> None:
        self.path = path
        self._door = door
        self._tasks: set[asyncio.Task[object]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> FeedServer:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._connected, str(self.path), limit=1 << 20
        )
        self.path.chmod(0o600)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close; publishers' last bytes reach their workers."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._tasks) >= self._door.policy.connections:
            writer.close()
            return
        self._tasks.add(task)
        try:
            await supervised("inner feed", self._serve(reader, writer))
        except asyncio.CancelledError:
            pass  # the entrance closes
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(KNOCK_SECONDS):
                line = await reader.readline()
            said = json.loads(line)
            knock = AdmitRequest.model_validate(
                {"node": "", **{name: said[name] for name in ("key", "protocol", "remote")}}
            )
        except (TimeoutError, ValueError, TypeError, KeyError, ValidationError) as error:
            log.warning("helper not understood", error=type(error).__name__)
            return
        await self._door.receive(SocketFeed(reader, writer, knock.remote), knock)
