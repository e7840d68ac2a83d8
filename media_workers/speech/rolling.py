"""The newest sound at the recogniser's rate, addressed by media time."""

from __future__ import annotations

import numpy as np

from courtstream.domain.errors import InvalidInput
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span
from media_workers.runtime.items import SPEECH_RATE, Pcm, Sound
from media_workers.speech.asr import Wave
from media_workers.speech.resample import SpeechRate

JITTER: MediaTime = 40 * MILLISECOND
"""Stamps may differ this much from the count of samples before it is a gap."""

_QUIET = SPEECH_RATE * 120 // 1000


class RollingSound:
    """One stretch of sound beginning at `first.t`; gaps inside it are filled with silence."""

    def __init__(self, first: Sound, keep: MediaTime) -> None:
        self.origin: MediaTime = first.t
        self.keep = keep
        self._most = keep * SPEECH_RATE // SECOND
        self._rate = SpeechRate(first.rate)
        self._taken = 0
        self._dropped = 0
        self._parts: list[Wave] = []
        self._held = 0

    @property
    def expected(self) -> MediaTime:
        """Where the next sample should lie."""
        return self.origin + self._taken * SECOND // self._rate.rate

    @property
    def end(self) -> MediaTime:
        """How far the sound reaches at 16 kHz (a millisecond behind what was pushed)."""
        return self.origin + (self._dropped + self._held) * SECOND // SPEECH_RATE

    def push(self, sound: Sound) -> Wave:
        """Take sound; give what is new at 16 kHz. Raises InvalidInput when time runs backwards."""
        if sound.rate != self._rate.rate:
            raise InvalidInput("the sample rate changed inside one stretch of sound")
        late = sound.t - self.expected
        if late < -JITTER:
            raise InvalidInput("sound that goes back in time")
        fresh = [self._take(np.zeros(self._samples(late), dtype=np.int16))] if late > JITTER else []
        fresh.append(self._take(sound.pcm))
        return self._keep_newest(np.concatenate(fresh))

    def flush(self) -> Wave:
        """The last samples, still in the filter."""
        return self._keep_newest(self._rate.flush())

    def cut(self, window: Span) -> Wave:
        """The samples of `window`, shape (n,), as far as they are kept."""
        wave = self._joined()
        first = max(0, self._index(window.start) - self._dropped)
        last = max(first, self._index(window.end) - self._dropped)
        return wave[first:last]

    def quietest(self, bounds: Span) -> MediaTime:
        """The middle of the quietest 120 ms inside `bounds`: a place to cut between words."""
        part = self.cut(bounds)
        if len(part) <= _QUIET:
            return bounds.start
        total = np.concatenate([[0.0], np.cumsum(part.astype(np.float64) ** 2)])
        least = int((total[_QUIET:] - total[:-_QUIET]).argmin())
        return bounds.start + (least + _QUIET // 2) * SECOND // SPEECH_RATE

    def _index(self, t: MediaTime) -> int:
        return -(-(t - self.origin) * SPEECH_RATE // SECOND)

    def _samples(self, length: MediaTime) -> int:
        return length * self._rate.rate // SECOND

    def _take(self, pcm: Pcm) -> Wave:
        self._taken += len(pcm)
        return self._rate.push(pcm)

    def _keep_newest(self, fresh: Wave) -> Wave:
        self._parts.append(fresh)
        self._held += len(fresh)
        if self._held > 2 * self._most:
            self._joined()
        return fresh

    def _joined(self) -> Wave:
        """The newest `keep` of sound in one piece, joined when it is looked at."""
        if len(self._parts) == 1 and self._held <= self._most:
            return self._parts[0]
        whole = np.concatenate([np.zeros(0, np.float32), *self._parts])
        surplus = max(0, len(whole) - self._most)
        self._dropped += surplus
        self._held -= surplus
        self._parts = [whole[surplus:]]
        return self._parts[0]
