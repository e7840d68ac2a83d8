"""The node's WebRTC processes: started when first needed, asked over their standard input.

They end with the node (their input ends); one that fell is started again by the next request.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import sys
from pathlib import Path
from typing import Literal

import structlog

from courtstream.control.door import Workers
from courtstream.control.protocol import RtcReply, RtcRequest, window_of

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 24.0
LINE_BYTES = 1 << 20
RTC_COMMAND = (sys.executable, "-m", "media_workers", "rtc")

Side = Literal["whip", "whep"]


class RtcHost:
    """One process for publishers and one for viewers: a viewer's crash ends no hearing."""

    def __init__(
        self, door: Path, workers: Workers, host: str, addresses: tuple[str, ...] = ()
    ) -> None:
        self._workers = workers
        self._sides = {s: RtcProcess(s, door, candidate_addresses(host, addresses)) for s in SIDES}

    async def handle(self, request: RtcRequest) -> RtcReply:
        """Hand a request to its process; a viewer's with the window of the hearing's worker."""
        if request.kind == "whep":
            door = self._workers.socket(request.hearing_id)
            window = str(window_of(door)) if door is not None else ""
            request = request.model_copy(update={"socket": window})
        return await self._sides[request.kind].ask(request)

    async def close(self) -> None:
        """End both."""
        await asyncio.gather(*(side.close() for side in self._sides.values()))


SIDES: tuple[Side, ...] = ("whip", "whep")


class RtcProcess:
    """A child that answers lines; at most one runs."""

    def __init__(self, side: Side, door: Path, addresses: tuple[str, ...]) -> None:
        options = [word for address in addresses for word in ("--address", address)]
        self._command = (*RTC_COMMAND, "--side", side, "--door", str(door), *options)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[RtcReply]] = {}
        self._number = 0
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int:
        """The running child's pid, 0 when there is none."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else 0

    async def ask(self, request: RtcRequest) -> RtcReply:
        """One request; 503 when the process dies over it or does not answer."""
        process = await self._running()
        self._number += 1
        number = self._number
        answer: asyncio.Future[RtcReply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            assert process.stdin is not None
            process.stdin.write(b"%d %s\n" % (number, request.model_dump_json().encode()))
            await process.stdin.drain()
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        except (OSError, TimeoutError, ConnectionError):
            return _away()
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """End the child in good order."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5.0)
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._starting:
            process = self._process
            if process is None or process.returncode is not None:
                process = self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=LINE_BYTES,
                    start_new_session=True,  # Ctrl-C reaches the node, which ends it in order
                )
                self._reading = asyncio.create_task(self._read(process))
            return process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError):
            while line := await process.stdout.readline():
                number, _, text = line.partition(b" ")
                answer = self._waiting.get(int(number))
                if answer is not None and not answer.done():
                    answer.set_result(RtcReply.model_validate_json(text))
        code = await process.wait()
        if process is self._process:
            log.error("rtc process ended", code=code)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(_away())


def candidate_addresses(host: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses offered to peers: those set, else the one listened on; empty for all of them."""
    if addresses:
        return addresses
    try:
        return () if ipaddress.ip_address(host).is_unspecified else (host,)
    except ValueError:
        return ("127.0.0.1",) if host == "localhost" else ()


def _away() -> RtcReply:
    message = "WebRTC 服务已重启，请重试 / the WebRTC service was restarted, try again"
    return RtcReply(status=503, code="control_away", message=message)
