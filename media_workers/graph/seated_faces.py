"""Face analysis, then the seat zones: what a graph with a zone map uses as its faces stage."""

from __future__ import annotations

from collections.abc import Iterator

from media_workers.runtime.items import FacesAt, Picture
from media_workers.runtime.stage import Stage
from media_workers.runtime.zones import LiveZones
from media_workers.vision.seating import Seating


class SeatedFaces:
    """Stage[Picture, FacesAt]: the inner stage's answers, judged by the zone map in force."""

    def __init__(self, inner: Stage[Picture, FacesAt], live: LiveZones) -> None:
        self._inner = inner
        self._seating = Seating(live)

    def push(self, item: Picture) -> Iterator[FacesAt]:
        """Take the next picture; give the frames whose look-ahead is complete."""
        self._seating.see(item)
        for answer in self._inner.push(item):
            yield self._seating.judge(answer)

    def flush(self) -> Iterator[FacesAt]:
        """The rest."""
        for answer in self._inner.flush():
            yield self._seating.judge(answer)
