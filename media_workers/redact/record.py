"""The redaction record as rows: faces by track, speech by span, whole stretches by reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from courtstream.domain.redaction import AREAS, Box, Reason, Redaction, RedactionKind
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.runtime.items import FaceBox

ROW_LENGTH: MediaTime = 10 * SECOND
"""A track is written at least this often, so a crash costs little of the record."""

TRACK_OVER: MediaTime = SECOND
BASIS_FACE = "个人信息保护法第26条、第51条"


@dataclass(slots=True)
class _Open:
    start: MediaTime
    end: MediaTime
    path: list[tuple[MediaTime, Box]] = field(default_factory=list)


_Key: TypeAlias = tuple[int, Reason, str, str]


class FaceRows:
    """Turns the faces of published frames into one row a track, reason and stretch.

    `step`: media time between kept points of the path; 0 keeps every frame.
    """

    def __init__(self, step: MediaTime = SECOND // 5, prefix: str = "f") -> None:
        self._step, self._prefix = step, prefix
        self._open: dict[_Key, _Open] = {}
        self._made = 0

    def push(self, t: MediaTime, faces: Iterable[FaceBox], frame: MediaTime) -> Iterator[Redaction]:
        """Take the boxes of one published frame that lasts `frame` ns."""
        for face in faces:
            key = (face.track, face.reason, face.zone, face.why)
            row = self._open.setdefault(key, _Open(t, t))
            row.end = t + frame
            if not row.path or t - row.path[-1][0] >= self._step:
                row.path.append((t, face.box))
        yield from self._finished(t)

    def flush(self) -> Iterator[Redaction]:
        """What is still open."""
        for key in list(self._open):
            yield self._row(key)

    def _finished(self, now: MediaTime) -> Iterator[Redaction]:
        for key, row in list(self._open.items()):
            if now - row.end > TRACK_OVER or row.end - row.start >= ROW_LENGTH:
                yield self._row(key)

    def _row(self, key: _Key) -> Redaction:
        row = self._open.pop(key)
        self._made += 1
        track, reason, zone, why = key
        return Redaction(
            id=f"{self._prefix}{self._made:06}-{row.start // 1_000_000}",
            kind=RedactionKind.AREA if reason in AREAS else RedactionKind.FACE,
            reason=reason,
            span=Span(row.start, row.end),
            basis=BASIS_FACE,
            track=track,
            path=tuple(row.path),
            zone=zone,
            why=why,
        )


class StretchRows:
    """Turns per-chunk spans into rows, joining those of one reason and one decider that touch.

    Used for bleeped speech (spans inside chunks) and for whole closures (whole chunks).
    """

    def __init__(self, kind: RedactionKind, prefix: str) -> None:
        self._kind, self._prefix = kind, prefix
        self._open: dict[tuple[Reason, str], Span] = {}
        self._made = 0

    def push(
        self, found: Iterable[tuple[Span, Reason, str]], upto: MediaTime
    ) -> Iterator[Redaction]:
        """Take the spans of what has aired up to `upto`, with who hid them; give rows that are
        over.
        """
        for span, reason, by in sorted(found):
            key = (reason, by)
            before = self._open.get(key)
            if before is not None and span.start <= before.end:
                self._open[key] = Span(before.start, max(before.end, span.end))
                continue
            if before is not None:
                yield self._row(key)
            self._open[key] = span
        for key, span in list(self._open.items()):
            if span.end < upto:
                yield self._row(key)

    def flush(self) -> Iterator[Redaction]:
        """What is still open."""
        for key in list(self._open):
            yield self._row(key)

    def _row(self, key: tuple[Reason, str]) -> Redaction:
        span, (reason, by) = self._open.pop(key), key
        self._made += 1
        return Redaction(
            id=f"{self._prefix}{self._made:05}-{span.start // 1_000_000}",
            kind=self._kind,
            reason=reason,
            span=span,
            decided_by=by,
        )


def as_json(row: Redaction) -> dict[str, object]:
    """A row as plain JSON, times in ns, boxes as [t, x, y, w, h] rounded to a tenth of a pixel."""
    return {
        "id": row.id,
        "kind": row.kind.value,
        "reason": row.reason.value,
        "start": row.span.start,
        "end": row.span.end,
        "basis": row.basis,
        "by": row.decided_by,
        "track": row.track,
        "path": [[t, *(round(v, 1) for v in (box.x, box.y, box.w, box.h))] for t, box in row.path],
        "zone": row.zone,
        "why": row.why,
    }
