"""Sound of any rate to the recogniser's 16 kHz, without losing count of samples."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from media_workers.runtime.items import SPEECH_RATE, Pcm
from media_workers.speech.asr import Wave

_EMPTY: Wave = np.zeros(0, dtype=np.float32)


class SpeechRate:
    """Resamples one continuous stretch of mono int16 at `rate` with libswresample's filter.

    Output sample n lies at n / 16000 s after the first input sample; the newest millisecond
    stays inside the filter until more input comes or `flush` is called.
    """

    def __init__(self, rate: int) -> None:
        if rate < 8000:
            raise ValueError("speech needs a sample rate of at least 8 kHz")
        self.rate = rate
        self._taken = 0
        self._filter: av.AudioResampler | None = None
        if rate != SPEECH_RATE:
            self._filter = av.AudioResampler(format="flt", layout="mono", rate=SPEECH_RATE)

    def push(self, pcm: Pcm) -> Wave:
        """Take samples of shape (n,), give what is ready as float32 of full scale 1.0."""
        if not len(pcm):
            return _EMPTY
        if self._filter is None:
            return pcm.astype(np.float32) / np.float32(32768)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(pcm)[None], format="s16", layout="mono"
        )
        frame.sample_rate = self.rate
        frame.time_base = Fraction(1, self.rate)
        frame.pts = self._taken
        self._taken += len(pcm)
        return _joined(self._filter.resample(frame))

    def flush(self) -> Wave:
        """The samples still inside the filter."""
        return _EMPTY if self._filter is None else _joined(self._filter.resample(None))


def _joined(frames: list[av.AudioFrame]) -> Wave:
    parts = [frame.to_ndarray().reshape(-1).astype(np.float32) for frame in frames]
    return np.concatenate(parts) if parts else _EMPTY
