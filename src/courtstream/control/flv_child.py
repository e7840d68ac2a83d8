"""A child ffmpeg that turns what a courtroom sends into an FLV stream for the door."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence

import imageio_ffmpeg
import structlog

from courtstream.control.feed import read_tag
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.session import Event, Media

log = structlog.get_logger(__name__)

BUFFER = 4 << 20
_FLV_HEAD = 13
QUICK = (
    *("-fpsprobesize", "2"),
    *("-probesize", "4000000", "-analyzeduration", "4000000"),
)
"""A live stream is taken up as soon as each track has said what it is. An encoder that runs already
is met in the middle of its pictures: the next key frame may be seconds away. What comes meanwhile
is kept (`-fflags nobuffer` would throw it away): it belongs to the original."""

Refusal = Callable[[str, str], Awaitable[None] | None]


def _nobody(code: str, message: str) -> None:
    """Nobody is there to be told."""


class ChildFeed:
    """A `Feed` of the door. The child starts when the door has said yes, and ends with the feed.

    `arguments` are ffmpeg's input options; `stdin` may be written by the owner after `accept`.
    `secret` is told to the child on its standard input, where no other user of the machine sees it.
    """

    inside = False

    def __init__(
        self,
        remote: str,
        arguments: Sequence[str],
        *,
        transcode: bool = False,
        refused: Refusal = _nobody,
        accepted: Callable[[ChildFeed], Awaitable[None]] | None = None,
        piped: bool = False,
    ) -> None:
        self.remote = remote
        self.tags = 0
        self.process: asyncio.subprocess.Process | None = None
        self.arguments = arguments
        self.secret = b""
        self._transcode, self._piped = transcode, piped
        self.on_refused: Refusal = refused
        self._accepted = accepted
        self._headed = False

    async def event(self) -> Event:
        """The next tag. Raises EOFError when the child has ended."""
        process = self.process
        if process is None or process.stdout is None:
            raise EOFError
        if not self._headed:
            head = await process.stdout.readexactly(_FLV_HEAD)
            if head[:3] != b"FLV":
                raise RtmpError("the child writes no FLV")
            self._headed = True
        event = await read_tag(process.stdout)
        self.tags += isinstance(event, Media)
        return event

    async def accept(self, hearing_id: str) -> None:
        """Start the child, then whoever feeds it."""
        self.process = await asyncio.create_subprocess_exec(
            *flv_command(self.arguments, transcode=self._transcode),
            stdin=asyncio.subprocess.PIPE
            if self._piped or self.secret
            else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # its words may hold addresses and keys
            limit=BUFFER,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", "")},
        )
        if self.secret and self.process.stdin is not None:
            self.process.stdin.write(self.secret)
            self.process.stdin.close()
        if self._accepted is not None:
            await self._accepted(self)

    async def say_no(self, code: str, message: str, linger: float) -> None:
        """Tell whoever knocked."""
        told = self.on_refused(code, message)
        if told is not None:
            await told

    def close(self) -> None:
        """End the child."""
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()

    async def ended(self) -> None:
        """After the door is done: no child stays."""
        self.close()
        if self.process is not None:
            await self.process.wait()


def flv_command(arguments: Sequence[str], *, transcode: bool) -> list[str]:
    """Packets as they are; only sound that FLV cannot hold is encoded anew (`transcode`)."""
    sound = ("-c:a", "aac", "-b:a", "128k", "-ar", "48000") if transcode else ("-c:a", "copy")
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-nostdin", "-hide_banner", "-loglevel", "fatal"),
        *arguments,
        *("-map", "0:v:0?", "-map", "0:a?", "-c:v", "copy", *sound),
        *("-flush_packets", "1", "-f", "flv", "pipe:1"),
    ]
