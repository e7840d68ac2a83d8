"""Hidden pictures encoded, and the same smaller beside: into the delay line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from courtstream.domain.time import MediaTime
from media_workers.graph.lower import Lower
from media_workers.outputs.encode import CHEAPER, LOW_ABOVE, VideoEncoder, from_ticks, to_ticks
from media_workers.redact.delay import DelayLine, Shown, chunk_start
from media_workers.redact.veil import Veiled
from media_workers.runtime.items import EncodedPacket, Picture
from media_workers.timeline.fit import public_size, scaled

SMALL_WIDTH = 640


class Coding:
    """The encoders of a hearing, from its first picture on of one size. Not thread-safe.

    `low`: a rendition of 360 lines is made beside, from the same hidden planes. `sparing` says
    whether the machine is full: then pictures are encoded with less care.
    """

    def __init__(self, delay: DelayLine, preset: str, low: bool) -> None:
        self._delay, self._preset = delay, preset
        self._encoder: VideoEncoder | None = None
        self._lower = Lower(lambda: (*(self.size or (0, 0)), self.fps)) if low else None
        self._waiting: dict[MediaTime, Veiled] = {}
        self._chunk: MediaTime = -1
        self.fps = 25.0
        self.shown: Veiled | None = None
        self.sparing: Callable[[], bool] = lambda: False

    @property
    def size(self) -> tuple[int, int] | None:
        """Public width and height, once the first picture is known."""
        return (self._encoder.width, self._encoder.height) if self._encoder else None

    def rate(self, fps: float) -> None:
        """Pictures a second of a source's track; the first one's counts."""
        if self._encoder is None:
            self.fps = min(60.0, max(1.0, fps))

    def fit_for(self, picture: Picture) -> tuple[int, int]:
        """The public size, which the first picture decides."""
        if self._encoder is None:
            width, height = public_size(picture.width, picture.height)
            self._encoder = VideoEncoder(width, height, self.fps, self._preset)
        return self._encoder.width, self._encoder.height

    def push(self, veiled: Veiled) -> None:
        """Encode one picture of the public size."""
        if self._encoder is None:
            return
        ticked = from_ticks(to_ticks(veiled.t))
        chunk = chunk_start(ticked)
        key = chunk != self._chunk
        if key:
            self._spare()
            self._delay.add_small(_small(veiled))
            self.shown = veiled if veiled.whole is None else self.shown
        self._chunk = chunk
        self._waiting[ticked] = veiled
        low = self._low_of(ticked, veiled, key)
        self._hand_on(self._encoder.push(ticked, veiled.i420, key), low)

    def flush(self) -> None:
        """What the encoders still hold; the next picture begins a group."""
        if self._encoder is not None:
            low = self._lower.flush() if self._lower else {}
            self._hand_on(self._encoder.flush(), low)
            self._chunk = -1

    def _spare(self) -> None:
        encoder = self._encoder
        preset = CHEAPER.get(self._preset, self._preset) if self.sparing() else self._preset
        if encoder is not None and encoder.preset != preset:
            self.flush()
            self._encoder = VideoEncoder(encoder.width, encoder.height, self.fps, preset)

    def _low_of(self, t: MediaTime, veiled: Veiled, key: bool) -> dict[MediaTime, EncodedPacket]:
        if self._lower is None or self._encoder is None or self._encoder.height <= LOW_ABOVE:
            return {}
        return self._lower.push(t, veiled.i420, key)

    def _hand_on(
        self, packets: Iterable[EncodedPacket], low: Mapping[MediaTime, EncodedPacket]
    ) -> None:
        for packet in packets:
            veiled = self._waiting.pop(packet.t)
            self._delay.add_picture(Shown(packet, veiled.faces, veiled.whole, low.get(packet.t)))


def _small(veiled: Veiled) -> Picture:
    """A copy of a redacted picture, at most SMALL_WIDTH wide."""
    width, height = veiled.i420.shape[1], veiled.i420.shape[0] * 2 // 3
    if width <= SMALL_WIDTH:
        return Picture(veiled.t, veiled.i420.copy(), 0)
    lines = max(4, height * SMALL_WIDTH // width // 4 * 4)
    return Picture(veiled.t, scaled(veiled.i420, SMALL_WIDTH, lines), 0)
