"""Faces hidden, and what it costs: decode, analyse, hide, encode every clip; judge from pixels.

    python -m bench.faces [CLIP.mp4 ...] [--preset veryfast] [--keep FOLDER]

Without clips it takes those of ../shared/vision/clips and sample_media. Truth is CLIP.json or
CLIP.faces.json beside the clip; leaks are judged by ../shared/judge/leak_rate.py where present.
CPU is user + system seconds of this process per second of picture, against the same decode and
encode without analysis and hiding, measured in the same run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from courtstream.domain.time import SECOND
from media_workers.redact.hide import hide
from media_workers.runtime.items import FacesAt, Picture
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.detect import YuNetFinder

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
JUDGE = SHARED / "judge" / "leak_rate.py"


@dataclass
class Run:
    cpu: float = 0.0
    seconds: float = 0.0
    answers: list[FacesAt] = field(default_factory=list)

    @property
    def load(self) -> float:
        return self.cpu / self.seconds if self.seconds else 0.0


def pictures(clip: Path) -> Iterator[tuple[Picture, av.VideoFrame]]:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        rate = stream.average_rate or Fraction(25)
        for index, frame in enumerate(container.decode(stream)):
            if frame.format.name != "yuv420p":
                frame = frame.reformat(format="yuv420p")
            i420 = np.asarray(frame.to_ndarray(), np.uint8)
            yield Picture(int(index * SECOND / rate), i420, index), frame


def hidden(clip: Path, run: Run) -> Iterator[av.VideoFrame]:
    analyser, waiting = FaceAnalyser(YuNetFinder()), deque[tuple[Picture, av.VideoFrame]]()

    def out(answers: Iterable[FacesAt]) -> Iterator[av.VideoFrame]:
        for answer in answers:
            picture, frame = waiting.popleft()
            run.answers.append(answer)
            if not answer.faces:
                yield frame
                continue
            i420 = hide(picture.i420, [face.box for face in answer.faces])
            yield av.VideoFrame.from_ndarray(i420, format="yuv420p")

    for item in pictures(clip):
        waiting.append(item)
        yield from out(analyser.push(item[0]))
    yield from out(analyser.flush())


def bare(clip: Path, _: Run) -> Iterator[av.VideoFrame]:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        yield from container.decode(stream)


def encode(
    clip: Path, out: Path, preset: str, make: Callable[[Path, Run], Iterator[av.VideoFrame]]
) -> Run:
    run, begun = Run(), time.process_time()
    with av.open(str(clip)) as container:
        source = container.streams.video[0]
        rate, size = source.average_rate or Fraction(25), (source.width, source.height)
    with av.open(str(out), "w") as container:
        stream: VideoStream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.options = {"preset": preset, "crf": "23", "bf": "0"}
        for index, frame in enumerate(make(clip, run)):
            frame.pts, frame.time_base, frame.pict_type = index, 1 / rate, 0
            container.mux(stream.encode(frame))
            run.seconds = float((index + 1) / rate)
        container.mux(stream.encode())
    run.cpu = time.process_time() - begun
    return run


def judged(clip: Path, truth: Path, out: Path) -> dict[str, object]:
    report = out.with_suffix(".json")
    command = [sys.executable, str(JUDGE), str(clip), str(truth), str(out), "--quiet"]
    command += ["--json", str(report), "--sheet", str(out.with_suffix(".png"))]
    subprocess.run(command, check=True)
    figures: dict[str, object] = json.loads(report.read_text())
    return figures


def truth_of(clip: Path) -> Path | None:
    for name in (clip.with_suffix(".faces.json"), clip.with_suffix(".json")):
        if name.exists():
            return name
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--preset", default="veryfast")
    parser.add_argument("--keep", type=Path, help="folder for the clips made and their reports")
    parser.add_argument("--no-bare", action="store_true", help="leave the bare transcode out")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    clips = options.clips or [
        *sorted((SHARED / "vision" / "clips").glob("*.mp4")),
        *sorted((ROOT / "sample_media").glob("*.mp4")),
    ]
    print(
        f"{'clip':20}{'faces':>7}{'leak':>9}{'exposed':>9}{'longest':>8}{'over-blur':>10}"
        f"{'psnr':>6}{'cpu':>7}{'bare':>7}{'ratio':>7}"
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for clip in clips:
            print(row(clip, folder, options.preset, bare_too=not options.no_bare), flush=True)


def row(clip: Path, folder: Path, preset: str, *, bare_too: bool) -> str:
    out = folder / clip.name
    ours = encode(clip, out, preset, hidden)
    plain = encode(clip, folder / "bare.mp4", preset, bare) if bare_too else Run()
    truth = truth_of(clip)
    figures = judged(clip, truth, out) if truth and JUDGE.exists() else {}
    ratio = ours.load / plain.load if plain.load else float("nan")
    return (
        f"{clip.stem:20}{figures.get('face_frames', '-'):>7}{figures.get('leak_rate', '-'):>9}"
        f"{figures.get('exposed', '-'):>9}{figures.get('longest_leak_frames', '-'):>8}"
        f"{figures.get('overblur_share', '-'):>10}{figures.get('untouched_psnr_y', '-'):>6}"
        f"{ours.load:>7.3f}{plain.load:>7.3f}{ratio:>7.3f}"
    )


if __name__ == "__main__":
    main()
