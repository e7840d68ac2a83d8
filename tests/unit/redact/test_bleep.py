"""Private sound must be gone, not hidden under something."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtstream.domain.time import SECOND, Span, seconds
from media_workers.redact.bleep import RAMP, Mode, bleep, mute
from media_workers.runtime.items import Sound

RATE = 48_000


def _noise(length: float = 2.0, t: int = 0, seed: int = 7) -> Sound:
    rng = np.random.default_rng(seed)
    pcm = np.clip(rng.normal(0, 9000, int(length * RATE)), -32768, 32767).astype(np.int16)
    return Sound(t, pcm, RATE)


def _inside(sound: Sound, span: Span) -> slice:
    return slice((span.start - sound.t) * RATE // SECOND, -((sound.t - span.end) * RATE // SECOND))


@pytest.mark.parametrize("mode", ["tone", "silence", "voice"])
def test_private_samples_do_not_depend_on_what_was_said(mode: Mode) -> None:
    span = Span.of_seconds(0.5003, 1.2507)
    one, other = _noise(seed=1), _noise(seed=2)
    hidden = [bleep(s, [span], mode).pcm[_inside(one, span)] for s in (one, other)]
    assert np.array_equal(*hidden)


def test_private_samples_have_no_correlation_with_the_original() -> None:
    sound, span = _noise(4.0), Span.of_seconds(0.5, 3.5)
    part = _inside(sound, span)
    out = bleep(sound, [span]).pcm
    found = np.corrcoef(sound.pcm[part].astype(float), out[part].astype(float))[0, 1]
    assert abs(found) < 4 / np.sqrt(3 * RATE)


def test_ramps_lie_outside_and_the_rest_is_untouched() -> None:
    sound, span = _noise(), Span.of_seconds(0.5, 1.0)
    out = bleep(sound, [span], "silence").pcm
    wide = _inside(sound, span.padded(RAMP + SECOND // RATE, RAMP + SECOND // RATE))
    assert not out[_inside(sound, span)].any()
    assert np.array_equal(out[: wide.start], sound.pcm[: wide.start])
    assert np.array_equal(out[wide.stop :], sound.pcm[wide.stop :])
    ramp = slice(_inside(sound, span).start - 200, _inside(sound, span).start)
    assert np.abs(out[ramp][-20:]).mean() < np.abs(sound.pcm[ramp][-20:]).mean() / 10


def test_tone_is_soft_and_continuous_over_pieces() -> None:
    whole = _noise(2.0, t=7 * SECOND)
    span = Span.of_seconds(7.4, 8.6)
    half = len(whole.pcm) // 2
    pieces = [
        Sound(whole.t, whole.pcm[:half], RATE),
        Sound(whole.t + SECOND, whole.pcm[half:], RATE),
    ]
    together = bleep(whole, [span]).pcm
    apart = np.concatenate([bleep(piece, [span]).pcm for piece in pieces])
    assert np.abs(together.astype(int) - apart.astype(int)).max() <= 1
    middle = together[_inside(whole, Span.of_seconds(7.5, 8.5))].astype(float) / 32768
    assert 20 * np.log10(np.sqrt((middle**2).mean())) == pytest.approx(-24, abs=0.2)


def test_the_ramp_of_a_span_in_the_next_piece_begins_in_this_one() -> None:
    sound = _noise(1.0)
    out = bleep(sound, [Span.of_seconds(1.0, 2.0)], "silence").pcm
    assert abs(int(out[-1])) < 200 < np.abs(sound.pcm[-400:]).max()
    assert np.array_equal(out[: -RATE // 50], sound.pcm[: -RATE // 50])


def test_neighbouring_spans_leave_no_sliver_of_speech_between() -> None:
    sound = _noise()
    out = bleep(sound, [Span.of_seconds(0.5, 1.0), Span.of_seconds(1.01, 1.5)], "silence").pcm
    assert not out[_inside(sound, Span.of_seconds(0.5, 1.5))].any()


def test_without_spans_nothing_changes_and_mute_is_total() -> None:
    sound = _noise()
    assert bleep(sound, []) is sound
    quiet = mute(sound)
    assert not quiet.pcm.any()
    assert (quiet.t, quiet.rate, len(quiet.pcm)) == (sound.t, sound.rate, len(sound.pcm))


@settings(max_examples=60, deadline=None)
@given(
    start=st.floats(0, 0.4),
    length=st.floats(0.001, 0.4),
    t=st.integers(0, 10**14),
    rate=st.sampled_from([8000, 16000, 44100, 48000]),
)
def test_every_private_sample_is_replaced(start: float, length: float, t: int, rate: int) -> None:
    pcm = np.full(int(0.5 * rate), 20000, dtype=np.int16)
    sound = Sound(t, pcm, rate)
    span = Span(t + seconds(start), t + seconds(start + length))
    out = bleep(sound, [span], "silence").pcm
    for index in range(len(pcm)):
        begin, end = t + index * SECOND // rate, t + (index + 1) * SECOND // rate
        if span.overlaps(Span(begin, end)):
            assert out[index] == 0
