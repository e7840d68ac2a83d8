"""H.264 and AAC into an MP4 container, packets as they are."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import av

from courtstream.domain.time import SECOND
from media_workers.outputs.encode import AAC_BITS, AUDIO_BASE, VIDEO_BASE, to_ticks
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket


class Mux:
    """An open container. `target` is a path or a binary file.

    `key_frame` describes the picture; None: sound alone. `sound` False: the picture alone.
    """

    def __init__(
        self,
        target: str | io.BytesIO,
        options: Mapping[str, str],
        key_frame: bytes | None,
        *,
        sound: bool = True,
    ) -> None:
        self._container: Any = av.open(target, "w", format="mp4", options=dict(options))
        if key_frame is not None:
            self._picture = self._track_like(key_frame)
        if sound:
            self._sound = self._container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
            self._sound.codec_context.bit_rate, self._sound.time_base = AAC_BITS, AUDIO_BASE

    def _track_like(self, key_frame: bytes) -> Any:
        # The zero of a longer start code (ISO/IEC 14496-10 Annex B) would count as the last byte of
        # the parameter set before it: pictures copied from a file would not go with their own.
        plain = key_frame.replace(b"\0\0\0\1", b"\0\0\1")
        with av.open(io.BytesIO(plain), format="h264") as template:
            track = self._container.add_stream_from_template(template.streams.video[0])
        track.time_base = VIDEO_BASE
        return track

    def write(self, video: Sequence[EncodedPacket], audio: Sequence[EncodedPacket]) -> None:
        """Mux packets in order of time."""
        packets = [(p.t, self._picture_packet(p)) for p in video]
        packets += [(p.t, self._sound_packet(p)) for p in audio]
        for _, packet in sorted(packets, key=lambda pair: pair[0]):
            self._container.mux(packet)

    def close(self) -> None:
        """Finish the container."""
        self._container.close()

    def _picture_packet(self, packet: EncodedPacket) -> Any:
        result = av.Packet(packet.data)
        result.stream, result.time_base = self._picture, VIDEO_BASE
        result.pts = result.dts = to_ticks(packet.t)
        result.duration, result.is_keyframe = to_ticks(packet.duration), packet.key
        return result

    def _sound_packet(self, packet: EncodedPacket) -> Any:
        result = av.Packet(packet.data)
        result.stream, result.time_base = self._sound, AUDIO_BASE
        result.pts = result.dts = (packet.t * SAMPLE_RATE + SECOND // 2) // SECOND
        result.duration, result.is_keyframe = 1024, True
        return result
