"""Sound from packets: gapless where little was lost, an honest hole where much was."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from courtstream.domain.time import SECOND
from media_workers.runtime.items import SAMPLE_RATE, Sound, SourcePacket
from media_workers.timeline.decode import LAID_WITHIN, AudioDecoder

STEP = SECOND // 50


def packet(t: int, rate: int = SAMPLE_RATE) -> SourcePacket:
    data = np.full(rate // 50, 1000, "<i2").tobytes()
    return SourcePacket("audio", t, t, STEP, True, data)


def heard(times: list[int]) -> list[Sound]:
    decoder = AudioDecoder("pcm_s16le", b"", SAMPLE_RATE, 1)
    return [sound for t in times for sound in decoder.push(packet(t))]


def test_a_little_lost_becomes_silence_of_equal_length() -> None:
    sounds = heard([0, STEP, STEP + SECOND // 2])
    assert sum(len(s.pcm) for s in sounds) == SAMPLE_RATE // 2 + 2 * SAMPLE_RATE // 50
    assert all(a.span.end == b.t for a, b in pairwise(sounds))


def test_much_lost_stays_a_hole() -> None:
    """What may have been begun in it must not be let out by its second half."""
    sounds = heard([0, STEP, 6 * SECOND])
    assert [s.t for s in sounds] == [0, STEP, 6 * SECOND]


def test_sound_that_changes_its_form_goes_on() -> None:
    """As AAC does when its extension is found only in the second frame."""
    import av

    decoder = AudioDecoder("pcm_s16le", b"", SAMPLE_RATE, 1)
    out = list(decoder.push(packet(0)))
    for layout, rate in (("stereo", 48_000), ("mono", 24_000)):
        shape = (1, rate // 50 * (2 if layout == "stereo" else 1))
        frame = av.AudioFrame.from_ndarray(np.zeros(shape, np.int16), "s16", layout)
        frame.sample_rate = rate
        out += decoder._resampled(frame)
    assert len(out) >= 2


def test_how_far_sound_lies_from_its_stamps_is_known() -> None:
    """A sound card 1 per cent slow: never more than 40 ms away, and the distance is told."""
    decoder = AudioDecoder("pcm_s16le", b"", SAMPLE_RATE, 1)
    seen = []
    for n in range(500):
        list(decoder.push(packet(n * STEP + n * STEP // 100)))
        seen.append(abs(decoder.off))
    assert 0 < max(seen) <= LAID_WITHIN
