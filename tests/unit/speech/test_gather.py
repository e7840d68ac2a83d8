"""Sound in mouthfuls: nothing lost, nothing moved, no gap covered, nothing held for long."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from courtstream.domain.time import MILLISECOND, SECOND
from media_workers.runtime.items import SAMPLE_RATE, Sound
from media_workers.speech.gather import ENOUGH, Gathered

FRAME = 1024


def frames(gaps: list[int]) -> list[Sound]:
    """A frame of AAC after each gap (ns), its samples counted up."""
    t, found = 0, []
    for n, gap in enumerate(gaps):
        t += gap
        found.append(Sound(t, np.full(FRAME, n, np.int16)))
        t += FRAME * SECOND // SAMPLE_RATE
    return found


def fed(sounds: list[Sound]) -> list[Sound]:
    gathered = Gathered()
    given = [whole for sound in sounds for whole in gathered.push(sound)]
    return given + gathered.rest()


@given(st.lists(st.sampled_from([0, 0, 0, 1, 50 * MILLISECOND, 2 * SECOND]), max_size=40))
def test_every_sample_keeps_its_place(gaps: list[int]) -> None:
    sounds, given = frames(gaps), fed(frames(gaps))
    samples = [x for s in given for x in s.pcm[::FRAME].tolist()]
    assert samples == list(range(len(sounds)))
    starts = {s.t: n for n, s in enumerate(sounds)}
    for whole in given:
        first = starts[whole.t]
        for n in range(len(whole.pcm) // FRAME):
            expected = whole.t + n * FRAME * SECOND // SAMPLE_RATE
            assert abs(sounds[first + n].t - expected) < MILLISECOND


def test_twelve_frames_make_a_piece() -> None:
    given = fed(frames([0] * 24))
    assert [len(s.pcm) for s in given] == [12 * FRAME] * 2
    assert all(s.span.length >= ENOUGH for s in given)


def test_a_gap_and_another_rate_end_a_piece() -> None:
    gathered = Gathered()
    one, two = frames([0, 50 * MILLISECOND])
    assert gathered.push(one) == []
    assert gathered.push(two) == [one, two], "who hears it must learn of the gap at once"
    assert gathered.rest() == []
    three = Sound(two.span.end, two.pcm)
    assert gathered.push(three) == []
    other = Sound(three.span.end, three.pcm, 16_000)
    assert gathered.push(other) == [three, other]
    assert gathered.push(one) == [one], "it goes back, though nothing is held"
