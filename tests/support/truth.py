"""The exact truth of the short sample, and how clear its faces are in what was published."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from tests.support.published import Published
from tests.support.rig import SHORT

TRUTH: dict[str, Any] = (
    json.loads(SHORT.with_suffix(".json").read_text(encoding="utf-8")) if SHORT.exists() else {}
)
CLEAR = 0.5
"""Correlation of fine detail with the original from which on a face could be recognised. Mosaics
stay far below; text of a card laid over a face has detail of its own, but not this face's."""

Luma = npt.NDArray[np.uint8]


def originals() -> list[Luma]:
    """Luma of every frame of the sample."""
    with av.open(str(SHORT)) as container:
        return [f.to_ndarray(format="yuv420p")[: f.height] for f in container.decode(video=0)]


def clear_faces(published: Published) -> int:
    """How many (frame, face) pairs left with their fine detail. 0 means not one bare face."""
    faces = defaultdict(list)
    for face in TRUTH["faces"]:
        if face["vis"] >= 0.6:
            faces[face["t"]].append(face)
    source = originals()
    zero = published.frames[0][0]
    count = looked = 0
    for t, frame in published.frames:
        n = round((t - zero) * 25)
        if n >= len(source):
            break
        luma = frame[: frame.shape[0] * 2 // 3]
        for face in faces[n]:
            looked += 1
            count += _alike(_detail(luma, face), _detail(source[n], face)) > CLEAR
    assert looked > 100, "the check must have something to look at"
    return count


def _detail(luma: Luma, face: dict[str, float]) -> npt.NDArray[np.float32]:
    x, y, w, h = (round(face[k]) for k in ("x", "y", "w", "h"))
    # The inner part: eyes, nose and mouth; hair and collar may stay sharp.
    part = luma[y + h // 5 : y + h - h // 6, x + w // 6 : x + w - w // 6].astype(np.float32)
    return part - cv2.GaussianBlur(part, (0, 0), max(1.0, w / 16))


def _alike(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    spread = float(np.std(a) * np.std(b))
    return float((a * b).mean()) / spread if spread > 1e-6 else 0.0


def clear_by_person(
    published: Published, source: Sequence[Luma], shown: Sequence[int]
) -> dict[str, list[tuple[int, float]]]:
    """By person: (published frame, likeness of the face's fine detail to the original's).

    `source`: the luma that was pushed; `shown`: for each of its frames the frame of the sample it
    shows unchanged, -1 where it shows something else.
    """
    faces = defaultdict(list)
    for face in TRUTH["faces"]:
        faces[face["t"]].append(face)
    zero = published.frames[0][0]
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for t, frame in published.frames:
        n = round((t - zero) * 25)
        if n >= len(source) or shown[n] < 0:
            continue
        luma = frame[: frame.shape[0] * 2 // 3]
        for face in faces[shown[n]]:
            found[face["id"]].append((n, _alike(_detail(luma, face), _detail(source[n], face))))
    return found


def detail_left(published: Luma, source: Luma, box: tuple[int, int, int, int]) -> float:
    """Likeness of fine detail to the original's in a rectangle (x, y, w, h)."""
    x, y, w, h = box
    place = {"x": x - w / 4, "y": y - h / 3, "w": w * 1.5, "h": h * 1.6}
    return _alike(_detail(published, place), _detail(source, place))
