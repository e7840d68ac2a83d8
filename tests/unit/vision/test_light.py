"""In a room with the lights down faces are found that the network alone would miss."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_workers.runtime.items import Planes
from media_workers.vision import detect
from media_workers.vision.detect import Found, YuNetFinder
from media_workers.vision.light import LIGHT, SPREAD, light_for
from media_workers.vision.track import SHOW

SAMPLE = Path(__file__).resolve().parents[3] / "sample_media" / "hearing.mp4"
WIDTH, HEIGHT = 1280, 720


def noise(mean: float, spread: float) -> Planes:
    luma = np.random.default_rng(3).normal(mean, spread, (360, 640))
    return np.clip(np.rint(luma), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("mean", "spread"), [(90.0, 35.0), (130.0, 60.0), (200.0, 2.0)])
def test_a_picture_that_is_light_is_left_alone(mean: float, spread: float) -> None:
    assert light_for(noise(mean, spread)) is None


def test_a_dim_picture_comes_out_as_light_and_as_rich_as_wanted() -> None:
    luma = noise(30.0, 8.0)
    light = light_for(luma)
    assert light is not None
    now = light.luma[luma].astype(float)
    low, high = np.percentile(now, (2, 98))
    assert abs(now.mean() - LIGHT) < 6 and abs(high - low - SPREAD) < 8
    assert light.chroma[138] - 128 == pytest.approx(10 * LIGHT / luma.mean(), abs=1)


@given(mean=st.floats(0, 255), spread=st.floats(0, 80))
def test_order_stays_grey_stays_grey_and_nothing_grows_without_bound(
    mean: float, spread: float
) -> None:
    light = light_for(noise(mean, spread))
    if light is not None:
        assert (np.diff(light.luma.astype(int)) >= 0).all()
        assert light.chroma[128] == 128 and light.chroma[138] <= 158


def test_the_planes_are_changed_where_they_lie_and_only_there() -> None:
    light = light_for(noise(30.0, 8.0))
    assert light is not None
    canvas = np.random.default_rng(1).integers(0, 255, (3, 96, 128)).astype(np.uint8)
    before = canvas.copy()
    light.shine(canvas[:, 16:80, 32:100])
    expected = before.copy()
    part = before[:, 16:80, 32:100]
    expected[0, 16:80, 32:100] = light.luma[part[0]]
    expected[1:, 16:80, 32:100] = light.chroma[part[1:]]
    assert (canvas == expected).all()


def people_found(found: Found) -> int:
    """How many of those who sit in the sample's first picture are surely found."""
    truth = json.loads(SAMPLE.with_suffix(".faces.json").read_text())
    seated = [f for f in truth["faces"] if f["t"] == 0 and f["vis"] >= 0.6]
    sure = found[found[:, 4] >= SHOW]
    centres = sure[:, :2] + sure[:, 2:4] / 2
    middles = [(f["x"] + f["w"] / 2, f["y"] + f["h"] / 2, f["w"]) for f in seated]
    return sum((np.hypot(*(centres - (x, y)).T) < w / 2).any() for x, y, w in middles)


def test_in_near_darkness_everybody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A twentieth of the light: by the network alone two of five."""
    with av.open(str(SAMPLE)) as film:
        bright = next(islice(film.decode(video=0), 0, 1)).to_ndarray(format="yuv420p")
    black = np.full_like(bright, 128)
    black[:HEIGHT] = 16
    dark = np.rint(black + (bright.astype(np.float32) - black) * 0.05).astype(np.uint8)
    finder = YuNetFinder()
    assert people_found(finder.find(bright, 960)) == 5
    assert people_found(finder.find(dark, 960)) == 5
    monkeypatch.setattr(detect, "light_for", lambda luma: None)
    assert people_found(finder.find(dark, 960)) < 5


def test_a_camera_s_noise_in_the_dark_is_nobody() -> None:
    finder, rng = YuNetFinder(), np.random.default_rng(0)
    for base, spread in [(16, 1.0), (16, 4.0), (20, 2.0), (40, 8.0), (128, 1.0)]:
        picture = np.full((HEIGHT * 3 // 2, WIDTH), 128.0)
        picture[:HEIGHT] = rng.normal(base, spread, (HEIGHT, WIDTH))
        picture[HEIGHT:] += rng.normal(0, spread / 2, (HEIGHT // 2, WIDTH))
        assert len(finder.find(np.clip(picture, 0, 255).astype(np.uint8), 640)) == 0
