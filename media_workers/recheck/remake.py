"""What a person wants hidden is hidden in what was published: segments, stills, recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from courtstream.control.protocol import HideOrder, RowKind
from courtstream.domain.errors import BrokenStream
from courtstream.domain.redaction import Box, Reason, Redaction, RedactionKind
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.graph.lower import Lower
from media_workers.graph.rehide import encoded
from media_workers.outputs import fmp4
from media_workers.outputs.encode import VideoEncoder
from media_workers.outputs.files import write_durably
from media_workers.recheck.films import keyed, rates, segment_bytes, sound
from media_workers.recheck.moments import BEFORE, hidden_at
from media_workers.recheck.record import Record
from media_workers.recheck.shelf import Remade, Shelf, old_names
from media_workers.redact.hide import hide
from media_workers.redact.record import BASIS_FACE, as_json
from media_workers.runtime.items import EncodedPacket, FaceBox, Picture
from media_workers.runtime.journal import Journal
from media_workers.runtime.published import Published

PRESETS = ("veryfast", "superfast", "ultrafast", "faster", "fast")
"""The worker's own preset first: with the right one the parameter sets are the same again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A moment a person wants hidden. `path` in pixels of the published picture."""

    n: int
    by: str
    path: tuple[tuple[MediaTime, Box], ...]

    @classmethod
    def of(cls, body: dict[str, Any], order: HideOrder) -> Wanted:
        """From the moment's row and a person's order."""
        points = ((int(p[0]), Box(*(float(v) for v in p[1:5]))) for p in body["path"])
        return cls(order.n, order.by, tuple(points))

    @property
    def span(self) -> Span:
        """All that is hidden for it."""
        start, end = self.path[0][0], self.path[-1][0]
        return Span(max(0, start - BEFORE), end + BEFORE)

    def boxes(self, t: MediaTime) -> list[Box]:
        """What is hidden at `t`."""
        return hidden_at(self.path, t)

    def redaction(self) -> Redaction:
        """Its row of the redaction record."""
        return Redaction(
            id=f"r{self.n:05}-{self.span.start // 1_000_000}",
            kind=RedactionKind.FACE,
            reason=Reason.REVIEW,
            span=self.span,
            basis=BASIS_FACE,
            decided_by=self.by,
            path=tuple((t, self.boxes(t)[0]) for t, _ in self.path),
            why="second_pass",
        )


class Remaker:
    """Hides moments in a hearing's public folder and says so in its journal."""

    def __init__(self, public: Path, journal: Journal, record: Record) -> None:
        self._public, self._live = public, public / "live"
        self._journal, self._record = journal, record
        self._shelf = Shelf(public, journal)

    def run(self, wanted: Sequence[Wanted]) -> list[str]:
        """Hide all of them; gives the names of the files that must not be served any more.

        Raises BrokenStream when a segment cannot be made anew: then nothing is said to be done.
        """
        touched = [s for s in self._record.order if any(w.span.overlaps(s.span) for w in wanted)]
        remade = [Remade(segment, self._segment(segment, wanted)) for segment in touched]
        for moment in wanted:
            row = moment.redaction()
            self._journal.write(RowKind.REDACTION, row.span.start, **as_json(row))
        self._shelf.tell(remade)
        self._shelf.list_anew(remade)
        self._stills(wanted)
        self._shelf.record_anew()
        old = old_names(remade)
        self._shelf.clear(old)
        return old

    def _segment(self, segment: Published, wanted: Sequence[Wanted]) -> Published:
        pictures = keyed(self._live, segment)
        if not pictures:
            raise BrokenStream("a published segment cannot be read")
        made = sound(self._live, segment)
        faces = {p.t: _faces(wanted, p.t) for p, _ in pictures}
        encoder = self._encoder(segment, pictures[0][0], made)
        hidden = encoded(pictures, lambda t: faces[t], encoder)
        fresh = self._shelf.write(segment, *fmp4.segment(hidden, made))
        low = segment.also.get("low")
        if low is not None:
            smaller = self._low(low, hidden, pictures[0][0], made)
            again = self._shelf.write(low, *fmp4.segment(smaller, made))
            fresh.also = {**segment.also, "low": again}
        return fresh

    def _low(
        self,
        low: Published,
        hidden: Sequence[EncodedPacket],
        picture: Picture,
        made: Sequence[EncodedPacket],
    ) -> tuple[EncodedPacket, ...]:
        """The rendition of 360 lines, of the pictures as they are hidden now."""
        init, _ = segment_bytes(self._live, low)
        size = picture.width, picture.height
        makers = [_lower((*size, fps)) for fps in rates(self._live, low)]
        alike = (m for m in makers if fmp4.segment(m.group(hidden[:1]), made)[0] == init)
        return next(alike, makers[0]).group(hidden)

    def _encoder(
        self, segment: Published, picture: Picture, made: Sequence[EncodedPacket]
    ) -> VideoEncoder:
        """An encoder whose parameter sets are those of the segment.

        When none is found the first one tried: the segment then gets a section of its own.
        """
        init, _ = segment_bytes(self._live, segment)
        for fps, preset in product(rates(self._live, segment), PRESETS):
            encoder = VideoEncoder(picture.width, picture.height, fps, preset)
            head, _ = fmp4.segment(encoded([(picture, True)], lambda t: (), encoder), made)
            if head == init:
                return encoder
        fps = rates(self._live, segment)[0]
        return VideoEncoder(picture.width, picture.height, fps, PRESETS[0])

    def _stills(self, wanted: Sequence[Wanted]) -> None:
        """Stills are named by their second; those in a moment are hidden in the same place."""
        for still in sorted((self._public / "stills").glob("*.jpg")):
            second = int(still.stem) * SECOND
            near = [w for w in wanted if w.span.overlaps(Span(second, second + SECOND))]
            if near:
                _hide_still(still, near, self._size())

    def _size(self) -> tuple[int, int]:
        for segment in self._record.order:
            pictures = keyed(self._live, segment)
            if pictures:
                return pictures[0][0].width, pictures[0][0].height
        raise BrokenStream("no published segment can be read")


def _lower(form: tuple[int, int, float]) -> Lower:
    return Lower(lambda: form)


def _faces(wanted: Sequence[Wanted], t: MediaTime) -> list[FaceBox]:
    return [FaceBox(box, 0, 1.0, reason=Reason.REVIEW) for w in wanted for box in w.boxes(t)]


def _hide_still(still: Path, wanted: Sequence[Wanted], size: tuple[int, int]) -> None:
    bgr = cv2.imdecode(np.frombuffer(still.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        still.unlink()
        return
    height, width = bgr.shape[0] // 2 * 2, bgr.shape[1] // 2 * 2
    planes = np.asarray(cv2.cvtColor(bgr[:height, :width], cv2.COLOR_BGR2YUV_I420), np.uint8)
    x, y = width / size[0], height / size[1]
    boxes = [
        Box(b.x * x, b.y * y, b.w * x, b.h * y)
        for w in wanted
        for t in range(w.span.start, w.span.end, SECOND // 5)
        for b in w.boxes(t)
    ]
    hidden = cv2.cvtColor(hide(planes, boxes, soft=False), cv2.COLOR_YUV2BGR_I420)
    ok, data = cv2.imencode(".jpg", hidden, [cv2.IMWRITE_JPEG_QUALITY, 82])
    if ok:
        write_durably(still, data.tobytes())
