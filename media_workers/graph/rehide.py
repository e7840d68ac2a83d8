"""Hiding more in pictures that are encoded already: after a change of the zone map, and in what
was published when a person says so after the second pass.

A closed group is decoded, more of it is hidden, and it is encoded again with the same parameter
sets. Hiding only ever grows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from courtstream.domain.redaction import Box, Reason
from courtstream.domain.time import MediaTime
from media_workers.outputs.encode import VideoEncoder
from media_workers.redact.delay import Held, Shown
from media_workers.redact.hide import hide
from media_workers.redact.veil import hide_boxes
from media_workers.runtime.items import EncodedPacket, FaceBox, FacesAt, Picture, SourcePacket
from media_workers.runtime.zones import LiveZones
from media_workers.timeline.decode import VideoDecoder
from media_workers.vision.seating import tightened

Boxes = Callable[[MediaTime], Sequence[FaceBox]]


def pictures(packets: Sequence[EncodedPacket]) -> dict[MediaTime, Picture]:
    """The pictures of a closed H.264 group by their time."""
    decoder = VideoDecoder("h264", b"")
    found: list[Picture] = []
    for p in packets:
        found += decoder.push(SourcePacket("video", p.t, p.t, p.duration, p.key, p.data))
    found += decoder.flush()
    return {picture.t: picture for picture in found}


def rehidden(
    packets: Sequence[EncodedPacket], boxes: Boxes, encoder: VideoEncoder
) -> tuple[EncodedPacket, ...] | None:
    """The group with `boxes(t)` hidden in each picture; None when a picture cannot be read."""
    decoded = pictures(packets)
    if any(p.t not in decoded for p in packets):
        return None
    made = encoded([(decoded[p.t], p.key) for p in packets], boxes, encoder)
    lasts = {p.t: p.duration for p in packets}
    return tuple(replace(p, duration=lasts.get(p.t, p.duration)) for p in made)


def encoded(
    shown: Sequence[tuple[Picture, bool]], boxes: Boxes, encoder: VideoEncoder
) -> list[EncodedPacket]:
    """Pictures, each with whether it is a key frame, with `boxes(t)` hidden in them.

    `encoder` starts anew afterwards.
    """
    made: list[EncodedPacket] = []
    for picture, key in shown:
        hidden = hide_boxes(picture.i420, FacesAt(picture.t, 0, tuple(boxes(picture.t))))
        made += encoder.push(picture.t, hidden, key)
    made += encoder.flush()
    return made


class LateHiding:
    """Makes a change of the zone map hold for what waits to air: `held` as the new map wants it."""

    def __init__(self, zones: LiveZones, encoder: Callable[[], VideoEncoder]) -> None:
        self._zones, self._encoder = zones, encoder

    def __call__(self, held: Held) -> Held:
        """A chunk about to be judged; closed whole when it cannot be hidden further."""
        number, zones = self._zones.current
        old = [s for s in held.pictures if s.faces is not None and s.faces.policy != number]
        if not old:
            return held
        encoder = self._encoder()
        size = (encoder.width, encoder.height)
        judged = {s.packet.t: tightened(s.faces, zones, number, size) for s in old if s.faces}
        shown = tuple(replace(s, faces=judged.get(s.packet.t, s.faces)) for s in held.pictures)
        more = {s.packet.t: _added(s, judged[s.packet.t]) for s in old}
        if not any(more.values()):
            return replace(held, pictures=shown)
        packets = [s.packet for s in shown]
        made = rehidden(packets, lambda t: more.get(t, ()), encoder)
        if made is None or len(made) != len(packets):
            closed = (replace(s, whole=s.whole or Reason.ANALYSIS_DEAD) for s in shown)
            return replace(held, pictures=tuple(closed), small=None)
        again = tuple(replace(s, packet=p, low=None) for s, p in zip(shown, made, strict=True))
        first = more.get(packets[0].t, ())
        return replace(held, pictures=again, small=_small(held.small, first, size))


def _added(shown: Shown, now: FacesAt) -> tuple[FaceBox, ...]:
    before = set(shown.faces.faces) if shown.faces else set()
    known = {(face.box, face.reason) for face in before}
    return tuple(face for face in now.faces if (face.box, face.reason) not in known)


def _small(
    small: Picture | None, faces: Sequence[FaceBox], size: tuple[int, int]
) -> Picture | None:
    """A chunk's small picture with the same boxes hidden."""
    if small is None:
        return None
    x, y = small.width / size[0], small.height / size[1]
    boxes = [Box(f.box.x * x, f.box.y * y, f.box.w * x, f.box.h * y) for f in faces]
    return replace(small, i420=hide(small.i420, boxes, soft=False))
