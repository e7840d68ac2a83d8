"""`calibrate`: what a hearing costs on this machine, by size of picture and care of speech.

Prints one JSON line: CPU seconds a second of hearing. Cores are counted, not seconds on the wall,
so that a busy machine measures itself as truly as an idle one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np

from courtstream.control.protocol import ModelSpec
from courtstream.domain.time import SECOND
from courtstream.settings import Settings
from media_workers.graph.lower import Lower
from media_workers.models import whisper_folder
from media_workers.outputs.encode import VideoEncoder
from media_workers.redact.hide import hide_all
from media_workers.runtime.items import SPEECH_RATE, Picture, Planes, SourcePacket
from media_workers.timeline.decode import VideoDecoder
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.detect import YuNetFinder

SIZES = {"360p15": (640, 360, 15), "720p25": (1280, 720, 25), "1080p25": (1920, 1080, 25)}
SECONDS = 2
"""Media worked through for each size."""

WINDOW_SECONDS = 10
READINGS = {"speech_full": 1.35 / 2.5, "speech_economy": 1 / 4.0}
"""Readings a second, with full care (a third of the windows are read a second time in part) and
with the least."""

VOICED = 0.75
"""Share of a hearing in which somebody speaks."""


def calibrate() -> int:
    """Measure and print; 0 when it went well. Raises ModelMissing."""
    models = Settings().models
    spec = ModelSpec(whisper=models.whisper, faces=models.faces, compute_type=models.compute_type)
    costs = {name: round(_picture(*size, spec), 3) for name, size in SIZES.items()}
    costs["low"] = round(_low(*SIZES["720p25"]), 3)
    reading = _reading(spec)
    costs |= {name: round(reading * often * VOICED, 3) for name, often in READINGS.items()}
    sys.stdout.write(json.dumps(costs) + "\n")
    return 0


def _spent(work: Callable[[], object]) -> float:
    """CPU seconds of all threads of this process."""
    before = time.process_time()
    work()
    return time.process_time() - before


def _picture(width: int, height: int, fps: int, spec: ModelSpec) -> float:
    """Decode, find faces, hide, encode: CPU seconds a second of picture."""
    frames = [_frame(width, height, n) for n in range(fps * SECONDS)]
    coded = VideoEncoder(width, height, fps, "ultrafast")
    packets = [
        packet
        for n, frame in enumerate(frames)
        for packet in coded.push(n * SECOND // fps, frame, n % fps == 0)
    ]
    decoder = VideoDecoder("h264", b"", 0)
    analyser = FaceAnalyser(YuNetFinder(spec.faces or None, threads=1))
    encoder = VideoEncoder(width, height, fps)

    def work() -> None:
        for packet in packets:
            for picture in decoder.push(_source(packet.t, packet.key, packet.data, fps)):
                list(analyser.push(picture))
                list(encoder.push(picture.t, _hidden(picture), picture.index % fps == 0))

    return _spent(work) / SECONDS


def _low(width: int, height: int, fps: int) -> float:
    """What the rendition of 360 lines adds: scale the hidden picture, encode it once more."""
    frames = [_frame(width, height, n) for n in range(fps * SECONDS)]
    lower = Lower(lambda: (width, height, float(fps)))

    def work() -> None:
        for n, frame in enumerate(frames):
            lower.push(n * SECOND // fps, frame, n % fps == 0)

    return _spent(work) / SECONDS


def _source(t: int, key: bool, data: bytes, fps: int) -> SourcePacket:
    return SourcePacket("video", t, t, SECOND // fps, key, data)


def _hidden(picture: Picture) -> Planes:
    """Every tenth picture hidden whole stands for the faces in all of them."""
    return hide_all(picture.i420) if picture.index % 10 == 0 else picture.i420


def _frame(width: int, height: int, n: int) -> Planes:
    """A room that moves a little: a gradient with grain."""
    noise = np.random.default_rng(n).integers(0, 12, (height, width), np.uint8)
    across = (np.linspace(40, 200, width, dtype=np.uint8) + n).astype(np.uint8)
    chroma = np.full((height // 2, width), 128, np.uint8)
    return np.concatenate([across[None, :] + noise, chroma]).astype(np.uint8)


def _reading(spec: ModelSpec) -> float:
    """CPU seconds that one window full of speech takes to be read."""
    from media_workers.speech.asr import WhisperTranscriber

    transcriber = WhisperTranscriber(
        whisper_folder(spec.whisper), threads=1, compute_type=spec.compute_type
    )
    wave = np.random.default_rng(1).normal(0, 0.05, WINDOW_SECONDS * SPEECH_RATE)
    sound = wave.astype(np.float32)
    transcriber.rehearse(sound[:SPEECH_RATE])  # loading does not count
    return _spent(lambda: transcriber.rehearse(sound))
