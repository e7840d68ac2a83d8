"""Media made by the project whose faults are known to the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import numpy.typing as npt

from courtstream.domain.scoring import MediaSecond
from courtstream.domain.time import SECOND, Span
from media_workers.runtime.items import Picture, Sound
from media_workers.speech.levels import SoundMeter
from media_workers.vision.meter import PictureMeter

Luma = npt.NDArray[np.uint8]
Change = Callable[[float, Luma], Luma]

WIDTH, HEIGHT, FPS = 640, 360, 5
RATE = 16_000


def room(t: float, *, clock: bool = True) -> Luma:
    """A made-up courtroom at `t` seconds: level furniture, somebody moving, a running clock."""
    image = np.full((HEIGHT, WIDTH), 120, np.uint8)
    for x in range(40, WIDTH, 80):
        cv2.rectangle(image, (x, 60), (x + 44, 190), 70, -1)
        cv2.rectangle(image, (x + 8, 72), (x + 36, 120), 180, 2)
    cv2.rectangle(image, (30, 220), (WIDTH - 30, 330), 90, -1)
    cv2.line(image, (0, 205), (WIDTH, 205), 200, 3)
    reach = int(30 * np.sin(t * 1.7) + 18 * np.sin(t * 4.1))
    cv2.circle(image, (300 + reach, 180), 26, 205, -1)
    if clock:
        text = f"2026-11-23 09:{int(t) // 60:02}:{int(t) % 60:02}"
        cv2.putText(image, text, (360, 350), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 250, 2)
    grain = np.random.default_rng(int(t * 1000)).normal(0, 2.0, image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def pictures(seconds: float, change: Change, *, clock: bool = True) -> Iterator[Picture]:
    """Frames of the room as `change` leaves them."""
    grey = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
    for n in range(int(seconds * FPS)):
        luma = change(n / FPS, room(n / FPS, clock=clock))
        yield Picture(n * SECOND // FPS, np.concatenate([luma, grey]), n)


def speech(seconds: float) -> npt.NDArray[np.float64]:
    """Sound that behaves like somebody talking: syllables of changing pitch, and breaths."""
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = 150 + 45 * np.sin(2 * np.pi * 0.7 * t) + 25 * np.sin(2 * np.pi * 2.9 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 12))
    loud = np.clip(np.sin(2 * np.pi * 3.3 * t), 0, None) * (np.sin(2 * np.pi * 0.21 * t) > -0.8)
    noise = np.random.default_rng(7).normal(0, 0.0015, len(t))
    return 0.12 * np.asarray(voice) * loud + noise


def pcm(wave: npt.NDArray[np.float64]) -> npt.NDArray[np.int16]:
    """Samples of full scale 1.0 as int16, flattened where they are too loud."""
    return (np.clip(wave, -1, 1) * 32767).astype(np.int16)


def measured(
    frames: Iterator[Picture] | None, wave: npt.NDArray[np.float64] | None
) -> list[MediaSecond]:
    """What the live meters say of it, a second at a time."""
    eye, ear, shown = PictureMeter(), SoundMeter(), list(frames or ())
    for picture in shown:
        eye.push(picture)
    length = len(wave) // RATE if wave is not None else len(shown) // FPS
    found = []
    for n in range(length):
        seen = eye.take(n * SECOND)
        sound = None
        if wave is not None:
            piece = pcm(wave[n * RATE : (n + 1) * RATE])
            sound = ear.push(Sound(n * SECOND, piece, RATE))
        plain = {
            "black": seen.black if seen else False,
            "frozen": seen.frozen if seen else False,
            "silent": sound.silent if sound else False,
            "clipped": sound.clipped if sound else False,
        }
        detail = {**(seen.detail() if seen else {}), **(sound.detail() if sound else {})}
        span = Span(n * SECOND, (n + 1) * SECOND)
        snr = sound.snr_db if sound else None
        found.append(MediaSecond(span, snr_db=snr, **plain, **detail))  # type: ignore[arg-type]
    return found
