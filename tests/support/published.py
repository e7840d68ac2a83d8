"""Reads what was published the way a viewer's player would: playlist, segments, frames, samples."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from media_workers.timeline.fit import scaled

BLOCK = 1 << 16
COARSE = 16_000
"""Samples a second at which waveforms are compared: speech, and both rates divide by it."""


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

    def enlarged(self, width: int, height: int) -> Published:
        """The same with its pictures at another size, to be compared with larger ones."""
        frames = [(t, scaled(frame, width, height)) for t, frame in self.frames]
        return replace(self, frames=frames)

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


def read(folder: Path, name: str = "index.m3u8", pictures: bool = True) -> Published:
    """Decode everything a media playlist in `folder` lists, or its sound alone."""
    playlist = (folder / name).read_text(encoding="utf-8")
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
        for frame in container.decode() if pictures else container.decode(audio=0):
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


def likeness(
    published: Published, media: Path, spans: Sequence[tuple[float, float]]
) -> list[float]:
    """How alike the published sound comes, anywhere, to each stretch (seconds) of `media`.

    Normalised cross-correlation of the waveforms at 16 kHz, so it does not depend on where the
    stretch was placed: what aired comes to .95 and more, what did not stays below .8.
    """
    with av.open(str(media)) as container:
        rate = container.streams.audio[0].rate
        pieces = [f.to_ndarray().reshape(-1) for f in container.decode(audio=0)]
    source = _sampled(np.concatenate(pieces).astype(np.float32), rate)
    heard = _sampled(published.sound, published.rate)
    energy = np.concatenate([[0.0], np.cumsum(heard.astype(np.float64) ** 2)])
    parts = [source[round(a * COARSE) : round(b * COARSE)] for a, b in spans]
    hop = BLOCK - max(map(len, parts))
    padded = np.concatenate([heard, np.zeros(BLOCK, np.float32)])
    blocks = np.stack([padded[at : at + BLOCK] for at in range(0, len(heard), hop)])
    spectra = np.fft.rfft(blocks, axis=1)
    return [_best(spectra, hop, energy, part) for part in parts]


def _best(
    spectra: npt.NDArray[np.complexfloating[Any, Any]],
    hop: int,
    energy: npt.NDArray[np.float64],
    part: npt.NDArray[np.float32],
) -> float:
    """The best place, by blocks that overlap by a part (overlap-save): small transforms are many
    times cheaper than one over the whole hearing."""
    places = len(energy) - 1 - len(part)
    found = np.fft.irfft(spectra * np.conj(np.fft.rfft(part, BLOCK)), BLOCK, axis=1)
    alike = found[:, :hop].reshape(-1)[:places]
    local = np.sqrt(np.maximum(energy[len(part) :][:places] - energy[:places], 1e-3))
    return float((alike / local).max() / np.linalg.norm(part))


def _sampled(pcm: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    step = rate // COARSE
    sampled: npt.NDArray[np.float32] = pcm[: len(pcm) // step * step].reshape(-1, step).mean(axis=1)
    return sampled
