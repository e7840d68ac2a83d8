"""A full machine encodes pictures with less care, in the same track and without a hole."""

from __future__ import annotations

import re
from itertools import pairwise

import av
import numpy as np
import pytest

from courtstream.domain.time import SECOND, Span
from media_workers.graph.coding import Coding
from media_workers.outputs import fmp4
from media_workers.outputs.encode import CHEAPER, LOW_ABOVE, VideoEncoder
from media_workers.redact.delay import DelayLine, Shown
from media_workers.redact.veil import Veiled
from media_workers.runtime.items import Picture

RATE, SECONDS = 10, 6
FULL = range(2, 4)
"""Seconds in which the machine is full."""
_START = re.compile(rb"\x00\x00\x00?\x01")


def coded(full: range, height: int = 96, *, low: bool = False) -> tuple[list[Shown], list[str]]:
    """Moving noise, and the preset that each second was encoded by."""
    delay, presets = DelayLine(), []
    coding = Coding(delay, "veryfast", low)
    coding.rate(float(RATE))
    rng = np.random.default_rng(3)
    for n in range(SECONDS * RATE):
        now = n * SECOND // RATE
        coding.sparing = lambda at=now // SECOND: at in full
        planes = rng.integers(60, 180, (height * 3 // 2, height * 2), np.uint8)
        assert coding.fit_for(Picture(now, planes, n)) == (height * 2, height)
        coding.push(Veiled(now, planes, None, None))
        if n % RATE == 0:
            assert coding._encoder is not None
            presets.append(coding._encoder.preset)
    coding.flush()
    whole = Span(0, SECONDS * SECOND)
    return list(delay.take(whole).pictures), presets


def test_it_is_spared_from_a_key_frame_on_and_no_picture_is_missing() -> None:
    shown, presets = coded(FULL)
    assert presets == [CHEAPER["veryfast"] if n in FULL else "veryfast" for n in range(SECONDS)]
    assert len(shown) == SECONDS * RATE
    assert all(a.packet.t < b.packet.t for a, b in pairwise(shown))
    assert {s.packet.t for s in shown if s.packet.key} >= {n * SECOND for n in range(SECONDS)}
    plain, _ = coded(range(0))
    assert [s.packet.data for s in shown[:20]] == [s.packet.data for s in plain[:20]]
    assert [s.packet.data for s in shown[20:40]] != [s.packet.data for s in plain[20:40]]


def test_all_of_it_is_one_track_that_plays_through() -> None:
    shown, _ = coded(FULL)
    (init, _), (other, _) = (
        fmp4.segment([s.packet for s in shown[first : first + 20]], []) for first in (0, 20)
    )
    assert init == other, "a change of the init segment would be a discontinuity for the public"
    decoder = av.CodecContext.create("h264", "r")
    pictures = [f for s in shown for f in decoder.decode(av.Packet(s.packet.data))]
    pictures += decoder.decode(None)
    assert len(pictures) == SECONDS * RATE


def test_the_rendition_of_360_lines_has_every_picture_too() -> None:
    shown, _ = coded(range(1, 2), LOW_ABOVE + 16, low=True)
    assert all(s.low is not None and s.low.t == s.packet.t for s in shown)
    assert {s.packet.t for s in shown if s.low and s.low.key} == {
        s.packet.t for s in shown if s.packet.key
    }


@pytest.mark.parametrize("size", [(426, 240), (640, 360), (1280, 720), (1920, 1080)])
def test_a_cheaper_preset_has_the_same_parameter_sets(size: tuple[int, int]) -> None:
    for preset, cheaper in CHEAPER.items():
        assert parameters(preset, size) == parameters(cheaper, size)
        assert parameters(preset, size) != parameters("ultrafast", size), "so this can fail"


def parameters(preset: str, size: tuple[int, int]) -> list[bytes]:
    encoder = VideoEncoder(*size, 25.0, preset)
    planes = np.full((size[1] * 3 // 2, size[0]), 90, np.uint8)
    packets = [*encoder.push(0, planes, True), *encoder.flush()]
    units = _START.split(packets[0].data)
    return [unit for unit in units if unit and unit[0] & 31 in {7, 8}]
