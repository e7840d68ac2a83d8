"""How much moved, and where: by blocks, whatever the picture's size."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from courtstream.domain.time import SECOND
from media_workers.runtime.items import Picture
from media_workers.vision.meter import COLUMNS, ROWS, PictureMeasure, PictureMeter

FPS = 10


def second(width: int, height: int, noise: int = 0, moves: bool = True) -> PictureMeasure:
    """A second in which something moves in the second row's third block."""
    meter, rng = PictureMeter(), np.random.default_rng(1)
    for n in range(FPS):
        whole = np.full((height * 3 // 2, width), 100, np.uint8)
        whole[:height] += rng.integers(0, noise + 1, (height, width), np.uint8)
        if moves and n % 2:
            whole[height * 4 // 10 : height * 6 // 10, width * 11 // 20 : width * 14 // 20] = 160
        meter.push(Picture(n * SECOND // FPS, whole, n))
    found = meter.take(0)
    assert found is not None
    return found


@pytest.mark.parametrize(("width", "height"), [(640, 360), (1280, 720), (1920, 1080)])
def test_motion_is_where_something_moves(width: int, height: int) -> None:
    moved = second(width, height, noise=2).motion
    assert len(moved) == ROWS * COLUMNS
    assert [n for n, v in enumerate(moved) if v > 0] == [COLUMNS + 2]


def test_an_encoders_noise_is_no_motion() -> None:
    assert second(1280, 720, noise=2, moves=False).motion == (0,) * (ROWS * COLUMNS)


def test_a_single_picture_has_none() -> None:
    meter = PictureMeter()
    meter.push(Picture(0, np.full((540, 640), 100, np.uint8), 0))
    found = meter.take(0)
    assert found is not None and found.motion == ()


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_seconds_may_begin_while_another_is_taken() -> None:
    meter, whole = PictureMeter(), np.full((72, 64), 100, np.uint8)
    seconds = 3000

    def push_all() -> None:
        for n in range(1, seconds):
            meter.push(Picture(n * SECOND, whole, n))

    pushing = threading.Thread(target=push_all)
    pushing.start()
    while pushing.is_alive():
        assert meter.take(0) is None, "nothing came in the first second"
    taken = [meter.take(n * SECOND) for n in range(1, seconds)]
    assert all(one is not None and one.frames == 1 for one in taken)
