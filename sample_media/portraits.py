"""Heads cut from two public-domain portraits: Eileen Collins (NASA) and Grace Hopper (US Navy).

Every head is a premultiplied BGRA float picture with soft edges, and the face's box in it. From two
portraits several people are made by mirroring, tone, hair and glasses. The sailor's cap, which
carries a badge, is painted over with hair, so no emblem is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

FaceBox = tuple[float, float, float, float]
_CROWN = ((155, 168), (101, 114))


@dataclass(frozen=True)
class Look:
    """How a person is made from a portrait: hair colour (BGR) and its strength, skin gain, …"""

    base: str
    hair: tuple[int, int, int] | None = None
    skin: tuple[float, float, float] = (1.0, 1.0, 1.0)
    mirror: bool = False
    stretch: float = 1.0
    glasses: bool = False


@dataclass(frozen=True)
class Head:
    """Premultiplied BGRA float32 in 0..1, the face box in it, and the skin colour (BGR 0..255)."""

    picture: np.ndarray
    face: FaceBox
    skin: tuple[float, float, float]


def head(look: Look) -> Head:
    """Cut out and dress one head."""
    cv2.setRNGSeed(7)
    picture, alpha, face, hair = _collins() if look.base == "collins" else _hopper(look.hair)
    picture = picture.astype(np.float32)
    x, y, w, h = face
    probe = picture[int(y + 0.5 * h) : int(y + 0.65 * h), int(x + 0.25 * w) : int(x + 0.75 * w)]
    skin = np.median(probe.reshape(-1, 3), axis=0) * np.array(look.skin)
    tinted = np.clip(picture * np.array(look.skin, np.float32), 0, 255)
    if look.hair is not None and look.base == "collins":
        grey = picture.mean(axis=2, keepdims=True) / 105
        colour = np.clip(grey * np.array(look.hair, np.float32), 0, 255)
        tinted = tinted * (1 - hair[..., None]) + colour * hair[..., None]
    if look.glasses:
        _glasses(tinted, face)
    bgra = np.dstack([tinted / 255 * alpha[..., None], alpha]).astype(np.float32)
    if look.mirror:
        bgra = np.ascontiguousarray(bgra[:, ::-1])
        x = bgra.shape[1] - x - w
    if look.stretch != 1.0:
        bgra = cv2.resize(bgra, None, fx=1.0, fy=look.stretch, interpolation=cv2.INTER_AREA)
        y, h = y * look.stretch, h * look.stretch
    return Head(bgra, (x, y, w, h), (float(skin[0]), float(skin[1]), float(skin[2])))


def _collins() -> tuple[np.ndarray, np.ndarray, FaceBox, np.ndarray]:
    import skimage.data

    picture = np.ascontiguousarray(skimage.data.astronaut()[0:215, 130:320, ::-1])
    sure = _ellipse(picture, (95, 106), (42, 66)) | _ellipse(picture, (95, 68), (58, 38))
    likely = _ellipse(picture, (94, 88), (79, 80)) | _polygon(
        picture, [(58, 130), (134, 130), (131, 172), (96, 190), (62, 172)]
    )
    alpha = _cut(picture, sure, likely, feather=1.6)
    face: FaceBox = (48, 63, 89, 113)
    soft = cv2.GaussianBlur(_ellipse(picture, (92, 132), (42, 46)).astype(np.float32), (0, 0), 3)
    lower = np.clip((np.arange(picture.shape[0]) - 128) / 20, 0, 1)[:, None]
    hair = np.clip(1 - soft * 1.25, 0, 1) * (1 - lower)
    return picture, alpha, face, hair.astype(np.float32)


def _hopper(
    colour: tuple[int, int, int] | None,
) -> tuple[np.ndarray, np.ndarray, FaceBox, np.ndarray]:
    import matplotlib.cbook

    with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
        raw = np.frombuffer(file.read(), np.uint8)
    picture = np.ascontiguousarray(cv2.imdecode(raw, cv2.IMREAD_COLOR)[20:420, 110:420])
    sure = _ellipse(picture, (155, 205), (86, 105))
    likely = _ellipse(picture, (155, 200), (110, 122)) | _polygon(
        picture, [(88, 290), (226, 290), (216, 335), (156, 372), (94, 335)]
    )
    likely[:108] = False
    likely[:160] &= _ellipse(picture, *_CROWN)[:160]
    alpha = _cut(picture, sure & (np.indices(sure.shape)[0] > 108), likely, feather=2.0)
    painted, shape = _hair(picture, colour or (150, 150, 150))
    picture = (picture * (1 - shape[..., None]) + painted * shape[..., None]).astype(np.uint8)
    return picture, np.maximum(alpha, shape), (72, 105, 171, 210), shape


def _hair(picture: np.ndarray, colour: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Combed hair over the cap: strands run from the parting, light falls from above."""
    h, w = picture.shape[:2]
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    angle = np.arctan2(yy - 70, (xx - 120) * 0.8)
    radius = np.hypot(yy - 70, xx - 120)
    random = np.random.default_rng(5)
    strands = cv2.GaussianBlur(random.standard_normal((1, 1440)).astype(np.float32), (0, 0), 1.2)
    wave = angle + 0.05 * np.sin(radius / 14)
    texture = strands[0, ((wave + np.pi) / (2 * np.pi) * 1439).astype(int) % 1440]
    texture = texture + 0.6 * cv2.GaussianBlur(
        random.standard_normal((h, w)).astype(np.float32), (0, 0), 1.4
    )
    light = 1.15 - 0.45 * np.clip((yy - 25) / 130, 0, 1) - 0.25 * np.abs(xx - 140) / 120
    painted = np.clip(
        np.array(colour, np.float32) * (light * (1 + 0.34 * texture))[..., None], 0, 255
    )
    ragged = strands[0, ((angle + np.pi) / (2 * np.pi) * 1439).astype(int) % 1440]
    crown = np.hypot((xx - 155) / 101, (yy - 168) / 114)
    line = np.hypot((xx - 158) / 80, (yy - 205) / 94)
    cap = (crown < 1 + 0.02 * ragged) & (line > 1 + 0.03 * texture) & (yy < 230)
    ears = np.clip((yy - 150) / 60, 0, 1) * (np.abs(xx - 155) < 98)
    shape = np.clip(cap - ears, 0, 1).astype(np.float32)
    return painted, np.clip(cv2.GaussianBlur(shape, (0, 0), 2.2), 0, 1)


def _glasses(picture: np.ndarray, face: FaceBox) -> None:
    x, y, w, h = face
    rim = (38, 30, 28)
    for side in (0.26, 0.70):
        centre = (round(x + side * w), round(y + 0.385 * h))
        cv2.ellipse(
            picture, centre, (round(0.17 * w), round(0.115 * h)), 0, 0, 360, rim, 2, cv2.LINE_AA
        )
    bridge = round(y + 0.37 * h)
    cv2.line(
        picture, (round(x + 0.43 * w), bridge), (round(x + 0.53 * w), bridge), rim, 2, cv2.LINE_AA
    )


def _cut(picture: np.ndarray, sure: np.ndarray, likely: np.ndarray, feather: float) -> np.ndarray:
    mask = np.full(picture.shape[:2], cv2.GC_BGD, np.uint8)
    mask[likely] = cv2.GC_PR_FGD
    mask[sure] = cv2.GC_FGD
    cv2.grabCut(picture, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    kept = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    kept = cv2.morphologyEx(kept, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    kept = cv2.erode(
        cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)),
        np.ones((3, 3), np.uint8),
    )
    return cv2.GaussianBlur(kept.astype(np.float32), (0, 0), feather)


def _ellipse(like: np.ndarray, centre: tuple[int, int], axes: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(like.shape[:2], np.uint8)
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1)
    return mask.astype(bool)


def _polygon(like: np.ndarray, points: list[tuple[int, int]]) -> np.ndarray:
    mask = np.zeros(like.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.array(points)], 1)
    return mask.astype(bool)
