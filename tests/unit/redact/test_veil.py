"""Pictures leave the veil in order, each once, hidden by what analysis vouched for or whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.errors import LyingAnalysis
from courtstream.domain.redaction import Box, Reason
from courtstream.domain.time import SECOND
from media_workers.redact.veil import Veil
from media_workers.runtime.items import FaceBox, FacesAt, Picture

FRAME = SECOND // 25


def picture(n: int) -> Picture:
    noise = np.random.default_rng(n).integers(0, 255, (96, 64), np.uint8)
    return Picture(n * FRAME, noise, n)


def faces(n: int, *boxes: Box) -> FacesAt:
    return FacesAt(n * FRAME, n, tuple(FaceBox(b, 1, 0.9) for b in boxes))


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.booleans())
def test_each_picture_leaves_once_in_order(answered: list[bool], dead: bool) -> None:
    veil = Veil(patience=10 * FRAME)
    out = []
    for n, known in enumerate(answered):
        veil.push(picture(n))
        if known:
            veil.passed(faces(n))
        out += list(veil.ready())
    out += list(veil.ready(dead=True))
    assert [v.t for v in out] == [n * FRAME for n in range(len(answered))]
    for veiled, known in zip(out, answered, strict=True):
        assert known or veiled.whole is not None


def test_the_box_is_hidden_and_the_rest_is_untouched() -> None:
    veil = Veil()
    source = picture(0)
    veil.push(picture(0))
    veil.passed(faces(0, Box(8, 8, 32, 32)))
    (veiled,) = veil.ready()
    assert veiled.whole is None
    assert (veiled.i420[:64, 48:] == source.i420[:64, 48:]).all()
    assert np.std(veiled.i420[16:32, 16:32]) < np.std(source.i420[16:32, 16:32]) / 2


def test_out_of_patience_is_hidden_whole_and_late() -> None:
    veil = Veil(patience=3 * FRAME)
    for n in range(6):
        veil.push(picture(n))
    out = list(veil.ready())
    assert [v.whole for v in out] == [Reason.ANALYSIS_LATE] * 2


def test_answers_that_come_too_late_are_not_kept() -> None:
    """An overloaded hearing of hours must not fill the memory with them."""
    veil = Veil(patience=3 * FRAME)
    for n in range(100):
        veil.push(picture(n))
        assert [v.whole for v in veil.ready()] == [Reason.ANALYSIS_LATE] * (n >= 4)
        if n >= 20:
            veil.passed(faces(n - 20))
    assert len(veil._passed) == 0


def test_a_picture_analysis_never_got_does_not_wait() -> None:
    veil = Veil()
    veil.push(picture(0), analysed=False)
    assert [v.whole for v in veil.ready()] == [Reason.ANALYSIS_LATE]


def test_an_answer_about_another_instant_is_a_lie() -> None:
    veil = Veil()
    veil.push(picture(0))
    veil.passed(FacesAt(7, 0, ()))
    assert [v.whole for v in veil.ready()] == [Reason.ANALYSIS_LYING]


@pytest.mark.parametrize(
    "box", [Box(float("nan"), 0, 5, 5), Box(0, 0, -1, 5), Box(0, 0, float("inf"), 5)]
)
def test_a_box_that_cannot_be_is_a_lie(box: Box) -> None:
    with pytest.raises(LyingAnalysis):
        Veil().passed(faces(0, box))
