"""Pictures of any size into the hearing's one public size."""

from __future__ import annotations

import cv2
import numpy as np

from media_workers.runtime.items import Picture, Planes, i420_planes

MAX_WIDTH, MAX_HEIGHT = 1920, 1080
LOW_HEIGHT = 360


def public_size(width: int, height: int) -> tuple[int, int]:
    """The even size published for a source: its own, or the largest that fits 1920 x 1080."""
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def fit(picture: Picture, width: int, height: int) -> Picture:
    """`picture` scaled into (width, height) with black borders; itself when it has that size."""
    if (picture.width, picture.height) == (width, height):
        return picture
    scale = min(width / picture.width, height / picture.height)
    inner_w = max(2, int(picture.width * scale) // 4 * 4)
    inner_h = max(2, int(picture.height * scale) // 4 * 4)
    left, top = (width - inner_w) // 4 * 2, (height - inner_h) // 4 * 2
    result = np.empty((height * 3 // 2, width), np.uint8)
    for source, target, blank, half in zip(
        picture.planes(), i420_planes(result), (16, 128, 128), (1, 2, 2), strict=True
    ):
        target[:] = blank
        size = (inner_w // half, inner_h // half)
        target[top // half : top // half + size[1], left // half : left // half + size[0]] = (
            cv2.resize(source, size, interpolation=cv2.INTER_AREA)
        )
    return Picture(picture.t, result, picture.index)


def low_size(width: int, height: int) -> tuple[int, int]:
    """The even size of the rendition of 360 lines; a smaller picture keeps its own."""
    scale = min(1.0, LOW_HEIGHT / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def scaled(i420: Planes, width: int, height: int) -> Planes:
    """A packed I420 picture at another even size, always a copy."""
    result = np.empty((height * 3 // 2, width), np.uint8)
    for source, target in zip(i420_planes(i420), i420_planes(result), strict=True):
        size = (target.shape[1], target.shape[0])
        cv2.resize(source, size, dst=target, interpolation=cv2.INTER_AREA)
    return result
