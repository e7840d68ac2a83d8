"""The SRT port: answers inductions, asks the door at the conclusion, then carries datagrams.

One child ffmpeg a caller listens on loopback; the caller's conclusion reaches it with its own
cookie, and every later datagram as it is. A stream's media is never read here.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import quote

import structlog

from courtstream.control.boundary import supervised
from courtstream.control.door import Door
from courtstream.control.flv_child import QUICK, ChildFeed
from courtstream.control.nats_server import free_port
from courtstream.control.protocol import AdmitReply, AdmitRequest
from courtstream.control.returning import key_digest
from courtstream.control.srt import handshake as hs
from courtstream.control.srt.stream_id import key_of
from courtstream.domain.errors import PortTaken

log = structlog.get_logger(__name__)
Address = tuple[str, int]

MOST_CALLERS = 64
QUIET_SECONDS = 15.0
"""A caller that sends nothing for this long is forgotten; SRT itself gives up after five."""

RETRY_SECONDS = 0.1
LATENCY_MICROSECONDS = 250_000
"""At least 200 ms; the larger of both sides' wishes holds (§4.4 of the draft)."""

_REASONS = {
    "ingest_key_unknown": hs.Rejection.UNAUTHORIZED,
    "publisher_present": hs.Rejection.CONFLICT,
    "no_hearing_now": hs.Rejection.LOCKED,
    "control_away": hs.Rejection.OVERLOAD,
}


@dataclass(slots=True)
class Caller:
    """One caller after its conclusion: its child's address, and the socket towards it."""

    address: Address
    asked: hs.Handshake
    key: str
    backend: asyncio.DatagramTransport | None = None
    cookie: int | None = None
    rejected: hs.Rejection | None = None
    heard: float = field(default_factory=time.monotonic)
    task: asyncio.Task[object] | None = None
    feed: ChildFeed | None = None


class SrtListener(asyncio.DatagramProtocol):
    """Listens while it is entered; `port` is then known. `require`: a passphrase is a must."""

    def __init__(self, door: Door, host: str, port: int, *, require: bool = False) -> None:
        self.port = port
        self._door, self._host, self._require = door, host, require
        self._secret = secrets.token_bytes(32)
        self._callers: dict[Address, Caller] = {}
        self._transcode: set[str] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> SrtListener:
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(self._host, self.port)
            )
        except OSError as error:
            raise PortTaken(f"SRT {self._host}:{self.port}") from error
        self.port = self._transport.get_extra_info("sockname")[1]
        raw: socket.socket = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the port; every child ends."""
        tasks = [c.task for c in self._callers.values() if c.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    # -- from callers ---------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """A datagram of a caller."""
        caller = self._callers.get(addr)
        asked = hs.parsed(data) if len(data) >= hs.HEADER and data[12:16] == bytes(4) else None
        if asked is not None and asked.kind == hs.Kind.INDUCTION:
            cookie = hs.cookie_of(self._secret, addr, _minute())
            self._send(hs.induction_answer(asked, cookie), addr)
        elif asked is not None:
            self._concluded(asked, addr, caller)
        elif caller is not None and caller.backend is not None:
            caller.heard = time.monotonic()
            caller.backend.sendto(data)

    def _concluded(self, asked: hs.Handshake, addr: Address, caller: Caller | None) -> None:
        if caller is not None:
            if caller.rejected is not None:
                self._send(hs.rejection(asked, caller.rejected), addr)
            elif caller.backend is not None and caller.cookie is not None:
                caller.backend.sendto(hs.with_cookie(asked.packet, caller.cookie))
            return
        if asked.cookie not in (self._cookie(addr, 0), self._cookie(addr, 1)):
            return  # whoever it is has not been at this address
        key = key_of(asked.stream_id)
        if isinstance(key, hs.Rejection) or (self._require and not asked.encrypted):
            reason = key if isinstance(key, hs.Rejection) else hs.Rejection.FORBIDDEN
            self._send(hs.rejection(asked, reason), addr)
        elif len(self._callers) >= MOST_CALLERS:
            self._send(hs.rejection(asked, hs.Rejection.OVERLOAD), addr)
        else:
            caller = self._callers[addr] = Caller(addr, asked, key)
            work = supervised("srt caller", self._serve(caller))
            caller.task = asyncio.get_running_loop().create_task(work)

    def _cookie(self, addr: Address, ago: int) -> int:
        return hs.cookie_of(self._secret, addr, _minute() - ago)

    def _send(self, data: bytes, addr: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(data, addr)

    # -- one caller -----------------------------------------------------------------------------

    async def _serve(self, caller: Caller) -> None:
        digest = key_digest(caller.key)
        port = free_port(udp=True)

        async def refused(code: str, message: str) -> None:
            caller.rejected = _REASONS.get(code, hs.Rejection.FORBIDDEN)
            self._send(hs.rejection(caller.asked, caller.rejected), caller.address)
            await asyncio.sleep(2.0)  # a caller that has not heard it asks again meanwhile

        def granted(reply: AdmitReply) -> None:
            if caller.asked.encrypted:
                feed.arguments, feed.secret = secret_input(port, reply.passphrase)

        async def accepted(feed: ChildFeed) -> None:
            await self._join(caller, port)

        remote = f"{caller.address[0]}:{caller.address[1]}"
        feed = caller.feed = ChildFeed(
            remote,
            srt_input(port),
            transcode=digest in self._transcode,
            refused=refused,
            accepted=accepted,
        )
        knock = AdmitRequest(key=caller.key, node="", protocol="srt", remote=remote)
        watching = asyncio.create_task(self._watch(caller))
        try:
            await self._door.receive(feed, knock, granted)
        finally:
            watching.cancel()
            await feed.ended()
            if caller.backend is not None:
                caller.backend.close()
                if not feed.tags:
                    # FLV may not hold its sound: the next call has it encoded anew, or again not
                    self._transcode ^= {digest}
            self._callers.pop(caller.address, None)

    async def _join(self, caller: Caller, port: int) -> None:
        """Shake hands with the child in the caller's name, as often as it takes to come up."""
        loop = asyncio.get_running_loop()
        caller.backend, _ = await loop.create_datagram_endpoint(
            lambda: _Backend(self, caller), remote_addr=("127.0.0.1", port)
        )
        for _ in range(100):
            caller.backend.sendto(hs.induction_like(caller.asked))
            await asyncio.sleep(RETRY_SECONDS)
            if caller.cookie is not None:
                return

    def answered(self, caller: Caller, data: bytes) -> None:
        """A datagram of a caller's child: its first cookie stays here, all else goes on."""
        if caller.cookie is None:
            asked = hs.parsed(data)
            if asked is not None and asked.kind == hs.Kind.INDUCTION and caller.backend is not None:
                caller.cookie = asked.cookie
                caller.backend.sendto(hs.with_cookie(caller.asked.packet, caller.cookie))
            return
        known = hs.parsed(data)
        if known is None or known.kind != hs.Kind.INDUCTION:
            self._send(data, caller.address)

    async def _watch(self, caller: Caller) -> None:
        while time.monotonic() - caller.heard < QUIET_SECONDS:
            await asyncio.sleep(1.0)
        if caller.feed is not None:
            caller.feed.close()


class _Backend(asyncio.DatagramProtocol):
    def __init__(self, owner: SrtListener, caller: Caller) -> None:
        self._owner, self._caller = owner, caller

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._owner.answered(self._caller, data)

    def error_received(self, exc: Exception) -> None:
        """The child does not listen yet; it is asked again."""


def srt_input(port: int) -> tuple[str, ...]:
    """ffmpeg's input: an SRT listener on loopback."""
    return (*QUICK, "-protocol_whitelist", "srt,udp", "-f", "mpegts", "-i", _url(port))


def secret_input(port: int, passphrase: str) -> tuple[tuple[str, ...], bytes]:
    """The same with a passphrase: ffmpeg's input options, and a playlist for its standard input.

    A command line can be read by every user of the machine; the playlist names the address instead.
    """
    options = (*QUICK, "-safe", "0", "-protocol_whitelist", "pipe,srt,udp", "-f", "concat")
    address = f"{_url(port)}&passphrase={quote(passphrase, safe='')}"
    return (*options, "-i", "pipe:0"), f"ffconcat version 1.0\nfile '{address}'\n".encode()


def _url(port: int) -> str:
    return f"srt://127.0.0.1:{port}?mode=listener&latency={LATENCY_MICROSECONDS}"


def _minute() -> int:
    return int(time.monotonic() // 60)
