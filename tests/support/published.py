"""Reads what was published the way a viewer's player would: playlist, segments, frames, samples."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Published:
    """Frames as (seconds, I420) and sound as (seconds of the first sample, samples, rate)."""

    frames: list[tuple[float, npt.NDArray[np.uint8]]]
    sound: npt.NDArray[np.float32]
    sound_start: float
    rate: int
    playlist: str

    def rms(self, start: float, end: float) -> float:
        """Root mean square (full scale 1.0) of a stretch of published sound."""
        a = max(0, int((start - self.sound_start) * self.rate))
        b = max(0, int((end - self.sound_start) * self.rate))
        part = self.sound[a:b]
        return float(np.sqrt((part**2).mean())) if len(part) else 0.0

    def between(self, start: float, end: float) -> list[npt.NDArray[np.uint8]]:
        """Frames shown in a stretch."""
        return [frame for t, frame in self.frames if start <= t < end]


def listed(playlist: str) -> list[tuple[str, str]]:
    """(initialisation section, segment) names in the order of a media playlist."""
    init, found = "", []
    for line in playlist.splitlines():
        if line.startswith("#EXT-X-MAP:"):
            init = line.split('"')[1]
        elif line and not line.startswith("#"):
            found.append((init, line))
    return found


def read(folder: Path) -> Published:
    """Decode everything the playlist in `folder` lists."""
    playlist = (folder / "index.m3u8").read_text(encoding="utf-8")
    frames: list[tuple[float, npt.NDArray[np.uint8]]] = []
    pieces: list[tuple[float, npt.NDArray[np.float32]]] = []
    runs: list[tuple[str, bytes]] = []
    for init, name in listed(playlist):
        data = (folder / name).read_bytes()
        if runs and runs[-1][0] == init:
            runs[-1] = (init, runs[-1][1] + data)
        else:
            runs.append((init, data))
    for init, data in runs:
        container: Any = av.open(io.BytesIO((folder / init).read_bytes() + data))
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                frames.append((float(frame.time), frame.to_ndarray(format="yuv420p")))
            else:
                pieces.append((float(frame.time), frame.to_ndarray().reshape(-1)))
    start = pieces[0][0] if pieces else 0.0
    length = int((pieces[-1][0] - start) * 48_000) + len(pieces[-1][1]) if pieces else 0
    sound = np.zeros(length, np.float32)
    for t, pcm in pieces:
        at = round((t - start) * 48_000)
        part = pcm[: max(0, length - at)]
        sound[at : at + len(part)] = part
    return Published(frames, sound, start, 48_000, playlist)


def offset(published: Published, media: Path, *, near: float, length: float) -> float:
    """Seconds to add to a time in `media` to get the published time of the same sound.

    Found by the loudness contour (100 a second) of `length` published seconds from `near` on.
    """
    with av.open(str(media)) as container:
        pieces = [f.to_ndarray().reshape(-1) for f in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    source = _contour(np.concatenate(pieces).astype(np.float32), rate)
    first = round((near - published.sound_start) * 100)
    part = _contour(published.sound, published.rate)[first : first + round(length * 100)]
    part = (part - part.mean()) / (part.std() + 1e-9)
    windows = np.lib.stride_tricks.sliding_window_view(source, len(part))
    spread = windows.std(axis=1) + 1e-9
    alike = ((windows - windows.mean(axis=1, keepdims=True)) @ part) / spread / len(part)
    assert alike.max() > 0.9, "the published sound is not found in the media"
    return near - float(alike.argmax()) / 100


def _contour(pcm: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    step = rate // 100
    blocks = np.abs(pcm[: len(pcm) // step * step]).reshape(-1, step)
    contour: npt.NDArray[np.float32] = blocks.mean(axis=1)
    return contour
