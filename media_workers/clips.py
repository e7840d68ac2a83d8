"""`clip`: a film of one passage, cut to the frame from what was published and nothing else.

Everything between the two instants is decoded and encoded again, so the file holds no picture and
no sample from before or after them: a stream copy would keep the hidden second before its cut.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import cv2
import numpy as np

from courtstream.domain.errors import BrokenStream, CourtstreamError, InvalidInput
from courtstream.domain.time import SECOND, MediaTime, Span
from media_workers.outputs.encode import AudioEncoder, VideoEncoder
from media_workers.outputs.files import write_durably
from media_workers.outputs.mux import Mux
from media_workers.runtime.items import SAMPLE_RATE, EncodedPacket, Pcm, Planes, Sound

SHORTEST, LONGEST = 1 * SECOND, 185 * SECOND
"""Clips are 15 s to 3 min (court-rules §6); the tool allows what borders of words may add."""

FADE = SAMPLE_RATE // 100
"""Ten milliseconds, so that a cut in the sound does not click."""

POSTER_WIDTH = 640
NICE = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A listed segment with its initialisation section."""

    init: str
    uri: str


def listed(playlist: Path) -> list[Piece]:
    """The segments of a media playlist. Raises InvalidInput when it is not there."""
    init, found = "", []
    try:
        lines = playlist.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise InvalidInput("没有公开录像 / there is no public recording") from None
    for line in lines:
        if line.startswith("#EXT-X-MAP:"):
            init = line.split('"')[1]
        elif line and not line.startswith("#"):
            found.append(Piece(init, line))
    return found


class Film:
    """The published segments of one `live/` folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pieces = listed(folder / "index.m3u8")

    def between(self, span: Span) -> Iterator[Any]:
        """Decoded frames of every segment that may hold some of `span`, picture and sound."""
        for piece in self._pieces[self._first(span.start) :]:
            with self._open(piece) as container:
                for stream in container.streams:
                    stream.thread_count = 1
                begun = _begin(container)
                if begun is not None and begun >= span.end:
                    return
                container.seek(0)
                yield from container.decode()

    def rate(self) -> float:
        """Pictures a second, by the first segment."""
        for piece in self._pieces[:1]:
            with self._open(piece) as container:
                times = [time_of(f) for f in container.decode(video=0) if f.pts is not None]
            if len(times) > 1:
                return min(60.0, max(1.0, SECOND / float(np.median(np.diff(times)))))
        return 25.0

    def _first(self, t: MediaTime) -> int:
        """The number of the last segment that begins at or before `t`, less one for its sound."""
        low, high = 0, len(self._pieces)
        while low < high:
            middle = (low + high) // 2
            with self._open(self._pieces[middle]) as container:
                begun = _begin(container)
            if begun is not None and begun <= t:
                low = middle + 1
            else:
                high = middle
        return max(0, low - 2)

    def _open(self, piece: Piece) -> Any:
        data = (self._folder / piece.init).read_bytes() + (self._folder / piece.uri).read_bytes()
        return av.open(io.BytesIO(data))


def _begin(container: Any) -> MediaTime | None:
    for packet in container.demux(video=0):
        if packet.pts is not None:
            return time_of(packet)
    return None


def time_of(thing: Any) -> MediaTime:
    """Media time of a packet or a frame."""
    exact: Fraction = Fraction(thing.pts) * thing.time_base * SECOND
    return round(exact)


class Cut:
    """Encodes what lies inside a span: pictures as they come, sound with silence where none is.

    Only one picture and the packets are held, so the length costs no memory to speak of.
    """

    def __init__(self, span: Span, fps: float) -> None:
        self._span, self._fps = span, fps
        self.pictures = 0
        self.middle: Planes | None = None
        self._encoder: VideoEncoder | None = None
        self._shape: tuple[int, ...] = ()
        self._packets: list[EncodedPacket] = []
        self._pcm: Pcm = np.zeros(span.length * SAMPLE_RATE // SECOND, np.int16)

    def push(self, frame: Any) -> None:
        """Take a decoded frame of picture or sound; what lies outside is left out."""
        if frame.pts is None:
            return
        t = time_of(frame)
        if not isinstance(frame, av.VideoFrame):
            _place(self._pcm, frame, t - self._span.start)
        elif self._span.contains(t):
            i420: Any = frame.to_ndarray(format="yuv420p")
            self._picture(t - self._span.start, i420)

    def _picture(self, t: MediaTime, i420: Planes) -> None:
        """A camera change in the middle does not change the film's size: that is left out."""
        if self._encoder is None:
            self._shape = i420.shape
            self._encoder = VideoEncoder(i420.shape[1], i420.shape[0] * 2 // 3, self._fps)
        if i420.shape != self._shape:
            return
        key = self.pictures % max(1, round(2 * self._fps)) == 0
        self._packets.extend(self._encoder.push(t, i420, key=key))
        self.pictures += 1
        if t <= self._span.length // 2 or self.middle is None:
            self.middle = i420

    def write(self, target: Path) -> int:
        """Close into an MP4 that takes its name when it is whole; its size in bytes.

        Raises BrokenStream when nothing was published in the span.
        """
        if self._encoder is None:
            raise BrokenStream("该时段没有公开画面 / nothing was published in that span")
        self._packets.extend(self._encoder.flush())
        _fade(self._pcm)
        beside = target.with_name(f".{target.name}.part")
        mux = Mux(str(beside), {"movflags": "faststart"}, self._packets[0].data)
        mux.write(self._packets, list(AudioEncoder().push(Sound(0, self._pcm))))
        mux.close()
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(target)
        return target.stat().st_size


def _place(pcm: Pcm, frame: Any, t: MediaTime) -> None:
    """Put a decoded sound frame where it belongs; what lies outside is left out, to the sample."""
    samples = frame.to_ndarray().reshape(-1)
    if samples.dtype != np.int16:
        samples = np.clip(np.round(samples * 32767.0), -32768, 32767).astype(np.int16)
    at = round(Fraction(t, SECOND) * SAMPLE_RATE)
    skip = max(0, -at)
    part = samples[skip : max(skip, len(pcm) - at)]
    if len(part):
        pcm[at + skip : at + skip + len(part)] = part


def _fade(pcm: Pcm) -> None:
    ramp = np.linspace(0.0, 1.0, FADE, dtype=np.float32)
    if len(pcm) >= 2 * FADE:
        pcm[:FADE] = (pcm[:FADE] * ramp).astype(np.int16)
        pcm[-FADE:] = (pcm[-FADE:] * ramp[::-1]).astype(np.int16)


def poster(i420: Planes, target: Path) -> None:
    """A picture as JPEG."""
    bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
    height = bgr.shape[0] * POSTER_WIDTH // bgr.shape[1]
    if bgr.shape[1] > POSTER_WIDTH:
        bgr = cv2.resize(bgr, (POSTER_WIDTH, height), interpolation=cv2.INTER_AREA)
    ok, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 80])
    if ok:
        write_durably(target, data.tobytes())


def film(live: Path, out: Path, span: Span) -> tuple[int, int]:
    """Cut `span` from a `live/` folder into `out`, with its poster beside it: (pictures, bytes).

    Raises InvalidInput for a length nobody wants, BrokenStream when nothing was published there.
    """
    if not SHORTEST <= span.length <= LONGEST:
        raise InvalidInput("片段长度不合要求 / the clip is too short or too long")
    source = Film(live)
    cut = Cut(span, source.rate())
    for frame in source.between(span):
        cut.push(frame)
    out.parent.mkdir(parents=True, exist_ok=True)
    size = cut.write(out)
    if cut.middle is not None:
        poster(cut.middle, out.with_suffix(".jpg"))
    return cut.pictures, size


def clip(argv: list[str]) -> int:
    """`clip LIVE OUT.mp4 --start NS --end NS`; one JSON line about the film, exit code 0 or 2."""
    options = _options(argv)
    os.nice(NICE)
    span = Span(options.start, max(options.start, options.end))
    try:
        pictures, size = film(options.live, options.out, span)
    except (CourtstreamError, av.error.FFmpegError, OSError, IndexError) as error:
        text = (
            f"{error.zh} / {error}" if isinstance(error, CourtstreamError) else type(error).__name__
        )
        sys.stderr.write(f"{text}\n")
        return 2
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    told = {"frames": pictures, "bytes": size, "sha256": digest}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "courtstream clip", description="从公开录像剪取片段 / cut a clip from the public recording"
    )
    parser.add_argument("live", type=Path, help="the hearing's public live/ folder")
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=int, required=True, help="media time in ns")
    parser.add_argument("--end", type=int, required=True, help="media time in ns")
    return parser.parse_args(argv)
