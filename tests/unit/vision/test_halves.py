"""Whoever stands half in the picture is hidden, in the sample hearing too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from courtstream.domain.time import SECOND
from media_workers.runtime.items import FacesAt, Picture
from media_workers.vision.analyse import FaceAnalyser
from media_workers.vision.detect import YuNetFinder

SAMPLE = Path(__file__).resolve().parents[3] / "sample_media" / "hearing.mp4"
FIRST, LAST, RATE = 1400, 1740, 25
"""Frames: from 1433 to 1714 a bailiff stands at the left edge, at most a third of his face seen."""


def pictures() -> Iterator[Picture]:
    with av.open(str(SAMPLE)) as film:
        film.seek((FIRST - 2 * RATE) * 1_000_000 // RATE)
        for frame in film.decode(video=0):
            n = round(frame.time * RATE)
            if n > LAST:
                return
            yield Picture(n * SECOND // RATE, frame.to_ndarray(format="yuv420p"), n)


def covered(face: dict[str, Any], answer: FacesAt) -> float:
    """The largest share of what is seen of the face that one box hides."""
    x0, y0, x1, y1 = face["x"], face["y"], face["x"] + face["w"], face["y"] + face["h"]
    shared = [
        max(0.0, min(x1, f.box.x + f.box.w) - max(x0, f.box.x))
        * max(0.0, min(y1, f.box.y + f.box.h) - max(y0, f.box.y))
        for f in answer.faces
    ]
    return max(shared, default=0.0) / (face["w"] * face["h"])


def test_a_third_of_a_face_at_the_edge_of_the_sample_is_hidden_all_the_while() -> None:
    truth = json.loads(SAMPLE.with_suffix(".faces.json").read_text())
    bailiff = {f["t"]: f for f in truth["faces"] if f["id"] == "bailiff" and f["x"] < 20}
    analyser = FaceAnalyser(YuNetFinder())
    answers = [answer for picture in pictures() for answer in analyser.push(picture)]
    answers += analyser.flush()
    hidden = [covered(bailiff[a.index], a) for a in answers if a.index in bailiff]
    assert len(hidden) > 250
    assert min(hidden) > 0.8
