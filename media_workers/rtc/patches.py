"""What aiortc must be told before its first connection; each line was a measured failure without.

aiortc is pinned to one version in `pyproject.toml`; `tests/unit/rtc` fails when a name here is
no longer what it was.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Sequence
from typing import Any

import aioice.ice
import aioice.turn
import aiortc.rtcrtpreceiver as receiving

UDP_BUFFER = 4_000_000
"""A key frame arrives as a burst of hundreds of packets; the usual buffer drops half of it."""

_RECEIVER = "_RTCRtpReceiver__"


def prepare(addresses: Sequence[str]) -> None:
    """Big socket buffers, encoded frames instead of decoded ones, these host addresses.

    `addresses` empty: every address of this machine but loopback, as aioice finds them.
    """
    aioice.turn.UDP_SOCKET_BUFFER_SIZE = UDP_BUFFER
    receiving.decoder_worker = _hand_through
    if addresses:
        chosen = list(addresses)
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: chosen


def _hand_through(
    loop: asyncio.AbstractEventLoop,
    input_q: queue.Queue[Any],
    output_q: asyncio.Queue[Any],
    decode_error: threading.Event,
) -> None:
    """In place of decoding: (codec, frame) as they are; None at the end."""
    while True:
        task = input_q.get()
        asyncio.run_coroutine_threadsafe(output_q.put(task), loop)
        if task is None:
            return


class SameStamps:
    """In place of the mapper that moves each track to zero: stamps stay what the sender wrote."""

    def map(self, timestamp: int) -> int:
        """The stamp itself."""
        return timestamp


def keep_stamps(receiver: Any) -> None:
    """Frames of this receiver carry the sender's own RTP time stamps."""
    _known(receiver, "timestamp_mapper")
    setattr(receiver, f"{_RECEIVER}timestamp_mapper", SameStamps())


def missing_packets(receiver: Any) -> list[int]:
    """Sequence numbers that have not come yet, to be asked for once more."""
    generator = _known(receiver, "nack_generator")
    return sorted(generator.missing) if generator is not None else []


def forget_frames(receiver: Any) -> None:
    """Give up what the receiver waits for: the next packet begins anew."""
    buffer = _known(receiver, "jitter_buffer")
    if buffer._origin is not None:
        buffer.remove(buffer.capacity)
    buffer._origin = None
    generator = _known(receiver, "nack_generator")
    if generator is not None:
        generator.missing.clear()


def codec_name(receiver: Any, payload_type: int) -> str:
    """The codec of a payload type as negotiated, empty when it is none of them."""
    codec = _known(receiver, "codecs").get(payload_type)
    return codec.name.lower() if codec is not None else ""


def media_ssrc(receiver: Any) -> int | None:
    """The stream that is being received, None before its first packet."""
    streams = _known(receiver, "remote_streams")
    rtx = _known(receiver, "rtx_ssrc")
    return next((ssrc for ssrc in streams if ssrc not in rtx), None)


def _known(receiver: Any, name: str) -> Any:
    return getattr(receiver, f"{_RECEIVER}{name}")
