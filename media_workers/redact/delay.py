"""The privacy delay line: hidden, encoded pictures and PCM sound, until the guard decides."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, FacesAt, Pcm, Picture, Sound

CHUNK: MediaTime = SECOND
"""The guard lets out one closed group of pictures at a time; groups start on this grid."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How one encoded picture was hidden. `low`: the same picture at 360 lines, when wanted."""

    packet: EncodedPacket
    faces: FacesAt | None
    whole: Reason | None
    low: EncodedPacket | None = None

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return len(self.packet.data) + (len(self.low.data) if self.low else 0)


@dataclass(frozen=True, slots=True)
class Held:
    """All that is known of one chunk when its time to air has come.

    `seen` tells whether any picture arrived in it, `heard` what part of it sound arrived for.
    `sound` always covers `span` exactly. `small` is a redacted picture for stills and cards.
    """

    span: Span
    pictures: tuple[Shown, ...]
    sound: Sound
    seen: bool
    heard: Span | None
    small: Picture | None


class DelayLine:
    """Filled by the picture and sound threads, emptied by the release thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pictures: list[Shown] = []
        self._sounds: list[Sound] = []
        self._small: dict[MediaTime, Picture] = {}
        self._seen: set[MediaTime] = set()
        self.aired: MediaTime = 0
        self.picture_upto: MediaTime = 0
        self.sound_upto: MediaTime = 0

    @property
    def bytes(self) -> int:
        """Bytes held."""
        with self._lock:
            encoded = sum(s.bytes for s in self._pictures)
            return encoded + sum(s.pcm.nbytes for s in self._sounds)

    def resume(self, at: MediaTime) -> None:
        """Everything before `at` has aired in an earlier run."""
        with self._lock:
            self.aired = at

    def saw(self, t: MediaTime) -> None:
        """A video packet of this time arrived, whatever becomes of it."""
        with self._lock:
            self._seen.add(chunk_start(t))

    def add_small(self, small: Picture) -> None:
        """Take a small redacted picture for the chunk it lies in."""
        with self._lock:
            self._small[chunk_start(small.t)] = small

    def add_picture(self, shown: Shown) -> None:
        """Take the next encoded picture; one whose chunk has aired is let go at once."""
        with self._lock:
            if shown.packet.t >= self.aired:
                self._pictures.append(shown)
            self.picture_upto = max(self.picture_upto, shown.packet.t + shown.packet.duration)

    def distrust(self, since: MediaTime, reason: Reason) -> None:
        """Analysis was found to lie: what it passed from `since` on and has not aired is closed."""
        with self._lock:
            self._pictures = [
                replace(s, whole=reason) if s.packet.t >= since and s.whole is None else s
                for s in self._pictures
            ]

    def add_sound(self, sound: Sound) -> None:
        """Take the next sound at 48 kHz; what lies before the aired chunks is let go at once."""
        with self._lock:
            if sound.span.end > self.aired:
                self._sounds.append(sound)
            self.sound_upto = max(self.sound_upto, sound.span.end)

    def first(self) -> MediaTime | None:
        """Start of the earliest chunk that holds anything."""
        with self._lock:
            starts = [s.packet.t for s in self._pictures[:1]] + [s.t for s in self._sounds[:1]]
            return chunk_start(min(starts)) if starts else None

    def coming(self) -> list[Picture]:
        """A small redacted picture of every chunk that waits to air, oldest first."""
        with self._lock:
            return [self._small[start] for start in sorted(self._small)]

    def newest(self) -> dict[str, float]:
        """For people: level of the newest sound in dBFS, faces in the newest frame."""
        with self._lock:
            sound = self._sounds[-1] if self._sounds else None
            faces = self._pictures[-1].faces if self._pictures else None
        seen = {"faces_seen": float(len(faces.faces)) if faces else 0.0}
        if sound is None or not len(sound.pcm):
            return seen
        wave = sound.pcm.astype(np.float32) / 32768.0
        rms, peak = float(np.sqrt(np.mean(wave**2))), float(np.max(np.abs(wave)))
        level, top = (round(20 * np.log10(max(v, 1e-5)), 1) for v in (rms, peak))
        return {**seen, "level_db": level, "peak_db": top}

    def take(self, span: Span) -> Held:
        """Everything captured in `span`; what lies before it is let go, unheard and unseen."""
        with self._lock:
            self.aired = span.end
            pictures = tuple(s for s in self._pictures if span.contains(s.packet.t))
            self._pictures = [s for s in self._pictures if s.packet.t >= span.end]
            pcm, heard = self._sound_of(span)
            self._sounds = [s for s in self._sounds if s.span.end > span.end]
            small = self._small.pop(span.start, None)
            seen = span.start in self._seen
            self._seen = {t for t in self._seen if t >= span.end}
            self._small = {t: p for t, p in self._small.items() if t > span.start}
        if pictures and not pictures[0].packet.key:
            # A group that lost its key frame cannot be shown; the guard puts a card there.
            pictures = ()
        return Held(span, pictures, Sound(span.start, pcm), seen, heard, small)

    def _sound_of(self, span: Span) -> tuple[Pcm, Span | None]:
        first = span.start * SAMPLE_RATE // SECOND
        pcm = np.zeros(span.end * SAMPLE_RATE // SECOND - first, np.int16)
        heard: list[Span] = []
        for sound in self._sounds:
            at = round(sound.t * SAMPLE_RATE / SECOND) - first
            begin, end = max(0, at), min(len(pcm), at + len(sound.pcm))
            if begin < end:
                pcm[begin:end] = sound.pcm[begin - at : end - at]
                heard.append(sound.span)
        if not heard:
            return pcm, None
        return pcm, Span(heard[0].start, max(s.end for s in heard)).clipped(span)


def chunk_start(t: MediaTime) -> MediaTime:
    """Start of the chunk that `t` lies in."""
    return t - t % CHUNK
