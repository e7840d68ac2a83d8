"""The result type of every finder, and how findings are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class TextSpan:
    """Characters `text[start:end]` are private. `confidence` 0..1, `basis` the rule behind it."""

    start: int
    end: int
    type: str
    basis: str = ""
    confidence: float = 1.0

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a character with `start:end`."""
        return self.start < end and start < self.end


def settle(spans: Iterable[TextSpan]) -> list[TextSpan]:
    """Spans in order without overlap; the more certain, then the longer, gives the type."""
    chosen: list[TextSpan] = []
    ranked = sorted(spans, key=lambda span: (-span.confidence, span.start - span.end, span.start))
    for span in ranked:
        clash = [other for other in chosen if other.overlaps(span.start, span.end)]
        if not clash:
            chosen.append(span)
            continue
        first = clash[0]
        for other in clash:
            chosen.remove(other)
        start = min(span.start, *(other.start for other in clash))
        end = max(span.end, *(other.end for other in clash))
        chosen.append(TextSpan(start, end, first.type, first.basis, first.confidence))
    return sorted(chosen)
