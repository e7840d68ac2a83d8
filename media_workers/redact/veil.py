"""Pictures wait here until face analysis has passed them; what it does not pass is hidden whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.redaction import AREAS, Reason
from courtstream.domain.time import SECOND, MediaTime
from media_workers.redact.delay import chunk_start
from media_workers.redact.hide import Patches, hide, hide_all
from media_workers.runtime.items import FacesAt, Picture, Planes


@dataclass(frozen=True, slots=True)
class Veiled:
    """A picture that may be encoded. `whole` says why all of it is hidden, None when only faces."""

    t: MediaTime
    i420: Planes
    faces: FacesAt | None
    whole: Reason | None


class Veil:
    """Holds pictures in order and gives them back hidden.

    A picture that analysis has answered for belongs to the veil: it is hidden where it lies.

    `patience`: media time a picture may wait for its analysis before it is hidden whole.
    """

    def __init__(self, patience: MediaTime = 4 * SECOND) -> None:
        self._patience = patience
        self._waiting: deque[Picture] = deque()
        self._passed: dict[int, FacesAt] = {}
        self._unseen: set[int] = set()
        self._patches = Patches()
        self._chunk: MediaTime = -1
        self.newest: MediaTime = 0

    @property
    def held(self) -> int:
        """How many pictures wait."""
        return len(self._waiting)

    def push(self, picture: Picture, analysed: bool = True) -> None:
        """Take a picture; `analysed` False when analysis did not get it (its edge was full)."""
        self._waiting.append(picture)
        self.newest = picture.t
        if not analysed:
            self._unseen.add(picture.index)

    def passed(self, faces: FacesAt) -> None:
        """What analysis vouches for. Raises LyingAnalysis when it cannot be true."""
        check(faces)
        if self._waiting and faces.index >= self._waiting[0].index:  # else hidden whole already
            self._passed[faces.index] = faces

    def ready(self, *, dead: bool = False, wait: bool = False) -> Iterator[Veiled]:
        """Pictures whose turn has come: passed, unseen, or out of patience.

        `dead`: analysis is gone, nothing more will be passed. `wait`: never run out of patience
        (a file worked through as fast as it goes).
        """
        while self._waiting:
            head = self._waiting[0]
            verdict = self._verdict(head, dead, wait)
            if verdict is None:
                return
            self._waiting.popleft()
            yield verdict

    def _verdict(self, head: Picture, dead: bool, wait: bool) -> Veiled | None:
        faces = self._passed.pop(head.index, None)
        if faces is not None and faces.t == head.t:
            return Veiled(head.t, self._hidden(head, faces), faces, None)
        if faces is not None:
            return Veiled(head.t, hide_all(head.i420), None, Reason.ANALYSIS_LYING)
        if head.index in self._unseen or dead:
            self._unseen.discard(head.index)
            reason = Reason.ANALYSIS_DEAD if dead else Reason.ANALYSIS_LATE
            return Veiled(head.t, hide_all(head.i420), None, reason)
        if not wait and self.newest - head.t > self._patience:
            return Veiled(head.t, hide_all(head.i420), None, Reason.ANALYSIS_LATE)
        return None

    def _hidden(self, picture: Picture, faces: FacesAt) -> Planes:
        """With what was shown of boxes that stay, until a group of pictures or a view begins."""
        chunk = chunk_start(picture.t)
        self._patches.turn(anew=faces.cut or chunk != self._chunk)
        self._chunk = chunk
        return hide_boxes(picture.i420, faces, self._patches, own=True)


def check(faces: FacesAt) -> None:
    """Raises LyingAnalysis when a box is not a finite rectangle of positive size."""
    for face in faces.faces:
        box = face.box
        # a sum is finite only when all its parts are
        if not isfinite(box.x + box.y + box.w + box.h) or box.w <= 0 or box.h <= 0:
            raise LyingAnalysis("box")


def hide_boxes(
    i420: Planes, faces: FacesAt, patches: Patches | None = None, *, own: bool = False
) -> Planes:
    """A copy with faces hidden softly and areas to their very edge; the input without any.

    `patches` and `own` as in `hide`.
    """
    areas = [face.box for face in faces.faces if face.reason in AREAS]
    heads = [face.box for face in faces.faces if face.reason not in AREAS]
    soft = hide(i420, heads, patches=patches, own=own)
    return hide(soft, areas, soft=False, patches=patches, own=own or soft is not i420)
