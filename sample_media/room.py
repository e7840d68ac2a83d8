"""The drawn court room: wall, bench, tables, gallery. Neutral, without any emblem.

World coordinates are the pixels of the wide camera (1280x720); everything is drawn once at
`DETAIL` times that size and cut for each camera.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

WIDTH, HEIGHT, DETAIL = 1280, 720, 2
Colour = tuple[int, int, int]
WALL: Colour = (96, 122, 148)
WOOD: Colour = (52, 82, 122)
DARK: Colour = (38, 58, 88)
FLOOR: Colour = (98, 104, 112)


@dataclass(frozen=True)
class Camera:
    """A view: the 16:9 world rectangle with its left top corner at (x, y), `zoom` times larger."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """World to picture."""
        return (x - self.x) * self.zoom, (y - self.y) * self.zoom


@dataclass(frozen=True)
class Layer:
    """Opaque furniture: BGR picture and mask of the whole view."""

    picture: np.ndarray
    mask: np.ndarray
    part: tuple[slice, slice]

    def onto(self, frame: np.ndarray) -> None:
        """Draw over `frame`."""
        cv2.copyTo(self.picture[self.part], self.mask[self.part], frame[self.part])


class Room:
    """Back wall and furniture at full detail."""

    def __init__(self) -> None:
        self._wall = _wall()
        self._layers = {name: draw() for name, draw in _FURNITURE.items()}

    def wall(self, camera: Camera) -> np.ndarray:
        """The empty back of the room."""
        return _view(self._wall, camera)

    def layer(self, name: str, camera: Camera) -> Layer:
        """A piece of furniture: `bench`, `desk`, `tables`, `stand`, `rail`, `gallery`."""
        picture, mask = self._layers[name]
        seen = (_view(mask, camera) > 127).astype(np.uint8)
        x, y, w, h = cv2.boundingRect(seen)
        return Layer(_view(picture, camera), seen, (slice(y, y + h), slice(x, x + w)))


def _view(picture: np.ndarray, camera: Camera) -> np.ndarray:
    scale = camera.zoom / DETAIL
    matrix = np.array([[scale, 0, -camera.x * camera.zoom], [0, scale, -camera.y * camera.zoom]])
    smoothed = cv2.GaussianBlur(picture, (0, 0), 0.5 / scale) if scale < 0.8 else picture
    return cv2.warpAffine(
        smoothed, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _grain(picture: np.ndarray, strength: float, seed: int, along: str = "x") -> np.ndarray:
    random = np.random.default_rng(seed)
    noise = random.standard_normal(picture.shape[:2]).astype(np.float32)
    sigma = (42, 1.4) if along == "x" else (1.4, 42)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=sigma[0], sigmaY=sigma[1])
    noise /= float(noise.std())
    shaded = picture.astype(np.float32) * (1 + strength * noise[..., None])
    return np.clip(shaded, 0, 255).astype(np.uint8)


def _canvas() -> tuple[np.ndarray, np.ndarray]:
    shape = (HEIGHT * DETAIL, WIDTH * DETAIL)
    return np.zeros((*shape, 3), np.uint8), np.zeros(shape, np.uint8)


def _polygon(target: np.ndarray, points: list[tuple[float, float]], colour: Colour | int) -> None:
    corners = np.array([[round(x * DETAIL), round(y * DETAIL)] for x, y in points])
    cv2.fillPoly(
        target, [corners], colour if isinstance(colour, int) else tuple(colour), cv2.LINE_AA
    )


def _rect(x: float, y: float, w: float, h: float) -> list[tuple[float, float]]:
    return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]


def _shade(colour: Colour, factor: float) -> Colour:
    b, g, r = (min(255, round(c * factor)) for c in colour)
    return b, g, r


def _wall() -> np.ndarray:
    picture, _ = _canvas()
    picture[:] = WALL
    for k in range(17):
        x = k * 80 - 20
        _polygon(picture, _rect(x, 0, 76, 330), _shade(WALL, 1.03 if k % 2 else 0.97))
        _polygon(picture, _rect(x + 75, 0, 2.5, 330), _shade(WALL, 0.72))
    _polygon(picture, _rect(0, 150, WIDTH, 3), _shade(WALL, 0.8))
    _polygon(picture, _rect(430, 30, 420, 232), (66, 90, 116))
    _polygon(picture, _rect(444, 42, 392, 212), (84, 110, 138))
    picture = _grain(picture, 0.025, 1, "y")
    _polygon(picture, _rect(0, 322, WIDTH, 12), DARK)
    _polygon(picture, _rect(0, 334, WIDTH, HEIGHT - 334), FLOOR)
    for k in range(12):
        _polygon(
            picture,
            [
                (640 + (k - 6) * 150, 334),
                (643 + (k - 6) * 150, 334),
                (646 + (k - 6) * 330, 720),
                (640 + (k - 6) * 330, 720),
            ],
            _shade(FLOOR, 0.9),
        )
    _polygon(picture, _rect(1150, 96, 98, 232), DARK)
    _polygon(picture, _rect(1157, 103, 84, 225), _shade(WOOD, 0.9))
    light = np.linspace(1.1, 0.82, HEIGHT * DETAIL, dtype=np.float32)[:, None, None]
    across = 1.06 - 0.24 * np.abs(np.linspace(-1, 1, WIDTH * DETAIL, dtype=np.float32)) ** 2
    return np.clip(picture * light * across[None, :, None], 0, 255).astype(np.uint8)


def _boxes(
    parts: list[tuple[list[tuple[float, float]], Colour]], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    picture, mask = _canvas()
    for points, colour in parts:
        _polygon(picture, points, colour)
        _polygon(mask, points, 255)
    return _grain(picture, 0.07, seed), mask


def _bench() -> tuple[np.ndarray, np.ndarray]:
    parts = [
        (_rect(452, 262, 376, 12), _shade(WOOD, 1.5)),
        (_rect(460, 274, 360, 122), WOOD),
        *((_rect(472 + 70 * k, 286, 58, 96), _shade(WOOD, 0.84)) for k in range(5)),
        (_rect(600, 246, 80, 17), (58, 40, 128)),
        (_rect(444, 396, 392, 14), DARK),
        (_rect(556, 254, 26, 8), _shade(DARK, 0.8)),
    ]
    return _boxes(parts, 2)


def _desk() -> tuple[np.ndarray, np.ndarray]:
    parts = [
        (_rect(532, 450, 216, 9), _shade(WOOD, 1.45)),
        (_rect(540, 459, 200, 72), _shade(WOOD, 0.95)),
        (_rect(664, 424, 58, 27), (44, 44, 46)),
        (_rect(684, 448, 16, 5), (40, 40, 42)),
    ]
    return _boxes(parts, 3)


def _tables() -> tuple[np.ndarray, np.ndarray]:
    parts: list[tuple[list[tuple[float, float]], Colour]] = []
    for x in (60, 872):
        parts += [
            (_rect(x, 478, 350, 12), _shade(WOOD, 1.5)),
            (_rect(x + 8, 490, 334, 92), _shade(WOOD, 0.92)),
            (_rect(x + 22, 502, 306, 66), _shade(WOOD, 0.8)),
            ([(x + 205, 478), (x + 262, 478), (x + 254, 468), (x + 213, 468)], (222, 226, 228)),
            (_rect(x + 138, 459, 74, 20), (62, 44, 132)),
        ]
    return _boxes(parts, 4)


def _stand() -> tuple[np.ndarray, np.ndarray]:
    return _boxes(
        [
            (_rect(832, 338, 96, 8), _shade(WOOD, 1.45)),
            (_rect(840, 346, 80, 92), _shade(WOOD, 0.9)),
            (_rect(850, 358, 60, 66), _shade(WOOD, 0.78)),
        ],
        5,
    )


def _rail() -> tuple[np.ndarray, np.ndarray]:
    parts = [(_rect(-5, 268, 150, 8), _shade(WOOD, 1.4)), (_rect(-5, 276, 150, 62), DARK)]
    return _boxes(parts, 6)


def _gallery() -> tuple[np.ndarray, np.ndarray]:
    picture, mask = _canvas()
    for k, x in enumerate((90, 330, 590, 800, 1040, 1220)):
        tone = _shade((42, 40, 44), 0.75 + 0.13 * (k % 4))
        cloth = ((70, 60, 48), (58, 58, 66), (48, 62, 58), (66, 58, 64))[k % 4]
        for target, shirt, hair in ((picture, cloth, tone), (mask, 255, 255)):
            cv2.ellipse(
                target,
                (x * DETAIL, 774 * DETAIL),
                (98 * DETAIL, 78 * DETAIL),
                0,
                0,
                360,
                shirt,
                -1,
                cv2.LINE_AA,
            )
            cv2.ellipse(
                target,
                (x * DETAIL, (684 + 5 * (k % 3)) * DETAIL),
                (36 * DETAIL, 44 * DETAIL),
                0,
                0,
                360,
                hair,
                -1,
                cv2.LINE_AA,
            )
    return _grain(picture, 0.06, 7), mask


_FURNITURE = {
    "bench": _bench,
    "desk": _desk,
    "tables": _tables,
    "stand": _stand,
    "rail": _rail,
    "gallery": _gallery,
}
