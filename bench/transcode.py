"""The limit nothing can beat: decode and encode, nothing between.

    python -m bench.transcode IN OUT [--preset veryfast]

With the encoder, settings and key frames of the live graph, so that the difference is what hiding
costs.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import av

from courtstream.domain.time import SECOND
from media_workers.outputs.encode import VideoEncoder
from media_workers.outputs.mux import Mux


def transcode(clip: Path, out: Path, preset: str) -> None:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        rate = stream.average_rate or Fraction(25)
        encoder = VideoEncoder(stream.width, stream.height, float(rate), preset)
        mux: Mux | None = None
        for index, frame in enumerate(container.decode(stream)):
            t = int(index * SECOND / rate)
            # the decoder's frame goes to the encoder as it is: not even a copy between them
            for packet in encoder.frame(t, frame, index % round(rate) == 0):
                mux = mux or Mux(str(out), {"movflags": "faststart"}, packet.data)
                mux.write([packet], [])
        if mux is not None:
            mux.write(list(encoder.flush()), [])
            mux.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--preset", default="veryfast")
    options = parser.parse_args()
    transcode(options.clip, options.out, options.preset)


if __name__ == "__main__":
    main()
