"""An encoder that sends a file in real time through the door's own relay to a worker's socket."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from courtstream.control.policy import IngestPolicy
from courtstream.control.rtmp import amf
from courtstream.control.rtmp.flv import AUDIO, SCRIPT, VIDEO, Tag, media_tag
from courtstream.control.rtmp.relay import Relay


def tags_of(path: Path) -> Iterator[Tag]:
    """An H.264 and AAC file as an encoder would send it, in order of decode time."""
    with av.open(str(path)) as media:
        video, audio = media.streams.video[0], media.streams.audio[0]
        meta = amf.encode("onMetaData", {"videocodecid": 7.0, "audiocodecid": 10.0})
        setup = (
            media_tag(SCRIPT, 0, meta),
            media_tag(VIDEO, 0, b"\x17\0\0\0\0" + bytes(video.codec_context.extradata or b"")),
            media_tag(AUDIO, 0, b"\xaf\0" + bytes(audio.codec_context.extradata or b"")),
        )
        yield from (tag for tag in setup if tag is not None)
        for packet in media.demux(video, audio):
            tag = _tag(packet) if packet.size else None
            if tag is not None:
                yield tag


def _tag(packet: Any) -> Tag | None:
    at = max(0, round(packet.dts * packet.time_base * 1000))
    if packet.stream.type == "audio":
        return media_tag(AUDIO, at, b"\xaf\x01" + bytes(packet))
    ahead = round((packet.pts - packet.dts) * packet.time_base * 1000)
    head = bytes([0x17 if packet.is_keyframe else 0x27, 1]) + ahead.to_bytes(3, "big", signed=True)
    return media_tag(VIDEO, at, head + bytes(packet))


class Feeder:
    """Sends `media` once; `with` it."""

    def __init__(self, media: Path, socket: Path, policy: IngestPolicy | None = None) -> None:
        self._media, self._socket = media, socket
        self._policy = policy or IngestPolicy()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.done = threading.Event()
        self.sent = 0.0

    def __enter__(self) -> Feeder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(20)

    async def _run(self) -> None:
        relay = Relay(lambda: self._socket, self._policy)
        carrying: asyncio.Task[object] = asyncio.create_task(relay.run())
        began = time.monotonic()
        for tag in tags_of(self._media):
            while time.monotonic() - began < tag.timestamp / 1000 and not self._stop.is_set():
                await asyncio.sleep(0.005)
            if self._stop.is_set():
                break
            await relay.push(tag)
            self.sent = tag.timestamp / 1000
        self.done.set()
        await relay.finish(carrying)
