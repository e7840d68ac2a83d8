"""A published segment as the journal tells of it: the one place that knows the row's fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courtstream.domain.time import MediaTime, Span


@dataclass(slots=True)
class Published:
    """A published segment: its number, files, and the media time it covers. `size` in bytes.

    `upto`: how far the hearing is public with it. `pdt`: the wall clock of its start, ISO 8601.
    `also`: the same in the renditions beside, by their names.
    """

    n: int
    uri: str
    init: str
    span: Span
    pdt: str = ""
    discontinuity: bool = False
    size: int = 0
    upto: MediaTime = 0
    also: dict[str, Published] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Published:
        """The segment of a journal row's body; rows of earlier versions name fewer things.

        Raises KeyError, ValueError where the body is not one of a segment.
        """
        n, span = int(body["n"]), Span(int(body["start"]), int(body["end"]))
        cut = bool(body.get("discontinuity", False))
        return cls(
            n,
            str(body["uri"]),
            str(body.get("init", "")),
            span,
            str(body.get("pdt", "")),
            cut,
            int(body.get("bytes", 0)),
            int(body.get("upto", span.end)),
            {
                name: cls(n, uri, init, Span(start, end), discontinuity=cut, size=int(size))
                for name, (uri, init, start, end, size) in body.get("also", {}).items()
            },
        )

    def facts(self) -> dict[str, Any]:
        """The body of its journal row."""
        return {
            "n": self.n,
            "uri": self.uri,
            "init": self.init,
            "start": self.span.start,
            "end": self.span.end,
            "upto": self.upto,
            "bytes": self.size,
            "pdt": self.pdt,
            "discontinuity": self.discontinuity,
            "also": {
                name: [one.uri, one.init, one.span.start, one.span.end, one.size]
                for name, one in self.also.items()
            },
        }
