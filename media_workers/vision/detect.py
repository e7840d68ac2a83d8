"""Finding faces in one picture, from its planes, without ever making a BGR copy."""

from __future__ import annotations

from math import ceil, floor, prod
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from media_workers.runtime.items import Planes, i420_planes
from media_workers.vision.light import Light, light_for
from media_workers.vision.network import STRIDES, network

Found: TypeAlias = npt.NDArray[np.float32]
"""Shape (n, 5): x, y, w, h, score, in pixels of the source picture."""

KEEP = 0.3
"""The lowest score that is ever reported."""

NEAR_FACES = 3.2
"""The side of a close look's square, in widths of the face that is looked for."""
_NEAR = 128
_LEAST_NEAR = 64.0

_EDGE_LOOK, _EDGE = 640, 96
"""The columns of a look at an edge, were it one at all of the picture, and how many it has."""
_HALVED = 0.2
"""How far from the edge the middle of a face that is cut in half may lie, in its widths."""
_GRID = 32
_OVERLAP = 0.3
_BLACK = (16, 128, 128)
_MOST_EXPONENT = 6.0


class Part(NamedTuple):
    """A rectangle of a picture, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float


class FaceFinder(Protocol):
    """Whatever finds faces in one picture."""

    def find(self, i420: Planes, width: int, part: Part | None = None) -> Found:
        """Look at the packed I420 picture (h * 3 // 2, w) shrunk to `width` columns.

        `part`: no more of it need be looked at, at the same size.
        """
        ...

    def near(self, i420: Planes, x: float, y: float, face: float) -> Found:
        """Look closely around (x, y), where a face about `face` pixels wide should be."""
        ...

    def edges(self, i420: Planes, part: Part | None = None) -> Found:
        """Faces that the left or the right edge cuts in half, as if whole; `part` as above."""
        ...


class YuNetFinder:
    """YuNet by onnxruntime: about 3 ms a look at 640 columns on one core.

    Raises ModelMissing when the file is absent, is not the pinned one, or does not load.
    """

    def __init__(self, path: str | Path | None = None, threads: int = 1) -> None:
        self._network = network(path, threads)
        self._canvas: dict[tuple[int, int, str], npt.NDArray[np.uint8]] = {}
        self._room = np.empty(0, np.uint8)
        self._light: Light | None = None
        """As the last picture that was looked at needed it: those looked at closely are like it."""

    def find(self, i420: Planes, width: int, part: Part | None = None) -> Found:
        """Faces of score KEEP and above, overlapping ones already merged to the best."""
        scale = i420.shape[1] / width
        self._light = light_for(i420_planes(i420)[0])
        if part is None:
            found = self._looked(self._shrunk(i420, width))
            found[:, :4] *= scale
            return found
        canvas, left, top = self._piece(i420, width, part)
        found = self._looked(canvas)
        found[:, :2] += (left, top)
        found[:, :4] *= scale
        return found

    def _looked(self, canvas: npt.NDArray[np.uint8]) -> Found:
        """What the network finds, in pixels of the canvas."""
        maps = self._network(canvas)
        levels = [
            _decoded(maps[2 * level][0, 0], maps[2 * level + 1][0], stride)
            for level, stride in enumerate(STRIDES)
        ]
        return _best(np.concatenate(levels))

    def near(self, i420: Planes, x: float, y: float, face: float) -> Found:
        """Faces of score KEEP and above in the square of NEAR_FACES widths around (x, y).

        A tenth of a usual look's cost; the face comes out about 40 columns wide, its best size.
        """
        side = max(_LEAST_NEAR, NEAR_FACES * face)
        left, top = (2 * round((at - side / 2) / 2) for at in (x, y))
        part = self._part(i420, left, top, side)
        found = self._looked(part)
        found[:, :4] *= side / _NEAR
        found[:, :2] += (left, top)
        return found

    def edges(self, i420: Planes, part: Part | None = None) -> Found:
        """Faces that the left or the right edge cuts in half, as wide as they would be whole.

        A usual look finds such a half with half a score, or not at all; beside its mirror image it
        is a face. Less than the cost of a usual look.
        """
        width = i420.shape[1]
        found = [np.empty((0, 5), np.float32)]
        if part is None or part.left <= 0:
            found.append(self._at_edge(i420, right=False))
        if part is None or part.right >= width:
            found.append(self._at_edge(i420, right=True))
        return np.concatenate(found)

    def _at_edge(self, i420: Planes, *, right: bool) -> Found:
        """Those in the middle of the edge's columns and their mirror image."""
        scale = i420.shape[1] / _EDGE_LOOK
        height = max(1, round(i420.shape[0] * 2 // 3 / scale))
        canvas = self._padded(2 * _EDGE, height, "edge")
        for channel, plane in enumerate(i420_planes(i420)):
            columns = max(1, round(_EDGE * plane.shape[1] / _EDGE_LOOK))
            strip = plane[:, -columns:] if right else plane[:, :columns]
            seen = canvas[0, channel, :height]
            halves = seen[:, :_EDGE], seen[:, _EDGE:]
            own, mirrored = halves if right else halves[::-1]
            _shrink(strip, own, plane.shape[1], _EDGE_LOOK)
            mirrored[:] = own[:, ::-1]
        self._shine(canvas[0, :, :height])
        found = self._looked(canvas)
        found[:, 0] += _EDGE_LOOK - _EDGE if right else -_EDGE
        # a face that is nearly whole has a mirror image of its own, beyond the edge
        aside = found[:, 0] + found[:, 2] / 2 - (_EDGE_LOOK if right else 0)
        found = found[np.abs(aside) <= _HALVED * found[:, 2]]
        found[:, :4] *= scale
        return found

    def _part(self, i420: Planes, left: int, top: int, side: float) -> npt.NDArray[np.uint8]:
        """uint8 (1, 3, _NEAR, _NEAR): that square of the picture, mirrored outside it.

        A face that the picture's edge cuts in half is whole beside its mirror image, and found.
        """
        canvas = self._padded(_NEAR, _NEAR, "near")
        for channel, (plane, half) in enumerate(zip(i420_planes(i420), (1, 2, 2), strict=True)):
            x, y, size = left // half, top // half, max(2, round(side / half))
            target = canvas[0, channel]
            if x >= 0 and y >= 0 and x + size <= plane.shape[1] and y + size <= plane.shape[0]:
                _shrink(plane[y : y + size, x : x + size], target, size, _NEAR)
            else:
                _shifted(plane, x, y, _NEAR / size, target)
        self._shine(canvas[0])
        return canvas

    def _shrunk(self, i420: Planes, width: int) -> npt.NDArray[np.uint8]:
        """uint8 (1, 3, H, W): the planes at one size, padded with black to multiples of 32."""
        planes = i420_planes(i420)
        height = max(1, round(planes[0].shape[0] * width / planes[0].shape[1]))
        canvas = self._padded(width, height)
        for channel, plane in enumerate(planes):
            target = canvas[0, channel, :height, :width]
            if plane.shape == target.shape:
                target[:] = plane
                continue
            _shrink(plane, target, plane.shape[1], width)
        self._shine(canvas[0, :, :height, :width])
        return canvas

    def _piece(
        self, i420: Planes, width: int, part: Part
    ) -> tuple[npt.NDArray[np.uint8], int, int]:
        """The part of what `_shrunk` gives that lies around `part`; its left column and top row.

        On the grid of the coarsest cells, so that each cell sees what it would see of the whole.
        """
        planes = i420_planes(i420)
        rows, columns = planes[0].shape
        height = max(1, round(rows * width / columns))
        left, right = _cells(part.left, part.right, width / columns, width)
        top, bottom = _cells(part.top, part.bottom, height / rows, height)
        shape = (1, 3, bottom - top, right - left)
        if self._room.size < prod(shape):
            self._room = np.empty(prod(shape), np.uint8)
        canvas = self._room[: prod(shape)].reshape(shape)
        seen = np.s_[: min(bottom, height) - top, : min(right, width) - left]
        for channel, plane in enumerate(planes):
            down, across = plane.shape[0] / height, plane.shape[1] / width
            target = canvas[0, channel]
            target[min(bottom, height) - top :] = _BLACK[channel]
            target[:, min(right, width) - left :] = _BLACK[channel]
            source = plane[
                round(top * down) : round(min(bottom, height) * down),
                round(left * across) : round(min(right, width) * across),
            ]
            _shrink(source, target[seen], plane.shape[1], width)
        self._shine(canvas[0][:, *seen])
        return canvas, left, top

    def _shine(self, planes: npt.NDArray[np.uint8]) -> None:
        if self._light is not None:
            self._light.shine(planes)

    def _padded(self, width: int, height: int, use: str = "") -> npt.NDArray[np.uint8]:
        """A canvas kept from look to look; only its picture part is ever written again."""
        key = (width, height, use)
        if key not in self._canvas:
            canvas = np.empty((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), np.uint8)
            canvas[0] = np.array(_BLACK, np.uint8)[:, None, None]
            self._canvas[key] = canvas
        return self._canvas[key]


def _cells(low: float, high: float, scale: float, whole: int) -> tuple[int, int]:
    """From where to where on the grid of _GRID a stretch lies, shrunk by `scale`."""
    last = -(-whole // _GRID)
    first = min(last - 1, max(0, floor(low * scale / _GRID)))
    return first * _GRID, max(first + 1, min(last, ceil(high * scale / _GRID))) * _GRID


def _shifted(plane: Planes, x: int, y: int, scale: float, target: Planes) -> None:
    """A square that reaches out of the plane, from (x, y) on, into the whole of `target`."""
    # half a pixel less: both grids count from the middle of their pixels
    middle = (scale - 1) / 2
    to_small = np.array(
        [[scale, 0, middle - x * scale], [0, scale, middle - y * scale]], np.float32
    )
    cv2.warpAffine(
        plane,
        to_small,
        target.shape[::-1],
        dst=target,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )


def _shrink(plane: Planes, target: Planes, have: int, want: int) -> None:
    """`plane` resized into `target`; `have` of its columns become `want`.

    Averaging where it is fast or needed; below a halving linear is as good and much faster.
    """
    while have > 2 * want and have % want and not have % 2:
        half = (plane.shape[1] // 2, plane.shape[0] // 2)
        plane = np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_AREA), np.uint8)
        have //= 2
    how = cv2.INTER_AREA if have % want == 0 or have > 2 * want else cv2.INTER_LINEAR
    cv2.resize(plane, target.shape[::-1], dst=target, interpolation=how)


def _decoded(score: Found, box: Found, stride: int) -> Found:
    """The cells of one level at KEEP or above as (n, 5) in pixels of the small picture."""
    rows, columns = np.nonzero(score >= KEEP)
    if rows.size == 0:
        return np.empty((0, 5), np.float32)
    dx, dy, log_w, log_h = box[:, rows, columns]
    w = np.exp(np.minimum(log_w, _MOST_EXPONENT)) * stride
    h = np.exp(np.minimum(log_h, _MOST_EXPONENT)) * stride
    x = (columns + dx) * stride - w / 2
    y = (rows + dy) * stride - h / 2
    return np.stack([x, y, w, h, score[rows, columns]], axis=1).astype(np.float32)


def merged(found: Found, more: Found) -> Found:
    """What two looks at one picture found, each face once."""
    return _best(np.concatenate([found, more])) if len(more) else found


def _best(found: Found) -> Found:
    """Non-maximum suppression: of boxes that share a third of their area, the surest stays."""
    order = np.argsort(-found[:, 4], kind="stable")
    found = found[order]
    kept: list[int] = []
    corner = found[:, :2] + found[:, 2:4]
    area = found[:, 2] * found[:, 3]
    alive = np.ones(len(found), bool)
    for i in range(len(found)):
        if not alive[i]:
            continue
        kept.append(i)
        low = np.maximum(found[i, :2], found[:, :2])
        side = np.maximum(np.minimum(corner[i], corner) - low, 0)
        shared = side[:, 0] * side[:, 1]
        alive &= shared <= _OVERLAP * (area[i] + area - shared)
    return found[kept]
