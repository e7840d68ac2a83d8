"""One MP4 file of what was released: with the tracks that were given, and no others."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import MinuteState
from media_workers.outputs.encode import CARD_FPS, VideoEncoder
from media_workers.outputs.mp4file import Mp4File
from media_workers.runtime.items import SAMPLE_RATE, Released, Sound


def group(start: int) -> Released:
    span = Span(start, start + SECOND)
    still = np.full((144, 64), 128, np.uint8)
    packets = VideoEncoder(64, 96, 10, "ultrafast").card(still, span)
    sound = Sound(start, np.zeros(SAMPLE_RATE, np.int16))
    return Released(span=span, video=packets, sound=sound, state=MinuteState.LIVE)


@pytest.mark.parametrize("sound", [True, False])
def test_a_picture_without_sound_is_given_no_track_of_silence(tmp_path: Path, sound: bool) -> None:
    path = tmp_path / "out.mp4"
    file = Mp4File(path, sound=sound)
    for n in range(2):
        file.push(group(n * SECOND))
    file.finish(final=True)
    with av.open(str(path)) as container:
        assert len(container.streams.audio) == sound
        assert len(list(container.decode(video=0))) == 2 * CARD_FPS
