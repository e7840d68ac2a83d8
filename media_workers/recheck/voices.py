"""The sound of the sealed original: in order, or one stretch of it, on the hearing's own clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from courtstream.domain.errors import SealBroken
from courtstream.domain.time import MILLISECOND, SECOND, MediaTime, Span
from courtstream.seal import SealReader, hearing_key, load_or_create_master_key, sealed_folders
from media_workers.recheck.films import _Pipe
from media_workers.runtime.items import SAMPLE_RATE, Pcm, Sound

MARGIN: MediaTime = SECOND // 5
ROUNDED: MediaTime = 5 * MILLISECOND
"""A piece that says it begins this near to where the last one ended begins there."""


def sealed_sound(folder: Path, master_key_file: Path, rate: int = SAMPLE_RATE) -> Iterator[Sound]:
    """Mono pieces of the sealed original's sound in order of time, none twice.

    Every record is authenticated before it is used. Raises SealBroken; a part without sound is
    passed over.
    """
    master = load_or_create_master_key(master_key_file)
    last: MediaTime = -1
    for sealed in sealed_folders(folder):
        reader = SealReader(sealed, hearing_key(sealed, master))
        for part in reader.parts:
            for piece in _decoded(_Pipe(reader.clear(part)), rate):
                if piece.t > last:
                    yield piece
                    last = piece.t


def original_sound(folder: Path, master_key_file: Path, span: Span) -> Sound:
    """The original of one stretch, silence where nothing was recorded."""
    first = span.start * SAMPLE_RATE // SECOND
    whole = np.zeros(span.end * SAMPLE_RATE // SECOND - first, np.int16)
    for piece in sealed_sound(folder, master_key_file):
        if piece.t > span.end + MARGIN:
            break
        at = round(piece.t * SAMPLE_RATE / SECOND) - first
        begin, end = max(0, at), min(len(whole), at + len(piece.pcm))
        if begin < end:
            whole[begin:end] = piece.pcm[begin - at : end - at]
    return Sound(first * SECOND // SAMPLE_RATE, whole)


class SampleClock:
    """Says when a piece of sound begins, to the sample.

    Matroska keeps times in whole milliseconds: pieces put down by them would overlap and leave
    gaps, which are heard as crackle.
    """

    def __init__(self, rate: int) -> None:
        self._rate, self._start, self._count = rate, -SECOND, 0

    def place(self, t: MediaTime, count: int) -> MediaTime:
        """The begin of `count` samples that say `t`: right after those before where it is near."""
        due = self._start + self._count * SECOND // self._rate
        if abs(t - due) > ROUNDED:
            self._start, self._count, due = t, 0, t
        self._count += count
        return due


def _decoded(file: Any, rate: int) -> Iterator[Sound]:
    try:
        with av.open(file, format="matroska") as container:
            if not container.streams.audio:
                return
            change: Any = av.AudioResampler(format="s16", layout="mono", rate=rate)
            clock = SampleClock(rate)
            for frame in container.decode(audio=0):
                if frame.pts is None or frame.time_base is None:
                    continue
                t = round(frame.pts * frame.time_base * SECOND)
                for out in change.resample(frame):
                    pcm = _mono(out)
                    yield Sound(clock.place(t, len(pcm)), pcm, rate)
                    t += len(pcm) * SECOND // rate
    except SealBroken:
        raise
    except (av.error.FFmpegError, IndexError):
        return  # a part cut off before its first sound


def _mono(frame: Any) -> Pcm:
    return np.asarray(frame.to_ndarray(), np.int16).reshape(-1)
