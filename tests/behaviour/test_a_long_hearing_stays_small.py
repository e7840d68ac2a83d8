"""Hours of a hearing take no more memory and no more open files than its first minutes.

The time-compressed form of `python -m bench soak`, by the graph and the outputs alone: small
pictures, a rewind window that is full after two minutes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.flat import flat, small

CLIP = Path(__file__).parents[2] / "sample_media" / "short.mp4"
MINUTES, SETTLED = 8, 4
MOST_MB = 8.0
"""What the allocator may waver by; the encoders and decoders of a leak would show more."""


@pytest.mark.slow
def test_memory_and_descriptors_stay_as_they_are(tmp_path: Path) -> None:
    found = flat(small(CLIP, tmp_path, 160, 12.5), MINUTES, window=120.0)
    later = found.samples[SETTLED:-1]
    assert len(later) >= 2, "a hearing of eight minutes aired"
    assert max(later) - later[0] < MOST_MB
    assert max(found.descriptors[SETTLED:]) <= max(found.descriptors[:SETTLED])
