"""Clips hold exactly what lies between their borders: to the frame, to the sample, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from courtstream.domain.errors import BrokenStream, InvalidInput
from courtstream.domain.time import SECOND, Span, seconds
from media_workers.clips import Film, clip, film
from media_workers.outputs import fmp4
from media_workers.outputs.encode import AudioEncoder, VideoEncoder
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, Sound

LENGTH, FPS, SIZE = 24, 10, (64, 64)
LOUD = Span.of_seconds(18.0, 19.0)
"""The second that a clip ending at 18.0 must not hold a sample of."""


def grey(n: int) -> int:
    """The brightness of frame `n`: unlike that of any frame near it."""
    return 16 + n * 37 % 210


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published hearing of 24 s in two-second segments, one whole second of it loud."""
    folder = tmp_path_factory.mktemp("live")
    encoder, sound = VideoEncoder(*SIZE, FPS, "ultrafast"), AudioEncoder()
    lines = ["#EXTM3U"]
    for n in range(LENGTH // 2):
        packets: list[EncodedPacket] = []
        for k in range(n * 2 * FPS, (n + 1) * 2 * FPS):
            plane = np.full((SIZE[1] * 3 // 2, SIZE[0]), 128, np.uint8)
            plane[: SIZE[1]] = grey(k)
            packets.extend(encoder.push(k * SECOND // FPS, plane, key=k % FPS == 0))
        packets.extend(encoder.flush())
        init, data = fmp4.segment(packets, list(sound.push(_sound(n * 2, 2))))
        (folder / "init-1-0.mp4").write_bytes(init)
        (folder / f"seg-{n}.m4s").write_bytes(data)
        lines += ['#EXT-X-MAP:URI="init-1-0.mp4"'] if n == 0 else []
        lines += ["#EXTINF:2.0,", f"seg-{n}.m4s"]
    (folder / "index.m3u8").write_text("\n".join(lines) + "\n")
    return folder


def _sound(start: int, length: int) -> Sound:
    t = np.arange(length * SAMPLE_RATE) / SAMPLE_RATE + start
    loud = (t >= LOUD.start / SECOND) & (t < LOUD.end / SECOND)
    wave = np.where(loud, 0.9, 0.02) * np.sin(2 * np.pi * np.where(loud, 2500, 200) * t)
    return Sound(seconds(start), (wave * 32767).astype(np.int16))


def frames(path: Path) -> list[float]:
    """The brightness of every frame."""
    with av.open(str(path)) as container:
        planes = [f.to_ndarray(format="yuv420p") for f in container.decode(video=0)]
    return [float(plane[20:40, 20:40].mean()) for plane in planes]


def pcm(path: Path) -> np.ndarray[Any, Any]:
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray().reshape(-1) for f in container.decode(audio=0)])


@pytest.mark.parametrize(("start", "end"), [(1.3, 17.9), (4.0, 20.0), (0.0, 24.0), (2.1, 17.1)])
def test_the_first_and_the_last_frame_are_those_of_the_borders(
    live: Path, tmp_path: Path, start: float, end: float
) -> None:
    count, size = film(live, tmp_path / "a.mp4", Span.of_seconds(start, end))
    first, last = round(start * FPS), round(end * FPS) - 1
    seen = frames(tmp_path / "a.mp4")
    assert count == len(seen) == last - first + 1
    expected = [grey(n) for n in range(first, last + 1)]
    assert np.abs(np.array(seen) - expected).max() < 6
    assert size == (tmp_path / "a.mp4").stat().st_size
    assert (tmp_path / "a.jpg").stat().st_size > 300


def test_not_a_sample_from_beyond_the_border_is_in_the_file(live: Path, tmp_path: Path) -> None:
    film(live, tmp_path / "before.mp4", Span.of_seconds(2.0, 18.0))
    film(live, tmp_path / "with.mp4", Span.of_seconds(3.0, 18.5))
    quiet, loud = pcm(tmp_path / "before.mp4"), pcm(tmp_path / "with.mp4")
    assert np.abs(loud).max() > 0.5
    assert np.abs(quiet).max() < 0.1
    assert len(quiet) / SAMPLE_RATE == pytest.approx(16.0, abs=0.05)


def test_a_clip_begins_at_zero_with_sound_and_picture_together(live: Path, tmp_path: Path) -> None:
    film(live, tmp_path / "a.mp4", Span.of_seconds(3.0, 19.0))
    sound = pcm(tmp_path / "a.mp4")
    begun = int(np.argmax(np.abs(sound) > 0.5)) / SAMPLE_RATE
    assert begun == pytest.approx(15.0, abs=0.03)


def test_segments_are_found_without_reading_them_all(live: Path) -> None:
    source = Film(live)
    assert [source._first(seconds(t)) for t in (0.0, 2.0, 9.0, 23.9)] == [0, 0, 3, 10]
    assert source.rate() == pytest.approx(FPS)


def test_what_cannot_be_a_clip_is_refused(live: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        film(live, tmp_path / "a.mp4", Span.of_seconds(1, 1.5))
    with pytest.raises(InvalidInput):
        film(tmp_path / "nothing", tmp_path / "a.mp4", Span.of_seconds(1, 17))
    with pytest.raises(BrokenStream):
        film(live, tmp_path / "a.mp4", Span.of_seconds(100, 117))
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_it_made(
    live: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "clips" / "a.mp4"
    order = [str(live), str(out), "--start", str(2 * SECOND), "--end", str(17 * SECOND)]
    assert clip(order) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] == 150
    assert told["bytes"] == out.stat().st_size
    assert len(told["sha256"]) == 64
    assert clip([*order[:4], *("--end", "0")]) == 2
