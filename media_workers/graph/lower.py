"""The rendition of 360 lines: the hidden pictures once more, smaller. It decides nothing.

Pictures on their way are scaled from the planes that were hidden already. What comes as an encoded
group alone (a card, a group hidden further) is decoded first: both ways see only what may leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from courtstream.domain.errors import BrokenStream
from courtstream.domain.time import MediaTime
from media_workers.graph.rehide import pictures
from media_workers.outputs.encode import LOW_PEAK_BITS, VideoEncoder
from media_workers.runtime.items import EncodedPacket, Planes
from media_workers.timeline.fit import low_size, scaled

PRESET = "superfast"
"""A quarter of the pixels at a quarter of the bits: what a slower preset saves is not seen."""

Form = Callable[[], tuple[int, int, float]]


class Lower:
    """Makes the low rendition of pictures of the size that `form` gives: width, height, rate."""

    def __init__(self, form: Form, preset: str = PRESET) -> None:
        self._form, self._preset = form, preset
        self._known: tuple[int, int, float] | None = None
        self._encoder: VideoEncoder | None = None

    def push(self, t: MediaTime, i420: Planes, key: bool) -> dict[MediaTime, EncodedPacket]:
        """One hidden picture; packets by their time."""
        encoder = self._open()
        small = scaled(i420, encoder.width, encoder.height)
        return {packet.t: packet for packet in encoder.push(t, small, key)}

    def flush(self) -> dict[MediaTime, EncodedPacket]:
        """What the encoder still holds; the next picture has to be a key frame."""
        return {packet.t: packet for packet in self._encoder.flush()} if self._encoder else {}

    def group(self, video: Sequence[EncodedPacket]) -> tuple[EncodedPacket, ...]:
        """A closed group that is encoded already. Raises BrokenStream when it cannot be read."""
        decoded = pictures(video)
        encoder = self._open()
        made: list[EncodedPacket] = []
        for packet in video:
            picture = decoded.get(packet.t)
            if picture is None:
                raise BrokenStream("a published picture cannot be read")
            small = scaled(picture.i420, encoder.width, encoder.height)
            made += encoder.push(packet.t, small, packet.key)
        made += encoder.flush()
        lasts = {packet.t: packet.duration for packet in video}
        return tuple(replace(p, duration=lasts.get(p.t, p.duration)) for p in made)

    def _open(self) -> VideoEncoder:
        form = self._form()
        if self._encoder is None or form != self._known:
            width, height, fps = self._known = form
            size = low_size(width, height)
            self._encoder = VideoEncoder(*size, fps, self._preset, LOW_PEAK_BITS)
        return self._encoder
