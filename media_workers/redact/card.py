"""Standby cards: the picture hidden whole and darkened, with a line that says why."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import cv2
import numpy as np

from courtstream.domain.errors import ModelMissing
from courtstream.domain.redaction import Reason
from media_workers.redact.hide import hide_all
from media_workers.runtime.items import Picture, Planes, i420_planes

BAND_OF: dict[Reason, str] = {
    Reason.CUT: "cut",
    Reason.CLOSED: "closed",
    Reason.RECESS: "recess",
    Reason.SIGNAL_LOST: "lost",
}
"""Which text a reason shows; all others mean that analysis could not vouch for the picture."""

DARK_LUMA = 34
DIM = 0.35


class CardPainter:
    """Paints cards of one picture size."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height

    def paint(self, background: Picture | None, reason: Reason) -> Planes:
        """A packed I420 card; `background` is an already redacted picture of any size."""
        card = np.empty((self._height * 3 // 2, self._width), np.uint8)
        planes = i420_planes(card)
        if background is None:
            for plane, value in zip(planes, (DARK_LUMA, 128, 128), strict=True):
                plane[:] = value
        else:
            self._dimmed(background, planes)
        _lay(planes[0], _band(BAND_OF.get(reason, "analysis"), self._width))
        return card

    def _dimmed(self, background: Picture, planes: tuple[Planes, Planes, Planes]) -> None:
        hidden = i420_planes(hide_all(background.i420))
        for source, target, neutral in zip(hidden, planes, (16, 128, 128), strict=True):
            size = (target.shape[1], target.shape[0])
            grown = cv2.resize(source, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
            target[:] = (neutral + (grown - neutral) * DIM).astype(np.uint8)


def _lay(luma: Planes, band: Planes) -> None:
    top = (luma.shape[0] - band.shape[0]) // 2
    rows = luma[max(0, top) : max(0, top) + band.shape[0]]
    np.maximum(rows, band[: rows.shape[0]], out=rows)


@lru_cache(maxsize=16)
def _band(name: str, width: int) -> Planes:
    data = files("media_workers.redact").joinpath("cards", f"{name}.png").read_bytes()
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise ModelMissing(f"card {name}")
    height = max(2, image.shape[0] * width // image.shape[1])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
