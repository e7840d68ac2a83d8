"""What travels between stages: frozen, small, always with a media time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from courtstream.domain.redaction import Box, Reason, Redaction
from courtstream.domain.staff import MACHINE
from courtstream.domain.time import SECOND, MediaTime, Span
from courtstream.domain.transcript import Word
from courtstream.domain.trial import MinuteState

Planes: TypeAlias = npt.NDArray[np.uint8]
Pcm: TypeAlias = npt.NDArray[np.int16]

SAMPLE_RATE = 48_000
"""Everything audible between the clock and the encoder is mono at this rate."""

SPEECH_RATE = 16_000
"""The rate speech models take."""


@dataclass(frozen=True, slots=True)
class SourcePacket:
    """A compressed packet as it came, on the hearing's clock. `pts`/`dts`/`duration` in ns."""

    kind: Literal["video", "audio"]
    pts: MediaTime
    dts: MediaTime
    duration: MediaTime
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded frame as packed I420: `i420` has shape (height * 3 // 2, width), uint8.

    Width and height are even. Readers share the planes and never write them; only the veil does,
    when analysis has answered for the picture and nobody else reads it any more.
    """

    t: MediaTime
    i420: Planes
    index: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.i420.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.i420.shape[0]) * 2 // 3

    def planes(self) -> tuple[Planes, Planes, Planes]:
        """Views of Y (h, w), U and V (h/2, w/2)."""
        return i420_planes(self.i420)


def i420_planes(i420: Planes) -> tuple[Planes, Planes, Planes]:
    """Views of Y (h, w), U and V (h/2, w/2) of a packed I420 picture."""
    h, w = i420.shape[0] * 2 // 3, i420.shape[1]
    quarter = (h // 2) * (w // 2)
    flat = i420.reshape(-1)
    y = flat[: h * w].reshape(h, w)
    u = flat[h * w : h * w + quarter].reshape(h // 2, w // 2)
    v = flat[h * w + quarter :].reshape(h // 2, w // 2)
    return y, u, v


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono PCM of shape (n,), int16 at `rate`, whose first sample is at `t`."""

    t: MediaTime
    pcm: Pcm
    rate: int = SAMPLE_RATE

    @property
    def span(self) -> Span:
        """The time the samples cover."""
        return Span(self.t, self.t + len(self.pcm) * SECOND // self.rate)


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A face, or an area, to hide in one frame, in source pixels, margins already added.

    `zone` is the seat zone it belongs to and `why` the rule that hid it, where there are zones.
    Areas (`reason` one of `AREAS`) have negative tracks.
    """

    box: Box
    track: int
    score: float
    guessed: bool = False
    reason: Reason = Reason.FACE
    zone: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class FacesAt:
    """What face analysis vouches for at one frame: everything to hide there, possibly nothing.

    `bare`: faces left visible, because the seat zones say so. `view`: the known camera view, empty
    when none; `policy`: the number of the zone map these decisions were made by.
    """

    t: MediaTime
    index: int
    faces: tuple[FaceBox, ...]
    cut: bool = False
    bare: tuple[FaceBox, ...] = ()
    view: str = ""
    policy: int = 0


@dataclass(frozen=True, slots=True)
class PrivateSpan:
    """A stretch of sound that must not be heard. Spans only ever grow or are added.

    `by` is `machine` or the id of the user who hid it.
    """

    span: Span
    reason: Reason
    basis: str = ""
    confidence: float = 1.0
    by: str = MACHINE


@dataclass(frozen=True, slots=True)
class SpeechPassed:
    """What speech analysis says after a step.

    `upto`: every instant before it has been analysed and will not get new private spans.
    `private`: spans newly found or grown. `stable`: caption words that will not change any more,
    each given once. `provisional`: text after the stable part. `voiced`: stretches with speech.
    """

    upto: MediaTime
    private: tuple[PrivateSpan, ...] = ()
    stable: tuple[Word, ...] = ()
    provisional: str = ""
    voiced: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """An encoded access unit. Video: H.264 Annex B with parameter sets in band; audio: raw AAC."""

    t: MediaTime
    duration: MediaTime
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Caption:
    """A line for WebVTT, already masked."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Released:
    """One closed group of pictures with its sound: the only thing outputs accept.

    Only the guard makes these (`redact/guard.py`; a test reads the source to keep it so). `video`
    begins with a key frame; `low` is the same pictures at 360 lines, empty where they are to be
    made from `video`; `sound` is redacted PCM of exactly `span`; `still` a redacted picture.
    """

    span: Span
    video: tuple[EncodedPacket, ...]
    sound: Sound
    state: MinuteState
    reasons: frozenset[Reason] = frozenset()
    captions: tuple[Caption, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    still: Picture | None = None
    discontinuity: bool = False
    low: tuple[EncodedPacket, ...] = ()
    extra: dict[str, float] = field(default_factory=dict)
