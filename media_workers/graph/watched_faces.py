"""Face analysis that proves itself: a known face is shown to the finder every other second."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.time import SECOND, MediaTime
from media_workers.runtime.items import FacesAt, Picture
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.canary import Canary, sane
from media_workers.vision.detect import FaceFinder

TRUST: MediaTime = 2 * SECOND
"""How long one passed check is believed. Must stay well below the privacy delay."""


class WatchedFaces:
    """Stage[Picture, FacesAt]: `FaceAnalyser`, with answers checked and the finder tested.

    Raises LyingAnalysis when an answer cannot be true or the finder misses the known face.
    """

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._analyser = FaceAnalyser(finder)
        self._canary = Canary()
        self._checked: MediaTime | None = None
        self._size = (0, 0)
        self._asked: deque[tuple[MediaTime, int]] = deque()

    def push(self, item: Picture) -> Iterator[FacesAt]:
        """Take the next picture; give the frames whose look-ahead is complete."""
        if self._checked is None or item.t - self._checked >= TRUST:
            self._check()
            self._checked = item.t
        self._size = (item.width, item.height)
        self._asked.append((item.t, item.index))
        yield from self._believed(self._analyser.push(item))

    def flush(self) -> Iterator[FacesAt]:
        """The rest, after a last check."""
        self._check()
        yield from self._believed(self._analyser.flush())

    def _check(self) -> None:
        if not self._canary.check(self._finder):
            raise LyingAnalysis("faces: the known face was not found")

    def _believed(self, answers: Iterable[FacesAt]) -> Iterator[FacesAt]:
        """Answers about the very pictures that were asked about, in their order, none left out.

        Indices need not run on: pictures are refused under load and repeated stamps passed over.
        """
        for answer in answers:
            asked = self._asked.popleft() if self._asked else None
            if asked != (answer.t, answer.index) or not sane(answer, *self._size):
                raise LyingAnalysis("faces: an answer that cannot be true")
            yield answer
