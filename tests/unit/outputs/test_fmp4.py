"""Encoded groups become segments that stand for themselves and join without a seam."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import av
import numpy as np
import pytest

from courtstream.domain.time import SECOND, Span
from media_workers.outputs.encode import AudioEncoder, VideoEncoder, from_ticks, to_ticks
from media_workers.outputs.fmp4 import avc_codec, segment
from media_workers.runtime.items import EncodedPacket, Sound

FRAME = SECOND // 25
START = 100 * SECOND


def pictures(encoder: VideoEncoder, first: int, count: int) -> list[EncodedPacket]:
    grey = np.full((96, 64), 90, np.uint8)
    out: list[EncodedPacket] = []
    for n in range(first, first + count):
        grey[: n % 60] = n % 200
        out += encoder.push(START + n * FRAME, grey, key=n % 25 == 0)
    return out + list(encoder.flush())


def sound(encoder: AudioEncoder, second: int) -> list[EncodedPacket]:
    pcm = (np.sin(np.arange(48_000) / 20) * 8000).astype(np.int16)
    return list(encoder.push(Sound(START + second * SECOND, pcm)))


def test_segments_join_without_a_seam() -> None:
    video, audio = VideoEncoder(64, 64, 25.0, "ultrafast"), AudioEncoder()
    init, first = segment(pictures(video, 0, 25), sound(audio, 0))
    again, second = segment(pictures(video, 25, 25), sound(audio, 1))
    assert init == again
    container: Any = av.open(io.BytesIO(init + first + second))
    times = [float(p.pts * p.time_base) for p in container.demux(video=0) if p.pts is not None]
    assert len(times) == 50
    assert times[0] == pytest.approx(100.0, abs=1e-4)
    assert max(np.diff(times)) == pytest.approx(0.04, abs=1e-4)


def test_a_card_follows_pictures_in_the_same_track() -> None:
    video = VideoEncoder(64, 64, 25.0, "ultrafast")
    cards = VideoEncoder(64, 64, 25.0, "ultrafast")
    init, _ = segment(pictures(video, 0, 25), [])
    black = np.full((96, 64), 16, np.uint8)
    card_init, data = segment(cards.card(black, Span(START + SECOND, START + 2 * SECOND)), [])
    assert init == card_init
    container: Any = av.open(io.BytesIO(card_init + data))
    assert len(list(container.decode(video=0))) == 5


def test_pictures_copied_from_a_file_go_with_their_own() -> None:
    made = pictures(VideoEncoder(64, 64, 25.0, "ultrafast"), 0, 25)
    longer = re.sub(rb"(?<!\x00)\x00\x00\x01", lambda _: b"\0\0\0\1", made[0].data)
    assert longer != made[0].data
    copied = [replace(made[0], data=longer), *made[1:]]
    assert segment(copied, [])[0] == segment(made, [])[0]


def test_a_segment_must_begin_with_a_key_frame() -> None:
    with pytest.raises(ValueError, match="key frame"):
        segment([EncodedPacket(0, FRAME, False, b"\0\0\0\1\x41")], [])


def test_ticks_and_media_time_agree_both_ways() -> None:
    for tick in range(0, 500_000, 977):
        assert to_ticks(from_ticks(tick)) == tick


def test_sound_stays_where_it_was() -> None:
    packets = sound(AudioEncoder(), 0)
    assert packets[0].t == pytest.approx(START, abs=SECOND // 40)
    assert packets[-1].t < START + SECOND


def test_the_codec_name_comes_from_the_stream() -> None:
    first = pictures(VideoEncoder(64, 64, 25.0, "ultrafast"), 0, 1)[0]
    assert avc_codec(first.data).startswith("avc1.42")
