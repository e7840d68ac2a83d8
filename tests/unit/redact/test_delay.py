"""The delay line gives each chunk exactly what was captured in it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.redaction import Reason
from courtstream.domain.time import SECOND, Span
from media_workers.redact.delay import DelayLine, Shown
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, Sound

FRAME = SECOND // 25


def shown(n: int, key: bool) -> Shown:
    return Shown(EncodedPacket(n * FRAME, FRAME, key, b"x"), None, None)


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=20))
def test_sound_comes_out_as_it_went_in_whatever_the_pieces(sizes: list[int]) -> None:
    line = DelayLine()
    ramp = (np.arange(sum(sizes)) % 30_000).astype(np.int16)
    at = 0
    for size in sizes:
        line.add_sound(Sound(at * SECOND // SAMPLE_RATE, ramp[at : at + size]))
        at += size
    whole = len(ramp) // SAMPLE_RATE
    out = [line.take(Span(n * SECOND, (n + 1) * SECOND)).sound.pcm for n in range(whole)]
    if whole:
        assert (np.concatenate(out) == ramp[: whole * SAMPLE_RATE]).all()


def test_a_chunk_without_sound_is_silence_of_full_length() -> None:
    held = DelayLine().take(Span(0, SECOND))
    assert held.heard is None
    assert len(held.sound.pcm) == SAMPLE_RATE


def test_a_group_that_lost_its_key_frame_is_not_shown() -> None:
    line = DelayLine()
    for n in range(25):
        line.add_picture(shown(n, key=False))
    assert line.take(Span(0, SECOND)).pictures == ()


def test_what_lies_turned_out_to_cover_is_closed_before_it_airs() -> None:
    line = DelayLine()
    for n in range(50):
        line.add_picture(shown(n, key=n % 25 == 0))
    line.distrust(SECOND, Reason.ANALYSIS_LYING)
    assert {s.whole for s in line.take(Span(0, SECOND)).pictures} == {None}
    assert {s.whole for s in line.take(Span(SECOND, 2 * SECOND)).pictures} == {
        Reason.ANALYSIS_LYING
    }


def test_what_comes_after_its_chunk_has_aired_is_let_go() -> None:
    """Else it would call the release back to a time long covered by cards."""
    line = DelayLine()
    line.take(Span(0, SECOND))
    line.add_picture(shown(3, key=True))
    line.add_sound(Sound(0, np.ones(4800, np.int16)))
    assert line.first() is None
    assert line.bytes == 0
