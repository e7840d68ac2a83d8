"""What is coming, for the clerk: small redacted pictures of the delay line, in the private folder.

`coming.jpg` is the newest, `line.jpg` all that wait, oldest left. They are hints for people who
look now, so they are replaced in place and never fsynced.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from courtstream.domain.time import MediaTime
from media_workers.outputs.files import write_whole
from media_workers.runtime.items import Picture, Planes

WIDTH = 480
TILE = 120
MOST_TILES = 12
QUALITY = 70


class Preview:
    """Writes the two pictures when something new waits; a disk that fails costs only them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shown: MediaTime = -1
        self._tiles: dict[MediaTime, Planes] = {}

    def show(self, coming: Sequence[Picture]) -> None:
        """Show what waits to air."""
        if not coming or coming[-1].t == self._shown:
            return
        self._shown = coming[-1].t
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._write("coming.jpg", _scaled(coming[-1], WIDTH))
            self._tiles = {
                picture.t: self._tiles[picture.t] if picture.t in self._tiles else _tile(picture)
                for picture in coming[-MOST_TILES:]
            }  # a picture waits for ten looks and more: it is made small at the first
            self._write("line.jpg", _side_by_side(list(self._tiles.values())))
        except OSError:
            self._shown = -1  # evidence and publication have their own words for a full disk

    def _write(self, name: str, bgr: Planes) -> None:
        ok, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if ok:
            write_whole(self._folder / name, data.tobytes())


def _tile(picture: Picture) -> Planes:
    return _scaled(picture, TILE)


def _scaled(picture: Picture, width: int) -> Planes:
    bgr = cv2.cvtColor(picture.i420, cv2.COLOR_YUV2BGR_I420)
    height = max(2, picture.height * width // picture.width)
    return np.asarray(cv2.resize(bgr, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _side_by_side(tiles: Sequence[Planes]) -> Planes:
    """Tiles of one height in a row; those of another shape (the form changed) are left out."""
    height = tiles[-1].shape[0]
    return np.concatenate([tile for tile in tiles if tile.shape[0] == height], axis=1)
