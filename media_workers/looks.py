"""The worker's window: who may look was decided by the platform; the worker only hands out.

One Unix socket, readable by this user only. A viewer's process says which view it wants; what it
reads too slowly is dropped, for nothing here may hold the hearing back.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
from collections import deque
from pathlib import Path
from typing import Any

from media_workers.runtime.items import Released, SourcePacket
from media_workers.runtime.looks import LookFrame, LookKind

WAITING_BYTES = 6 << 20
VIEWS = ("redacted", "raw")
SEND_SECONDS = 5.0


class Looks:
    """Listens while started; `released` and the `raw_…` calls never wait."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._viewers: list[_Viewer] = []
        self._tracks = b""
        self._closed = threading.Event()
        self._listener: socket.socket | None = None

    def start(self) -> None:
        """Listen. A socket that cannot be opened costs the previews, not the hearing."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(self._path))
            self._path.chmod(0o600)
            listener.listen(8)
            self._listener = listener
            threading.Thread(target=self._run, name="looks", daemon=True).start()

    def stop(self) -> None:
        """Close everything."""
        self._closed.set()
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self._path.unlink(missing_ok=True)
        with self._lock:
            viewers, self._viewers = self._viewers, []
        for viewer in viewers:
            viewer.close()

    def released(self, group: Released) -> None:
        """What has just been let out, redacted."""
        viewers = self._of("redacted")
        if not viewers:
            return
        frames = [LookFrame(LookKind.VIDEO, p.key, p.t, p.data) for p in group.video]
        sound = group.sound
        frames.append(LookFrame(LookKind.AUDIO, True, sound.t, sound.pcm.tobytes()))
        for viewer in viewers:
            for frame in frames:
                viewer.put(frame)

    def raw_tracks(self, video: Any, audio: Any) -> None:
        """The courtroom's tracks, as sources describe them."""
        tracks = {"video": _described(video), "audio": _described(audio)}
        frame = LookFrame(LookKind.TRACKS, True, 0, json.dumps(tracks).encode())
        self._tracks = frame.packed()
        for viewer in self._of("raw"):
            viewer.put(frame)

    def raw(self, packet: SourcePacket) -> None:
        """A packet as it came."""
        for viewer in self._of("raw"):
            kind = LookKind.VIDEO if packet.kind == "video" else LookKind.AUDIO
            viewer.put(LookFrame(kind, packet.key, packet.pts, packet.data))

    def _of(self, view: str) -> list[_Viewer]:
        with self._lock:
            self._viewers = [v for v in self._viewers if not v.gone]
            return [v for v in self._viewers if v.view == view]

    def _run(self) -> None:
        assert self._listener is not None
        while not self._closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError, ValueError):
                self._admit(connection)

    def _admit(self, connection: socket.socket) -> None:
        connection.settimeout(SEND_SECONDS)
        view = connection.recv(64).decode("ascii", "replace").strip()
        if view not in VIEWS:
            connection.close()
            return
        viewer = _Viewer(view, connection)
        if view == "raw" and self._tracks:
            connection.sendall(self._tracks)
        with self._lock:
            self._viewers.append(viewer)
        viewer.start()


class _Viewer:
    """One connection with its own bounded queue and thread; it begins with a key frame."""

    def __init__(self, view: str, connection: socket.socket) -> None:
        self.view, self.gone = view, False
        self._connection = connection
        self._queue: deque[bytes] = deque()
        self._size = 0
        self._need_key = True
        self._changed = threading.Condition()

    def start(self) -> None:
        threading.Thread(target=self._run, name="look", daemon=True).start()

    def put(self, frame: LookFrame) -> None:
        if frame.kind is LookKind.VIDEO and frame.key:
            self._need_key = False
        if self._need_key and frame.kind is not LookKind.TRACKS:
            return
        with self._changed:
            if self._size + len(frame.data) > WAITING_BYTES:
                self._queue.clear()
                self._size, self._need_key = 0, True
                return
            self._queue.append(frame.packed())
            self._size += len(frame.data)
            self._changed.notify()

    def close(self) -> None:
        self.gone = True
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        try:
            while not self.gone:
                with self._changed:
                    if not self._queue:
                        self._changed.wait(1.0)
                    data = b"".join(self._queue)
                    self._queue.clear()
                    self._size = 0
                if data:
                    self._connection.sendall(data)
                elif self._left():
                    return
        except OSError:
            pass  # the viewer is gone or stands still
        finally:
            self.gone = True
            self._connection.close()

    def _left(self) -> bool:
        """Whether the other side has closed; it never says anything more."""
        try:
            return self._connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b""
        except (BlockingIOError, TimeoutError):
            return False


def _described(track: Any) -> dict[str, Any] | None:
    if track is None:
        return None
    known = ("codec", "width", "height", "fps", "rate", "channels")
    found = {name: getattr(track, name) for name in known if hasattr(track, name)}
    return {**found, "extradata": base64.b64encode(track.extradata).decode()}
