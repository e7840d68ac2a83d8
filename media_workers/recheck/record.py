"""What a hearing's journal says was hidden, was left visible on purpose, and was published."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.redaction import Box, RedactionKind
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.runtime.published import Published

_GRID = 8


@dataclass(frozen=True, slots=True)
class Path:
    """One followed box: its span and the points kept of its way."""

    span: Span
    points: tuple[tuple[MediaTime, Box], ...]

    def at(self, t: MediaTime) -> Box | None:
        """Where it was at `t`, straight between kept points; None outside its span."""
        if not self.span.contains(t) or not self.points:
            return None
        after = bisect_right(self.points, t, key=lambda point: point[0])
        if after == 0 or after == len(self.points):
            return self.points[min(after, len(self.points) - 1)][1]
        (t0, a), (t1, b) = self.points[after - 1], self.points[after]
        share = (t - t0) / max(1, t1 - t0)
        x, y, w, h = (
            p + (q - p) * share for p, q in ((a.x, b.x), (a.y, b.y), (a.w, b.w), (a.h, b.h))
        )
        return Box(x, y, w, h)


@dataclass(slots=True)
class Record:
    """The journal of one hearing, asked by time."""

    hidden: dict[int, list[Path]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[int, list[Path]] = field(default_factory=lambda: defaultdict(list))
    whole: list[Span] = field(default_factory=list)
    segments: dict[int, Published] = field(default_factory=dict)
    order: list[Published] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[JournalRow]) -> Record:
        """Read all rows; a segment made anew takes the place of the old one."""
        record = cls()
        for row in rows:
            if row.kind is RowKind.REDACTION:
                record._redaction(row)
            elif row.kind is RowKind.SHOWN:
                _put(record.shown, _path(row))
            elif row.kind is RowKind.SEGMENT:
                segment = Published.of(row.body)
                record.segments[segment.n] = segment
        record.order = sorted(record.segments.values(), key=lambda s: s.span.start)
        return record

    def covered(self, box: Box, t: MediaTime) -> float:
        """The share of a box that the record says was hidden at `t`."""
        return _share(box, _boxes(self.hidden, t))

    def meant(self, box: Box, t: MediaTime) -> bool:
        """Whether a face there was left visible on purpose."""
        return _share(box, _boxes(self.shown, t)) >= 0.5

    def closed(self, t: MediaTime) -> bool:
        """Whether nothing of the picture was public at `t`: hidden whole, or never published."""
        return any(span.contains(t) for span in self.whole) or self.segment(t) is None

    def segment(self, t: MediaTime) -> Published | None:
        """The published segment `t` lies in."""
        after = bisect_right(self.order, t, key=lambda s: s.span.start)
        found = self.order[after - 1] if after else None
        return found if found is not None and found.span.contains(t) else None

    def _redaction(self, row: JournalRow) -> None:
        kind = row.body.get("kind")
        if kind == RedactionKind.WHOLE_PICTURE:
            self.whole.append(Span(int(row.body["start"]), int(row.body["end"])))
        elif kind in {RedactionKind.FACE, RedactionKind.AREA}:
            _put(self.hidden, _path(row))


def _path(row: JournalRow) -> Path:
    points = tuple((int(p[0]), Box(*(float(v) for v in p[1:5]))) for p in row.body["path"])
    return Path(Span(int(row.body["start"]), int(row.body["end"])), points)


def _put(index: dict[int, list[Path]], path: Path) -> None:
    for second in range(path.span.start // SECOND, path.span.end // SECOND + 1):
        index[second].append(path)


def _boxes(index: dict[int, list[Path]], t: MediaTime) -> list[Box]:
    return [box for path in index.get(t // SECOND, ()) if (box := path.at(t)) is not None]


def _share(box: Box, over: Sequence[Box]) -> float:
    """The share of a grid of points in `box` that lie in any of the others."""
    inside = 0
    for i in range(_GRID):
        x = box.x + box.w * (i + 0.5) / _GRID
        for j in range(_GRID):
            y = box.y + box.h * (j + 0.5) / _GRID
            inside += any(b.x <= x <= b.x + b.w and b.y <= y <= b.y + b.h for b in over)
    return inside / _GRID**2
