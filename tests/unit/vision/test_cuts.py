"""The cut test on drawn pictures."""

from __future__ import annotations

import cv2
import numpy as np

from media_workers.vision.cuts import COLUMNS, ROWS, CutTest


def textured(seed: int, shape: tuple[int, int] = (360, 640)) -> np.ndarray:
    """A smooth random scene with features of about 40 pixels."""
    small = np.random.default_rng(seed).integers(20, 235, (shape[0] // 40, shape[1] // 40))
    return np.kron(small, np.ones((40, 40))).astype(np.uint8)


def test_the_first_picture_is_a_new_view() -> None:
    assert CutTest().push(textured(1)).all()


def test_another_scene_is_a_cut_of_the_whole_view() -> None:
    test = CutTest()
    for _ in range(5):
        test.push(textured(1))
    assert test.push(textured(2)).all()
    assert not test.push(textured(2)).any()


def test_noise_is_no_cut() -> None:
    test, rng = CutTest(), np.random.default_rng(3)
    test.push(textured(1))
    for _ in range(10):
        noisy = textured(1).astype(int) + rng.integers(-8, 9, (360, 640))
        assert not test.push(noisy.clip(0, 255).astype(np.uint8)).any()


def test_a_pan_is_no_cut() -> None:
    wide = cv2.GaussianBlur(textured(4, (360, 1600)), (0, 0), 8)
    test = CutTest()
    test.push(wide[:, :640])
    cuts = [test.push(wide[:, 5 * i : 5 * i + 640]).any() for i in range(1, 100)]
    assert sum(cuts) == 0


def test_one_quarter_of_a_split_screen_is_cut_alone() -> None:
    test = CutTest()
    before, after = textured(1), textured(1)
    after[:180, 320:] = textured(9)[:180, 320:]
    for _ in range(3):
        test.push(before)
    tiles = test.push(after)
    expected = np.zeros((ROWS, COLUMNS), bool)
    expected[: ROWS // 2, COLUMNS // 2 :] = True
    assert (tiles == expected).all()


def test_another_size_is_a_new_view_and_odd_sizes_work() -> None:
    test = CutTest()
    test.push(textured(1))
    assert test.push(np.zeros((202, 358), np.uint8)).all()
    assert not test.push(np.zeros((202, 358), np.uint8)).any()
