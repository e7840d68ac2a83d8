"""One TCP connection that speaks RTMP: handshake, events as they come, orderly refusal."""

from __future__ import annotations

import asyncio
import secrets
import time

from courtstream.control.policy import IngestPolicy
from courtstream.control.rtmp import handshake
from courtstream.control.rtmp.errors import RtmpError
from courtstream.control.rtmp.session import Event, Publish, RtmpSession

_READ = 65_536
_LINGER_BYTES = 16 << 20


class Wire:
    """Reads and writes for one session: a `Feed` of the door once it has named its key."""

    inside = False

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._session = RtmpSession()
        peer = writer.get_extra_info("peername") or ("", 0)
        self.remote = f"{peer[0]}:{peer[1]}"

    async def until_publish(self, policy: IngestPolicy) -> Publish:
        """Shake hands and talk until the peer names its key; nothing behind that is read yet.

        Raises TimeoutError, EOFError or RtmpError when it does not.
        """
        async with asyncio.timeout(policy.handshake):
            await self._shake()
        async with asyncio.timeout(policy.publish):
            event = await self.event()
        if not isinstance(event, Publish):
            raise RtmpError("left before it published")
        return event

    async def _shake(self) -> None:
        hello = await self._reader.readexactly(handshake.HELLO)
        now = time.monotonic_ns() // 1_000_000
        noise = secrets.token_bytes(handshake.BLOCK - 8)
        self._writer.write(handshake.answer(hello, now, noise))
        await self._writer.drain()
        await self._reader.readexactly(handshake.BLOCK)  # C2; its echo proves nothing

    async def event(self) -> Event:
        """The next event. Raises EOFError when the peer is gone, RtmpError when it errs."""
        while True:
            event = self._session.next_event()
            await self._flush()
            if event is not None:
                return event
            data = await self._reader.read(_READ)
            if not data:
                raise EOFError
            self._session.receive(data)

    async def accept(self, hearing_id: str) -> None:
        """Let the publisher in."""
        self._session.accept()
        await self._flush()

    async def say_no(self, code: str, message: str, linger: float) -> None:
        """Refuse with words, then wait a little for the peer to close.

        A socket closed over unread bytes is reset, and the words would be lost with it.
        """
        self._session.refuse(code, message)
        try:
            async with asyncio.timeout(linger):
                await self._flush()
                self._writer.write_eof()
                await self._until_gone()
        except (OSError, TimeoutError):
            return

    async def let_go(self, linger: float) -> None:
        """Wait a little for a peer that is leaving: it has its last words still to write."""
        try:
            async with asyncio.timeout(linger):
                await self._until_gone()
        except (OSError, TimeoutError):
            return

    async def _until_gone(self) -> None:
        for _ in range(_LINGER_BYTES // _READ):
            if not await self._reader.read(_READ):
                return

    def close(self) -> None:
        """Close the connection; reads under way end."""
        self._writer.close()

    async def _flush(self) -> None:
        out = self._session.output()
        if out:
            self._writer.write(out)
            await self._writer.drain()
