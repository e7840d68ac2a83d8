"""Promise 1: no picture or sound leaves before face and speech analysis have both passed it.

Each test breaks an analysis while a real hearing is live, decodes the published segments and
looks: no face keeps its fine detail anywhere, no sound above silence in what was not analysed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.redaction import Box
from courtstream.domain.time import SECOND
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.runtime.items import FaceBox, FacesAt, Picture, Planes, Sound, SpeechPassed
from media_workers.vision.detect import YuNetFinder
from tests.support.rig import SHORT, PromptSpeech, Rig
from tests.support.truth import clear_faces

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SHORT.exists(), reason="no sample media")]

FAULT_AT = 5.0
SILENCE = 0.002


class Broken:
    """Face analysis that works until FAULT_AT, then does `fault` for every picture."""

    def __init__(self, fault: str) -> None:
        self._fault = fault
        self._inner = WatchedFaces(YuNetFinder())

    def push(self, item: Picture) -> Iterator[FacesAt]:
        if item.t < FAULT_AT * SECOND:
            yield from self._inner.push(item)
        elif self._fault == "crash":
            raise RuntimeError("crash")
        elif self._fault == "hang":
            time.sleep(3600)
        elif self._fault == "nonsense":
            bad = FaceBox(Box(float("nan"), 0, -5, 5), 1, 0.9)
            yield FacesAt(item.t, item.index, (bad,))

    def flush(self) -> Iterator[FacesAt]:
        return iter(())


@pytest.mark.parametrize("fault", ["crash", "hang", "nonsense"])
def test_broken_face_analysis_closes_picture_and_sound(tmp_path: Path, fault: str) -> None:
    rig = Rig(tmp_path, faces=lambda: Broken(fault))
    published = rig.run()
    assert clear_faces(published) == 0
    assert published.rms(FAULT_AT + 2, FAULT_AT + 5) < SILENCE
    closed = [row for row in rig.rows(RowKind.GUARD) if row.body["closed"]]
    assert closed, "the closure must be counted and told"
    assert rig.graph.guard.closures_made >= 1


class Blind(YuNetFinder):
    """A finder that from FAULT_AT of wall time on finds nothing, without an error."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self._start = start

    def find(self, i420: Planes, width: int) -> Any:
        found = super().find(i420, width)
        return found[:0] if time.monotonic() - self._start > FAULT_AT else found


def test_a_finder_that_lies_is_found_out_before_anything_airs(tmp_path: Path) -> None:
    start = time.monotonic()
    published = Rig(tmp_path, faces=lambda: WatchedFaces(Blind(start)), delay=6.0).run()
    assert clear_faces(published) == 0


class BrokenSpeech(PromptSpeech):
    """Speech analysis that works until FAULT_AT, then fails in one of several ways."""

    def __init__(self, fault: str, release: threading.Event) -> None:
        self._fault, self._release = fault, release

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        if item.t < FAULT_AT * SECOND:
            yield from super().push(item)
        elif self._fault == "crash":
            raise RuntimeError("crash")
        elif self._fault == "hang":
            self._release.wait(60)
        # "silent": it takes all sound and never passes anything again


@pytest.mark.parametrize("fault", ["crash", "hang", "silent"])
def test_broken_speech_analysis_lets_no_sound_and_no_picture_out(
    tmp_path: Path, fault: str
) -> None:
    release = threading.Event()
    rig = Rig(tmp_path, speech=lambda: BrokenSpeech(fault, release))
    published = rig.run()
    release.set()
    assert published.rms(1.0, FAULT_AT - 1.5) > SILENCE, "before the fault sound must be heard"
    assert published.rms(FAULT_AT, 11.0) < SILENCE
    assert clear_faces(published) == 0
    after = published.between(FAULT_AT + 1, 10.0)
    assert after, "a card is shown, not nothing"
    assert np.abs(np.diff(np.stack(after).astype(np.int16)[:, ::8, ::8], axis=0)).mean() < 3


class RecoveringSpeech(BrokenSpeech):
    """Dies once, then works."""

    died = False

    def __init__(self) -> None:
        super().__init__("crash", threading.Event())

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        if item.t >= 3 * SECOND and not RecoveringSpeech.died:
            RecoveringSpeech.died = True
            raise RuntimeError("crash")
        yield SpeechPassed(item.span.end)


def test_it_opens_again_after_recovery(tmp_path: Path) -> None:
    RecoveringSpeech.died = False
    rig = Rig(tmp_path, speech=RecoveringSpeech)
    published = rig.run()
    assert published.rms(3.05, 3.4) < SILENCE, "what died unheard stays unheard"
    assert published.rms(4.0, 9.0) < SILENCE, "nor what may have been begun unheard"
    assert published.rms(10.0, 11.0) > SILENCE, "the hearing goes on"
    told = [row.body["closed"] for row in rig.rows(RowKind.GUARD)]
    assert told[:2] == [True, False]


def test_the_measure_sees_bare_faces(tmp_path: Path) -> None:
    """A check that cannot fail is a defect: with no boxes at all, it must find many."""

    class NoBoxes(WatchedFaces):
        def push(self, item: Picture) -> Iterator[FacesAt]:
            for answer in super().push(item):
                yield FacesAt(answer.t, answer.index, ())

        def flush(self) -> Iterator[FacesAt]:
            return iter(())

    published = Rig(tmp_path, faces=lambda: NoBoxes(YuNetFinder())).run()
    assert clear_faces(published) > 100


def test_faces_are_hidden_and_sound_is_heard_when_all_is_well(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    published = rig.run()
    assert clear_faces(published) == 0
    assert published.rms(2.0, 10.0) > SILENCE
    assert len(published.between(2.0, 10.0)) > 180
    assert not rig.rows(RowKind.GUARD)
