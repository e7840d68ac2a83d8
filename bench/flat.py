"""Memory over a long hearing: one clip round and round through the live graph, as fast as it goes.

    python -m bench.flat [--minutes 30] [--clip CLIP.mp4] [--width 320] [--fps 12.5]
    python -m bench soak                 the whole running platform instead, bench/soak.py

Pictures and sound take the whole way: decode, faces, hiding, delay line, guard, encoders, HLS with
its DVR window, journal, stills. Speech is passed unheard: the recogniser's memory is its model. The
clip is made small first, so that half an hour takes minutes; how much is kept does not depend on
the size of a picture. Memory and open descriptors are sampled at every minute of media time; the
slope is a straight line through all samples after the first minutes. The public's rewind window
keeps an index row for each segment, so memory grows (13 MB an hour) until it is full: here it is
short, and full when the line begins.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from courtstream.domain.time import MediaTime, seconds, to_seconds
from media_workers.graph.diary import Diary
from media_workers.graph.release_line import Pace
from media_workers.graph.watched_faces import WatchedFaces
from media_workers.outputs.hls import HlsOutput
from media_workers.outputs.live import LiveOutputs
from media_workers.outputs.renditions import PictureFormat
from media_workers.pipelines import Graph, GraphParts
from media_workers.runtime.items import Sound, SpeechPassed
from media_workers.runtime.journal import Journal
from media_workers.sources.base import RawPacket
from media_workers.sources.container import ContainerSource
from media_workers.vision.detect import YuNetFinder

ROOT = Path(__file__).resolve().parent.parent
WINDOW_S = 300.0
SETTLED = 6
"""Minutes until every buffer, and the rewind window, has been full once."""

LOOKS, LOOK_SECONDS = 5, 0.02


class Unheard:
    """Stage[Sound, SpeechPassed]: passes all sound at once."""

    def push(self, item: Sound) -> Iterator[SpeechPassed]:
        yield SpeechPassed(item.span.end)

    def flush(self) -> Iterator[SpeechPassed]:
        return iter(())


@dataclass(frozen=True)
class Flat:
    """Samples of resident memory, MB, and of open descriptors, one a minute of media time."""

    samples: tuple[float, ...]
    descriptors: tuple[int, ...]
    cpu: float
    packets: int

    @property
    def slope(self) -> float:
        """MB an hour after the first minutes."""
        kept = np.array(self.samples[SETTLED:])
        return float(np.polyfit(np.arange(len(kept)), kept, 1)[0] * 60) if len(kept) > 2 else 0.0

    def __str__(self) -> str:
        kept = self.samples[SETTLED:] or self.samples
        return (
            f"{len(self.samples)} min of media: memory {kept[0]:.0f} MB after {SETTLED} min, "
            f"{kept[-1]:.0f} MB at the end, least {min(kept):.0f}, most {max(kept):.0f}; "
            f"slope {self.slope:+.2f} MB an hour; descriptors {min(self.descriptors)} to "
            f"{max(self.descriptors)}; {self.packets} packets, {self.cpu:.0f} CPU-s"
        )


def resident() -> float:
    """MB this process holds now."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096 / 1e6


def descriptors() -> int:
    """Open files of this process, the least of a few looks: one being written is closed at once."""
    return min(_open_files() for _ in range(LOOKS))


def _open_files() -> int:
    time.sleep(LOOK_SECONDS)
    return len(list(Path("/proc/self/fd").iterdir()))


def small(clip: Path, folder: Path, width: int, fps: float) -> Path:
    out = folder / "small.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-i", str(clip)]
    command += ["-vf", f"scale={width}:-2,fps={fps}", "-bf", "0", "-c:a", "copy", str(out)]
    subprocess.run(command, check=True)
    return out


def rounds(clip: Path, length: MediaTime) -> Iterator[RawPacket]:
    """The clip's packets, again and again, with stamps that go on."""
    source = ContainerSource.from_file(clip)
    packets = list(source.packets())
    source.close()
    starts = {p.kind: min(q.dts or 0 for q in packets if q.kind == p.kind) for p in packets}
    step = max((p.dts or 0) - starts[p.kind] + p.duration for p in packets)
    for turn in range(-(-length // step)):
        for p in packets:
            yield replace(p, pts=(p.pts or 0) + turn * step, dts=(p.dts or 0) + turn * step)


def flat(clip: Path, minutes: int, window: float = WINDOW_S) -> Flat:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        graph, journal = _graph(folder, window)
        source = ContainerSource.from_file(clip)
        graph.start()
        graph.begin_session(0, source.video, source.audio)
        source.close()
        samples: list[float] = []
        opened: list[int] = []

        def look() -> None:
            if to_seconds(graph.release.aired) >= 60 * (len(samples) + 1):
                samples.append(resident())
                opened.append(descriptors())
                print(f"  {len(samples)} min {samples[-1]:.1f} MB", flush=True)

        count = 0
        for raw in rounds(clip, seconds(60.0 * minutes)):
            graph.feed(raw)
            count += 1
            look()
        graph.end()
        while not graph.join(0.05):  # what is fed last airs now
            look()
        samples.append(resident())
        journal.close()
        return Flat(tuple(samples), tuple(opened), time.process_time(), count)


def _graph(folder: Path, window: float) -> tuple[Graph, Journal]:
    journal = Journal(folder / "journal.jsonl", "h_flat", 1, lambda row: None)
    public = folder / "public"
    made: list[Graph] = []

    def output() -> LiveOutputs:
        hls = HlsOutput(
            public / "live", journal, epoch=1, wall_zero=datetime.now(UTC), window=window
        )
        return LiveOutputs(public, hls, journal, lambda: PictureFormat(*made[0].form))

    parts = GraphParts(
        lambda: WatchedFaces(YuNetFinder()), Unheard, output, Diary(journal), preset="ultrafast"
    )
    made.append(Graph(Pace(None, 10.0), parts))
    return made[0], journal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--clip", type=Path, default=ROOT / "sample_media" / "short.mp4")
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--fps", type=float, default=12.5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = small(options.clip, Path(folder), options.width, options.fps)
        print(flat(clip, options.minutes))


if __name__ == "__main__":
    main()
