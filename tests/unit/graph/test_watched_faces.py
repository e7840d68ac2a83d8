"""Answers of face analysis are believed only about the pictures that were asked about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.time import SECOND
from media_workers.graph import watched_faces
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.runtime.items import FacesAt, Picture, Planes

FRAME = SECOND // 25


class Blank:
    """Finds nothing; the canary is switched off in these tests."""

    def find(self, i420: Planes, width: int) -> Any:
        return np.zeros((0, 5), np.float32)

    def near(self, i420: Planes, x: float, y: float, face: float) -> Any:
        return np.zeros((0, 5), np.float32)

    def edges(self, i420: Planes) -> Any:
        return np.zeros((0, 5), np.float32)


@pytest.fixture(autouse=True)
def no_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_faces.Canary, "check", lambda self, finder: True)


def picture(n: int) -> Picture:
    return Picture(n * FRAME, np.full((96, 64), 128, np.uint8), n)


def test_pictures_refused_under_load_do_not_make_analysis_a_liar() -> None:
    stage = WatchedFaces(Blank())
    asked = [n for n in range(80) if n % 7]
    answers = [answer.index for n in asked for answer in stage.push(picture(n))]
    answers += [answer.index for answer in stage.flush()]
    assert answers == asked


@pytest.mark.parametrize("answer", [FacesAt(FRAME, 2, ()), FacesAt(2 * FRAME, 1, ())])
def test_an_answer_about_another_picture_is_a_lie(
    answer: FacesAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = WatchedFaces(Blank())
    monkeypatch.setattr(stage._analyser, "push", lambda item: iter([answer]))
    with pytest.raises(LyingAnalysis):
        list(stage.push(picture(1)))
