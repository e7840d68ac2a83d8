"""All WHEP viewers of a node: redacted previews share a screen, every raw preview has its own."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.sdp import SessionDescription

from courtstream.control.protocol import RtcReply, RtcRequest, RtcVerb
from media_workers.rtc.offer import Refusal, malformed, parsed_fragment, parsed_offer
from media_workers.rtc.screens import Screen, ViewTrack

log = structlog.get_logger()
MOST_VIEWERS = 64
MOST_RAW = 6
"""Each raw preview is decoded and encoded for its viewer alone."""

LONGEST_SECONDS = 4 * 3600.0
_GONE = (404, "not_found", "会话不存在 / there is no such session")
_FULL = (503, "too_many_sessions", "观看会话过多 / too many viewers, try later")
_NOT_RUNNING = (409, "worker_away", "该庭审没有在运行 / the hearing is not running")


@dataclass(slots=True)
class Viewer:
    """One player: its connection, its tracks, its screen, and whose it is."""

    owner: str
    view: str
    screen: Screen
    etag: str
    tracks: list[ViewTrack]
    peer: RTCPeerConnection = field(
        default_factory=lambda: RTCPeerConnection(RTCConfiguration(iceServers=[]))
    )
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class WhepSide:
    """Answers offers of players that the platform has let look."""

    def __init__(self) -> None:
        self._viewers: dict[str, Viewer] = {}
        self._shared: dict[str, Screen] = {}

    async def handle(self, request: RtcRequest) -> RtcReply:
        """Carry out one request; whatever is wrong with it becomes its answer."""
        try:
            if request.verb is RtcVerb.OFFER:
                return await self._offer(request)
            viewer = self._viewers.get(request.session)
            if viewer is None or not hmac.compare_digest(viewer.owner, request.viewer):
                raise Refusal(*_GONE)
            if request.verb is RtcVerb.CLOSE:
                await self._end(request.session)
                return RtcReply(status=200)
            return await self._candidates(viewer, request)
        except Refusal as refusal:
            return RtcReply(status=refusal.status, code=refusal.code, message=refusal.message)

    async def close(self) -> None:
        """End every session."""
        for name in list(self._viewers):
            await self._end(name)

    async def _offer(self, request: RtcRequest) -> RtcReply:
        offer = parsed_offer(request.sdp, publishing=False)
        raw = sum(v.view == "raw" for v in self._viewers.values())
        if len(self._viewers) >= MOST_VIEWERS or (request.view == "raw" and raw >= MOST_RAW):
            raise Refusal(*_FULL)
        screen = self._screen(request)
        name = secrets.token_hex(16)
        tracks = [ViewTrack(media.kind) for media in offer.media]
        viewer = Viewer(request.viewer, request.view, screen, f'"{name[:16]}"', tracks)
        self._viewers[name] = viewer
        screen.add(tracks)
        try:
            sdp = await _answered(viewer, offer, request.sdp)
        except Exception as error:  # noqa: BLE001 aiortc over a stranger's offer: a boundary
            log.info("offer not answered", error=type(error).__name__)
            await self._end(name)
            raise malformed() from None
        viewer.task = asyncio.ensure_future(self._watch(name, viewer))
        return RtcReply(status=201, session=name, sdp=sdp, etag=viewer.etag)

    def _screen(self, request: RtcRequest) -> Screen:
        path = Path(request.socket)
        shared = self._shared.get(request.socket)
        if request.view == "redacted" and shared is not None and not shared.over.is_set():
            return shared
        screen = Screen(path, request.view, request.mark)
        try:
            screen.start()
        except OSError:
            raise Refusal(*_NOT_RUNNING) from None
        if request.view == "redacted":
            self._shared[request.socket] = screen
        return screen

    async def _candidates(self, viewer: Viewer, request: RtcRequest) -> RtcReply:
        fragment = parsed_fragment(request.sdp)
        if request.etag != viewer.etag:
            raise Refusal(412, "etag_mismatch", "ETag 不符 / the entity tag does not match")
        for candidate in fragment.candidates:
            with contextlib.suppress(ValueError):
                candidate.component = 1
                await viewer.peer.addIceCandidate(candidate)
        return RtcReply(status=204, etag=viewer.etag)

    async def _watch(self, name: str, viewer: Viewer) -> None:
        over = [asyncio.ensure_future(e.wait()) for e in (viewer.gone, viewer.screen.over)]
        await asyncio.wait(over, timeout=LONGEST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for waiting in over:
            waiting.cancel()
        await self._end(name)

    async def _end(self, name: str) -> None:
        viewer = self._viewers.pop(name, None)
        if viewer is None:
            return
        if viewer.screen.remove(viewer.tracks):
            viewer.screen.close()
            self._shared = {k: s for k, s in self._shared.items() if s is not viewer.screen}
        viewer.gone.set()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(viewer.peer.close(), 5.0)


async def _answered(viewer: Viewer, offer: SessionDescription, sdp: str) -> str:
    peer = viewer.peer
    for track, media in zip(viewer.tracks, offer.media, strict=True):
        transceiver = peer.addTransceiver(track, direction="sendonly")
        wanted = "audio/opus" if media.kind == "audio" else "video/H264"
        transceiver.setCodecPreferences([c for c in _able(media.kind) if c.mimeType == wanted])

    def changed() -> None:
        if peer.connectionState in ("failed", "closed"):
            viewer.gone.set()

    peer.on("connectionstatechange", changed)
    await peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    return str(peer.localDescription.sdp)


def _able(kind: str) -> list[Any]:
    capabilities = RTCRtpSender.getCapabilities(kind)
    return list(capabilities.codecs) if capabilities is not None else []
