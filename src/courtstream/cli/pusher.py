"""A stock ffmpeg as the courtroom's encoder: pushes a file as a live stream, again and again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from pathlib import Path

import ffmpeg
import imageio_ffmpeg

from courtstream.control.process import ProcessId, end_process

RETRY_SECONDS = 2.0


def push_command(media: Path, url: str, *, loop: bool) -> list[str]:
    """ffmpeg's command line: at the file's own pace, packets as they are, in an FLV stream."""
    pace: dict[str, object] = {"re": None, **({"stream_loop": -1} if loop else {})}
    stream = ffmpeg.input(str(media), **pace).output(url, c="copy", f="flv", loglevel="warning")
    command = stream.global_args("-nostdin", "-hide_banner")
    return [str(word) for word in command.compile(cmd=imageio_ffmpeg.get_ffmpeg_exe())]


class Pusher:
    """Pushes until `end`. A loop is begun again when it breaks; without one, `done` is set."""

    def __init__(self, media: Path, url: str, log_file: Path, *, loop: bool) -> None:
        self.done = asyncio.Event()
        self._command = push_command(media, url, loop=loop)
        self._log_file = log_file
        self._loop = loop
        self._who: ProcessId | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Pusher:
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop pushing."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._who is not None:
            await end_process(self._who, 3.0)
        if self._process is not None:
            self._process.poll()

    async def _keep(self) -> None:
        while True:
            self._start()
            while self._process is not None and self._process.poll() is None:
                await asyncio.sleep(0.2)
            if not self._loop:
                self.done.set()
                return
            await asyncio.sleep(RETRY_SECONDS)

    def _start(self) -> None:
        # what ffmpeg says may hold the key: for the owner's eyes only
        descriptor = os.open(self._log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._who = ProcessId.of(self._process.pid)
