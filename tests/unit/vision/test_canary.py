"""An analysis that lies is caught."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from courtstream.domain.redaction import Box
from media_workers.runtime.items import FaceBox, FacesAt, Planes
from media_workers.vision.canary import Canary, sane
from media_workers.vision.detect import Found, YuNetFinder


class Says:
    def __init__(self, *answers: object) -> None:
        self.answers = [np.array(a, np.float32) for a in answers]
        self.asked = 0

    def find(self, i420: Planes, width: int) -> Found:
        self.asked += 1
        return self.answers[(self.asked - 1) % len(self.answers)]


FIRST, SECOND = [33.5, 32.0, 44.5, 55.5, 0.9], [113.5, 48.0, 44.5, 55.5, 0.9]
NONE: list[list[float]] = []


def nothing() -> np.ndarray:
    return np.empty((0, 5), np.float32)


def test_the_real_finder_passes() -> None:
    assert Canary().check(YuNetFinder())


def test_the_script_that_tells_the_truth_passes() -> None:
    """So that the lies below fail for being lies."""
    assert Canary().check(Says(nothing(), [FIRST], [SECOND]))


@pytest.mark.parametrize(
    "answers",
    [
        [nothing()],
        [[FIRST]],
        [[FIRST, SECOND]],
        [nothing(), [FIRST], [FIRST]],
        [nothing(), [FIRST], [[*SECOND[:4], 0.3]]],
        [nothing(), [[0, 0, 640, 360, 0.99]], [[0, 0, 640, 360, 0.99]]],
        [nothing(), [[nan] * 5], [[nan] * 5]],
        [nothing(), [[*FIRST[:4], inf]], [SECOND]],
        [np.zeros((3, 4)), [FIRST], [SECOND]],
    ],
)
def test_a_lying_finder_is_caught(answers: list[object]) -> None:
    assert not Canary().check(Says(*answers))


def at(index: int, *boxes: Box, score: float = 0.9, t: int | None = None) -> FacesAt:
    faces = tuple(FaceBox(box, 1, score) for box in boxes)
    return FacesAt(index * 40_000_000 if t is None else t, index, faces)


def test_true_answers_are_sane() -> None:
    assert sane(at(0), 640, 360)
    assert sane(at(8, Box(0, 0, 640, 360)), 640, 360)


@pytest.mark.parametrize(
    "answer",
    [
        at(8, Box(nan, 0, 10, 10)),
        at(8, Box(0, 0, inf, 10)),
        at(8, Box(0, 0, -5, 10)),
        at(8, Box(0, 0, 10, 0)),
        at(8, Box(-20, 0, 10, 10)),
        at(8, Box(0, 0, 5000, 10)),
        at(8, Box(0, 355, 10, 10)),
        at(8, Box(0, 0, 10, 10), score=nan),
        at(8, Box(0, 0, 10, 10), score=7.0),
        at(8, *[Box(0, 0, 10, 10)] * 1000),
        at(-8),
        at(8, t=-1),
    ],
)
def test_impossible_answers_are_refused(answer: FacesAt) -> None:
    assert not sane(answer, 640, 360)
