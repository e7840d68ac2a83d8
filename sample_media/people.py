"""A person in the room: a drawn body and a cut-out head that turns, nods and speaks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from portraits import Head, Look, head
from room import HEIGHT, WIDTH, Camera

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Pose:
    """Face centre in the world, face width there, and how the head is held (radians, 0..1)."""

    x: float
    y: float
    width: float
    yaw: float = 0.0
    roll: float = 0.0
    nod: float = 0.0
    jaw: float = 0.0


@dataclass(frozen=True)
class Dress:
    """Clothes: `robe` has the red front of a judge's gown, else a suit.

    `legs`: how far below the face they end, in face widths; 0 for people behind a table.
    """

    cloth: Colour
    shirt: Colour = (232, 234, 236)
    tie: Colour | None = None
    robe: bool = False
    legs: float = 0.0


@dataclass(frozen=True)
class Seen:
    """A face in the picture: box clipped to the view, and the mask of its visible pixels."""

    box: tuple[float, float, float, float]
    whole: float
    mask: np.ndarray
    corner: tuple[int, int]


class Person:
    """Draws one person; bodies are kept per camera."""

    def __init__(self, look: Look, dress: Dress) -> None:
        self.head: Head = head(look)
        self.dress = dress
        x, y, w, h = self.head.face
        mask = np.zeros(self.head.picture.shape[:2], np.float32)
        cv2.ellipse(
            mask,
            (round(x + w / 2), round(y + h / 2)),
            (round(w / 2), round(h / 2)),
            0,
            0,
            360,
            1.0,
            -1,
        )
        self._levels = [(self.head.picture, mask)]
        for _ in range(3):
            half = [
                cv2.resize(m, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
                for m in self._levels[-1]
            ]
            self._levels.append((half[0], half[1]))

    def draw(self, frame: np.ndarray, pose: Pose, camera: Camera) -> Seen | None:
        """Draw onto `frame`; None when the face is outside the view."""
        self._body(frame, pose, camera)
        return self._head(frame, pose, camera)

    def _body(self, frame: np.ndarray, pose: Pose, camera: Camera) -> None:
        cx, cy = camera.point(pose.x, pose.y)
        s = pose.width * camera.zoom
        lean = -0.06 * math.sin(pose.yaw)

        def shape(points: list[tuple[float, float]], colour: Colour) -> None:
            corners = np.array(
                [[(cx + (x + lean * min(y, 1.0)) * s) * 16, (cy + y * s) * 16] for x, y in points]
            )
            cv2.fillPoly(frame, [np.round(corners).astype(np.int32)], colour, cv2.LINE_AA, 4)

        dress = self.dress
        cloth, darker = dress.cloth, _dark(dress.cloth)
        if dress.legs:
            for side in (-1, 1):
                shape(
                    [
                        (side * 0.08, 3.2),
                        (side * 0.98, 3.2),
                        (side * 0.86, dress.legs),
                        (side * 0.22, dress.legs),
                    ],
                    _dark(darker),
                )
        shape(_shoulders(3.7 if dress.legs else 2.5), cloth)
        for side in (-1, 1):
            shape(
                [(side * 1.2, 1.6), (side * 1.02, 1.45), (side * 0.94, 2.5), (side * 1.2, 2.5)],
                darker,
            )
        shape(
            [(-0.27, 0.3), (0.27, 0.3), (0.34, 0.8), (0.0, 1.1), (-0.34, 0.8)],
            _dark(self.head.skin),
        )
        if dress.robe:
            shape([(-0.34, 0.72), (0.34, 0.72), (0.26, 3.6), (-0.26, 3.6)], (38, 30, 148))
            for side in (-1, 1):
                shape(
                    [(side * 0.36, 0.62), (0.0, 1.1), (side * 0.1, 1.3), (side * 0.66, 0.86)], cloth
                )
            return
        shape(
            [(-0.36, 0.7), (0.0, 1.04), (0.36, 0.7), (0.16, 1.86), (0.0, 2.16), (-0.16, 1.86)],
            dress.shirt,
        )
        if dress.tie is not None:
            shape([(-0.07, 1.02), (0.07, 1.02), (0.1, 1.8), (0.0, 2.05), (-0.1, 1.8)], dress.tie)
        for side in (-1, 1):
            shape(
                [
                    (side * 0.36, 0.66),
                    (side * 0.62, 0.84),
                    (side * 0.44, 1.36),
                    (0.02 * side, 2.26),
                    (side * 0.2, 1.36),
                ],
                darker,
            )

    def _head(self, frame: np.ndarray, pose: Pose, camera: Camera) -> Seen | None:
        cx, cy = camera.point(pose.x, pose.y)
        size = pose.width * camera.zoom
        left, top = round(cx - 1.25 * size), round(cy - 1.4 * size)
        wide, high = round(2.5 * size), round(2.5 * size)
        if left >= WIDTH or top >= HEIGHT or left + wide <= 0 or top + high <= 0:
            return None
        patch = self._warped(pose, size, (high, wide), (cx - left, cy - top))
        whole = float((patch[..., 4] > 0.5).sum())
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(WIDTH, left + wide), min(HEIGHT, top + high)
        part = patch[y0 - top : y1 - top, x0 - left : x1 - left]
        view = frame[y0:y1, x0:x1]
        view[:] = (view * (1 - part[..., 3:4]) + part[..., :3] * 255).astype(np.uint8)
        mask = part[..., 4] > 0.5
        if not mask.any():
            return None
        ys, xs = np.nonzero(mask)
        box = (
            x0 + float(xs.min()),
            y0 + float(ys.min()),
            float(xs.max() - xs.min() + 1),
            float(ys.max() - ys.min() + 1),
        )
        return Seen(box, whole, mask, (x0, y0))

    def _warped(
        self, pose: Pose, size: float, shape: tuple[int, int], centre: tuple[float, float]
    ) -> np.ndarray:
        """The head's layers on a patch: turned like a cylinder, rolled, nodding, jaw moving."""
        fx, fy, fw, fh = self.head.face
        yy, xx = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
        u, v = (xx - centre[0]) / size, (yy - centre[1]) / size
        c, s = math.cos(pose.roll), math.sin(pose.roll)
        u, v = c * u + s * (v - 0.7), -s * u + c * (v - 0.7) + 0.7
        turned = np.clip(u + 0.5 * math.sin(pose.yaw), -1.15, 1.15) / 1.15
        u = np.sin(np.arcsin(turned) - pose.yaw) * 1.15 + 0.35 * math.sin(pose.yaw)
        v = v * (1 + 0.12 * pose.nod) - 0.10 * pose.nod
        chin = np.clip((v - 0.22) / 0.4, 0, 1)
        v = v - 0.055 * pose.jaw * chin * chin * (3 - 2 * chin)
        level = min(3, max(0, int(math.log2(fw / size / 1.15)))) if fw > size else 0
        picture, mask = self._levels[level]
        scale = 0.5**level
        map_x = ((fx + fw / 2 + u * fw) * scale).astype(np.float32)
        map_y = ((fy + fh / 2 + v * fw) * scale).astype(np.float32)
        return np.dstack(
            [
                cv2.remap(layer, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
                for layer in (picture, mask)
            ]
        )


def _dark(colour: tuple[float, ...]) -> Colour:
    b, g, r = (round(c * 0.74) for c in colour)
    return b, g, r


def _shoulders(bottom: float) -> list[tuple[float, float]]:
    right = [(0.34, 0.68), (0.75, 0.84), (1.08, 0.98), (1.28, 1.24), (1.38, 1.86), (1.4, bottom)]
    return [(-x, y) for x, y in reversed(right)] + right
