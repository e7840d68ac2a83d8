"""`rtc`: the process that speaks WebRTC for one node.

Requests come as JSON lines on standard input and are answered on standard output, so that the
process ends with its parent. Media goes to the door over its own Unix socket.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from courtstream.control.protocol import RtcReply, RtcRequest, RtcVerb
from media_workers.rtc import patches
from media_workers.rtc.offer import Refusal, malformed, parsed_fragment, parsed_offer
from media_workers.rtc.publication import Publication
from media_workers.rtc.viewers import WhepSide

log = structlog.get_logger()
DOOR_SECONDS = 20.0
MOST_SESSIONS = 64
LINE_BYTES = 1 << 20
_GONE = (404, "not_found", "会话不存在 / there is no such session")
_FULL = (503, "too_many_sessions", "会话过多，请稍后再试 / too many sessions, try later")
_AWAY = (503, "control_away", "控制服务暂不可用 / the door does not answer")


@dataclass(slots=True)
class Session:
    """A publisher and what its later requests must bring."""

    publication: Publication
    key_digest: bytes
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class WhipSide:
    """All publishers of this node."""

    def __init__(self, door: Path) -> None:
        self._door = door
        self._sessions: dict[str, Session] = {}

    async def handle(self, request: RtcRequest) -> RtcReply:
        """Carry out one request; whatever is wrong with it becomes its answer."""
        try:
            if request.verb is RtcVerb.OFFER:
                return await self._offer(request)
            session = self._session(request)
            if request.verb is RtcVerb.CLOSE:
                await self._end(request.session, left=True)
                return RtcReply(status=200)
            return await self._candidates(session.publication, request)
        except Refusal as refusal:
            return RtcReply(status=refusal.status, code=refusal.code, message=refusal.message)

    async def close(self) -> None:
        """End every session."""
        for name in list(self._sessions):
            await self._end(name, left=False)

    async def _offer(self, request: RtcRequest) -> RtcReply:
        offer = parsed_offer(request.sdp, publishing=True)
        if len(self._sessions) >= MOST_SESSIONS:
            raise Refusal(*_FULL)
        reader, writer = await self._knock(request)
        name = secrets.token_hex(16)
        publication = Publication(name, writer)
        try:
            sdp = await publication.answer(offer, request.sdp)
        except Exception as error:  # noqa: BLE001 aiortc over a stranger's offer: a boundary
            log.info("offer not answered", error=type(error).__name__)
            await publication.close(left=True)
            raise malformed() from None
        session = Session(publication, _digest(request.key))
        self._sessions[name] = session
        session.tasks = [
            asyncio.ensure_future(self._watch(name, publication)),
            asyncio.ensure_future(_until_refused(reader, publication)),
        ]
        return RtcReply(status=201, session=name, sdp=sdp, etag=publication.etag)

    async def _knock(
        self, request: RtcRequest
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Ask the door for admission. Raises Refusal with the door's own words."""
        knock = {"key": request.key, "protocol": "whip", "remote": request.remote}
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._door))
            writer.write(json.dumps(knock).encode() + b"\n")
            line = await asyncio.wait_for(reader.readline(), DOOR_SECONDS)
            reply: dict[str, Any] = json.loads(line)
        except (OSError, TimeoutError, ValueError):
            raise Refusal(*_AWAY) from None
        if not reply.get("ok"):
            writer.close()
            raise Refusal(0, str(reply.get("code", "refused")), str(reply.get("message", "")))
        return reader, writer

    async def _candidates(self, publication: Publication, request: RtcRequest) -> RtcReply:
        """Trickle ICE (RFC 9725 §4.3.1); this side restarts no ICE (§4.3.2)."""
        fragment = parsed_fragment(request.sdp)
        if request.etag == "*":
            message = "不支持 ICE 重启，请重新推流 / no ICE restart here: publish anew"
            raise Refusal(501, "ice_restart", message)
        if request.etag != publication.etag:
            raise Refusal(412, "etag_mismatch", "ETag 不符 / the entity tag does not match")
        await publication.add(fragment.candidates, complete=fragment.complete)
        return RtcReply(status=204, etag=publication.etag)

    def _session(self, request: RtcRequest) -> Session:
        session = self._sessions.get(request.session)
        if session is None or not hmac.compare_digest(session.key_digest, _digest(request.key)):
            raise Refusal(*_GONE)
        return session

    async def _watch(self, name: str, publication: Publication) -> None:
        await publication.gone.wait()
        await self._end(name, left=False)

    async def _end(self, name: str, *, left: bool) -> None:
        session = self._sessions.pop(name, None)
        if session is None:
            return
        await session.publication.close(left=left)
        for task in session.tasks:
            if task is not asyncio.current_task():
                task.cancel()


async def _until_refused(reader: asyncio.StreamReader, publication: Publication) -> None:
    """The door closes when the hearing is over, the key revoked, or nothing has come."""
    try:
        while await reader.read(4096):
            pass
    except OSError:
        pass
    publication.gone.set()


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


async def serve(side: Any) -> None:
    """Answer lines of standard input until it ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        task = asyncio.ensure_future(_answer(side, line))
        running.add(task)
        task.add_done_callback(running.discard)
    await side.close()


async def _answer(side: Any, line: bytes) -> None:
    number, _, text = line.partition(b" ")
    try:
        reply = await side.handle(RtcRequest.model_validate_json(text))
    except ValidationError:
        reply = RtcReply(status=400, code="invalid_input", message="请求无效 / invalid request")
    except Exception as error:  # noqa: BLE001 one request must not end the others' sessions
        log.error("request failed", error=type(error).__name__)
        reply = RtcReply(status=500, code="error", message="系统出现错误 / something went wrong")
    _say(number + b" " + reply.model_dump_json().encode() + b"\n")


def _say(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


async def _serve(side: str, door: Path) -> None:
    await serve(WhipSide(door) if side == "whip" else WhepSide())


def main(argv: list[str]) -> int:
    """`rtc --side whip --door SOCKET [--address A …]`; gives the exit code."""
    parser = argparse.ArgumentParser("media_workers rtc")
    parser.add_argument("--side", choices=("whip", "whep"), required=True)
    parser.add_argument("--door", type=Path, required=True)
    parser.add_argument("--address", action="append", default=[])
    options = parser.parse_args(argv)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    patches.prepare(options.address)
    asyncio.run(_serve(options.side, options.door))
    return 0
