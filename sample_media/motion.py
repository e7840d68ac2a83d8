"""How things move in time: easing, the gavel's swing, loudness for the jaw."""

from __future__ import annotations

import numpy as np
from sound import RATE

FPS = 25


def swing(since: float) -> float:
    """The gavel goes up before the knock and falls with it."""
    if since < 0:
        return (
            max(0.0, 1 - abs(since + 0.12) / 0.12)
            if since > -0.12
            else max(0.0, 1 + (since + 0.12) / 0.3)
        )
    return 0.0


def ramp(t: float, start: float, length: float) -> float:
    p = min(1.0, max(0.0, (t - start) / length))
    return p * p * (3 - 2 * p)


def envelope(pcm: np.ndarray) -> np.ndarray:
    """Loudness per frame in 0..1, for the jaw."""
    step = RATE // FPS
    frames = pcm[: len(pcm) // step * step].reshape(-1, step)
    rms = np.sqrt((frames**2).mean(axis=1))
    return np.clip(np.convolve(rms, [0.25, 0.5, 0.25], "same") / 0.16, 0, 1)
