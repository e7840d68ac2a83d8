"""One WHIP publisher: from its offer to the tags that the door carries to the hearing's worker."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtcpSrPacket
from aiortc.sdp import SessionDescription

from media_workers.rtc import patches
from media_workers.rtc.offer import with_start_rate
from media_workers.rtc.order import Order
from media_workers.rtc.sync import Placed, RtpTrack, Sync
from media_workers.rtc.tags import H264Tags, opus_tag, vp8_tag

NACK_SECONDS = 0.1
STUCK_SECONDS = 0.7
"""A picture that has not come by then will not: the sender is asked for a key frame instead."""

KEY_SECONDS = 3.0
"""Browsers send a key frame only when asked. Whoever joins later (a worker that was started again,
a preview) can begin at none but these."""

WAITING_BYTES = 8 << 20
"""What may wait for the door; beyond it pictures are given up until the next key frame."""

Frame = tuple[str, bytes]


class Publication:
    """A peer connection that only receives, and the way its frames take."""

    def __init__(self, session: str, writer: asyncio.StreamWriter) -> None:
        self.session = session
        self.etag = f'"{session[:16]}"'
        self._writer = writer
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._sync: Sync[Frame] = Sync({})
        self._h264 = H264Tags()
        self._order: Order[Any] = Order()
        self._receivers: dict[str, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._need_key = True
        self._last_picture = self._last_key = time.monotonic()
        self.gone = asyncio.Event()
        self.pictures = self.given_up = 0

    async def answer(self, offer: SessionDescription, sdp: str) -> str:
        """Answer the offer; all candidates are in the answer. Raises whatever aiortc raises."""
        for media in offer.media:
            wanted = ("audio/opus",) if media.kind == "audio" else ("video/H264", "video/VP8")
            able = _able(media.kind)
            chosen = [c for name in wanted for c in able if c.mimeType == name]
            rtx = [c for c in able if c.mimeType.lower() == "video/rtx"]
            transceiver = self._peer.addTransceiver(media.kind, direction="recvonly")
            transceiver.setCodecPreferences([*chosen, *rtx])
            self._watch(media.kind, transceiver.receiver)
        self._peer.on("track", self._began)
        self._peer.on("connectionstatechange", self._changed)
        await self._peer.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        self._begin(self._mend())
        return with_start_rate(self._peer.localDescription.sdp)

    async def add(self, candidates: tuple[Any, ...], *, complete: bool) -> None:
        """Trickled candidates of the client; one that cannot be used is passed over."""
        for candidate in candidates:
            with contextlib.suppress(ValueError):
                candidate.component = 1  # all is bundled, and some clients count from zero
                await self._peer.addIceCandidate(candidate)
        if complete:
            await self._peer.addIceCandidate(None)

    async def close(self, *, left: bool) -> None:
        """End; `left` tells the door that the publisher said goodbye."""
        self.gone.set()
        for task in self._tasks:
            task.cancel()
        if left:
            self._writer.write(b"\xff" + bytes(14))
        self._writer.close()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._peer.close(), 5.0)

    # -- receiving ------------------------------------------------------------------------------

    def _watch(self, kind: str, receiver: Any) -> None:
        """Hear this receiver's sender reports and its lost pictures; keep its stamps."""
        patches.keep_stamps(receiver)
        self._receivers[kind] = receiver
        self._sync.tracks[kind] = RtpTrack(48_000 if kind == "audio" else 90_000)
        rtcp, pli = receiver._handle_rtcp_packet, receiver._send_rtcp_pli

        async def heard(packet: Any) -> None:
            if isinstance(packet, RtcpSrPacket):
                info = packet.sender_info
                self._sync.report(kind, info.ntp_timestamp / (1 << 32), info.rtp_timestamp)
            await rtcp(packet)

        async def lost(ssrc: int) -> None:
            self._need_key = True  # what follows refers to what is lost
            await pli(ssrc)

        if kind == "audio":
            self._listen(receiver)
        receiver._handle_rtcp_packet = heard
        receiver._send_rtcp_pli = lost

    def _listen(self, receiver: Any) -> None:
        """Take sound before aiortc's buffer: there one lost packet costs sixteen."""
        handle = receiver._handle_rtp_packet

        async def came(packet: Any, arrival_time_ms: int) -> None:
            await handle(packet, arrival_time_ms)
            if patches.codec_name(receiver, packet.payload_type) == "opus":
                for sound in self._order.push(packet.sequence_number, packet):
                    self._place("audio", sound.timestamp, ("opus", sound.payload))

        receiver._handle_rtp_packet = came

    def _place(self, kind: str, stamp: int, frame: Frame) -> None:
        for item in self._sync.push(kind, stamp, frame, time.monotonic()):
            self._write(item)

    def _began(self, track: Any) -> None:
        self._begin(self._drain(track))

    def _changed(self) -> None:
        if self._peer.connectionState in ("failed", "closed"):
            self.gone.set()

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, track: Any) -> None:
        """Take every frame at once: aiortc's own queue has no bound."""
        with contextlib.suppress(MediaStreamError):
            while True:
                codec, frame = await track.recv()
                if track.kind == "video":
                    self._place("video", frame.timestamp, (codec.name.lower(), frame.data))
        self.gone.set()

    def _write(self, item: Placed[Frame]) -> None:
        name, data = item.frame
        if not data:
            return
        if name == "opus":
            self._send(opus_tag(item.at, data))
            return
        makes: Callable[[int, bytes], tuple[bytes, bool]]
        makes = self._h264.push if name == "h264" else vp8_tag
        tags, key = makes(item.at, data)
        self._last_picture = time.monotonic()
        if key:
            self._need_key = False
            self._last_key = self._last_picture
        if self._need_key or not tags:
            self.given_up += 1
            return
        self.pictures += 1
        if not self._send(tags):
            self._need_key = True

    def _send(self, tags: bytes) -> bool:
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > WAITING_BYTES:
            return False
        self._writer.write(tags)
        return True

    async def _mend(self) -> None:
        """Ask again for what is missing; after a while for a key frame instead."""
        receiver = self._receivers["video"]
        asked_key = 0.0
        while True:
            await asyncio.sleep(NACK_SECONDS)
            ssrc = patches.media_ssrc(receiver)
            if ssrc is None:
                continue
            now = time.monotonic()
            missing = patches.missing_packets(receiver)
            if missing and now - self._last_picture > STUCK_SECONDS:
                patches.forget_frames(receiver)
                self._need_key = True
            elif missing:
                await receiver._send_rtcp_nack(ssrc, missing[:64])
            wanted = self._need_key or now - self._last_key > KEY_SECONDS
            if wanted and now - asked_key > STUCK_SECONDS:
                asked_key = now
                await receiver._send_rtcp_pli(ssrc)


def _able(kind: str) -> list[Any]:
    capabilities = RTCRtpReceiver.getCapabilities(kind)
    return list(capabilities.codecs) if capabilities is not None else []
