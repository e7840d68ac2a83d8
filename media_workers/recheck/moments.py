"""A moment: a stretch of the published picture that a person must look at before the replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from courtstream.domain.redaction import Box
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span


class MomentWhy(StrEnum):
    """Why the machine asks."""

    NOT_HIDDEN = "not_hidden"
    FLICKER = "flicker"
    AT_CUT = "exposed_at_cut"
    UNCHECKED = "unchecked"


JOIN: MediaTime = 10 * SECOND
"""Two stretches at one place with less between them are one moment."""

BEFORE: MediaTime = 500 * MILLISECOND
"""When a person says hide, this much before and after the moment is hidden too."""

STEP: MediaTime = 80 * MILLISECOND
_WIDER = 0.6
_SAME_PLACE = 0.3
_MOST_POINTS = 400


@dataclass(slots=True)
class Moment:
    """Boxes in pixels of the published picture. `visible`: how much of the original's detail the
    published pixels still show there, 0 to 1."""

    why: MomentWhy
    path: list[tuple[MediaTime, Box]]
    score: float
    visible: float
    jpeg: bytes = b""
    shown_at: MediaTime = 0
    box: Box = field(default_factory=lambda: Box(0, 0, 0, 0))

    @property
    def span(self) -> Span:
        """From its first to its last sighting."""
        return Span(self.path[0][0], self.path[-1][0] + 40 * MILLISECOND)

    def as_row(self, n: int, image: str) -> dict[str, Any]:
        """The journal's row: times in ns, boxes as [t, x, y, w, h]."""
        step = max(1, len(self.path) // _MOST_POINTS)
        kept = [*self.path[::step], self.path[-1]]
        return {
            "n": n,
            "start": self.span.start,
            "end": self.span.end,
            "why": self.why.value,
            "score": round(self.score, 3),
            "visible": round(self.visible, 3),
            "t": self.shown_at,
            "box": [round(v, 1) for v in (self.box.x, self.box.y, self.box.w, self.box.h)],
            "path": [[t, *(round(v, 1) for v in (b.x, b.y, b.w, b.h))] for t, b in kept],
            "image": image,
        }


def joined(moments: Sequence[Moment]) -> list[Moment]:
    """Moments of one place with little time between them as one, in order of time."""
    done: list[Moment] = []
    for moment in sorted(moments, key=lambda m: m.span.start):
        before = next((m for m in reversed(done) if _goes_on(m, moment)), None)
        if before is None:
            done.append(moment)
            continue
        before.path = sorted([*before.path, *moment.path], key=lambda point: point[0])
        if moment.visible * moment.score > before.visible * before.score:
            before.jpeg, before.shown_at, before.box = moment.jpeg, moment.shown_at, moment.box
        before.score = max(before.score, moment.score)
        before.visible = max(before.visible, moment.visible)
    return done


def _goes_on(before: Moment, after: Moment) -> bool:
    if before.why is not after.why or after.span.start - before.span.end > JOIN:
        return False
    return overlap(before.path[-1][1], after.path[0][1]) >= _SAME_PLACE


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    down = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    both = max(0.0, across) * max(0.0, down)
    return both / max(1e-6, a.w * a.h + b.w * b.h - both)


def hidden_at(path: Sequence[tuple[MediaTime, Box]], t: MediaTime) -> list[Box]:
    """What of a moment a person's `hide` covers at `t`: where it was seen around then, and wider.

    Before the first and after the last sighting the nearest one counts, for `BEFORE`.
    """
    first, last = path[0][0], path[-1][0]
    if not first - BEFORE <= t <= last + BEFORE:
        return []
    gap = BEFORE
    near = [box for at, box in path if abs(at - t) <= gap]
    while not near:
        gap *= 2
        near = [box for at, box in path if abs(at - t) <= gap]
    return [_grown(_around(near))]


def _around(boxes: Sequence[Box]) -> Box:
    x0, y0 = min(b.x for b in boxes), min(b.y for b in boxes)
    x1, y1 = max(b.x + b.w for b in boxes), max(b.y + b.h for b in boxes)
    return Box(x0, y0, x1 - x0, y1 - y0)


def _grown(box: Box) -> Box:
    x, y = box.w * _WIDER / 2, box.h * _WIDER / 2
    return Box(max(0.0, box.x - x), max(0.0, box.y - y), box.w + 2 * x, box.h + 2 * y)
