"""The screens that viewers sit before: a redacted one for all of a hearing, a raw one for each.

A screen reads what the worker sends of a hearing and plays it to its tracks at its own pace.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import av
import av.error
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from media_workers.rtc.views import Raw, ReleasedView
from media_workers.runtime.looks import HEAD, LookFrame, unpacked_head

MARGIN = 0.3
"""Seconds a released group may come late before the picture stands still."""

QUEUE = 300
MOST_WAITING = 3000


class ViewTrack(MediaStreamTrack):
    """A viewer's track: encoded packets, the newest few seconds of them."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._packets: asyncio.Queue[Any] = asyncio.Queue(QUEUE)
        self._need_key = kind == "video"

    def put(self, packet: Any) -> None:
        """Offer a packet; a viewer that is too slow begins again at the next key frame."""
        if self._packets.full():
            while not self._packets.empty():
                self._packets.get_nowait()
            self._need_key = self.kind == "video"
        if self._need_key and not packet.is_keyframe:
            return
        self._need_key = False
        self._packets.put_nowait(packet)

    def end(self) -> None:
        """Nothing more will come."""
        if self._packets.full():
            self._packets.get_nowait()
        self._packets.put_nowait(None)

    async def recv(self) -> Any:
        """The next packet. Raises MediaStreamError at the end."""
        packet = await self._packets.get()
        if packet is None or self.readyState != "live":
            raise MediaStreamError
        return packet


class Screen:
    """Reads a worker's window in a thread and gives packets, paced, to its viewers' tracks."""

    def __init__(self, path: Path, view: str, mark: str = "") -> None:
        self._path, self._view, self._mark = path, view, mark
        self._loop = asyncio.get_running_loop()
        self._tracks: list[ViewTrack] = []
        self._packets: deque[tuple[float, Any]] = deque()
        self._more = asyncio.Event()
        self._connection: socket.socket | None = None
        self._playing: asyncio.Task[None] | None = None
        self.over = asyncio.Event()

    def start(self) -> None:
        """Connect and begin to play. Raises OSError when the worker is not there."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._path))
            connection.sendall(f"{self._view}\n".encode())
        except OSError:
            connection.close()
            raise
        self._connection = connection
        make = ReleasedView(self._say) if self._view == "redacted" else Raw(self._say, self._mark)
        threading.Thread(target=self._read, args=(connection, make), daemon=True).start()
        self._playing = asyncio.ensure_future(self._play())

    def add(self, tracks: list[ViewTrack]) -> None:
        """A viewer comes."""
        self._tracks.extend(tracks)

    def remove(self, tracks: list[ViewTrack]) -> bool:
        """A viewer goes; whether nobody is left."""
        self._tracks = [t for t in self._tracks if t not in tracks]
        return not self._tracks

    def close(self) -> None:
        """Let go of the worker."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
        if self._playing is not None:
            self._playing.cancel()
        self._ended()

    def _read(self, connection: socket.socket, make: ReleasedView | Raw) -> None:
        try:
            while True:
                make.push(_frame(connection))
        except (OSError, EOFError, ValueError, av.error.FFmpegError):
            pass  # the worker is gone, or its stream cannot be shown
        finally:
            connection.close()
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ended)

    def _ended(self) -> None:
        self.over.set()
        for track in self._tracks:
            track.end()

    def _say(self, kind: str, t: float, packet: Any) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, kind, t, packet)

    def _take(self, kind: str, t: float, packet: Any) -> None:
        if len(self._packets) > MOST_WAITING:
            self._packets.clear()
        self._packets.append((t, (kind, packet)))
        self._more.set()

    async def _play(self) -> None:
        """Groups arrive a second at a time; they are shown at their own pace."""
        shift: float | None = None
        while True:
            while not self._packets:
                self._more.clear()
                await self._more.wait()
            t, (kind, packet) = self._packets.popleft()
            now = time.monotonic()
            if shift is None or t + shift < now - MARGIN or t + shift > now + 3.0:
                shift = now + MARGIN - t
            await asyncio.sleep(max(0.0, t + shift - now))
            for track in self._tracks:
                if track.kind == kind:
                    track.put(packet)


def _frame(connection: socket.socket) -> LookFrame:
    head = _exactly(connection, HEAD.size)
    kind, key, t, length = unpacked_head(head)
    return LookFrame(kind, key, t, _exactly(connection, length))


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = connection.recv(min(65_536, size - len(data)))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
