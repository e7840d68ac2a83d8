"""What is coming, small: one tile a picture that waits, each made once."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from courtstream.domain.time import SECOND
from media_workers.outputs import preview
from media_workers.outputs.preview import MOST_TILES, TILE, Preview
from media_workers.runtime.items import Picture, Planes


def waiting(first: int, last: int) -> list[Picture]:
    """A grey picture each second, 320x180, each of another grey."""
    return [
        Picture(n * SECOND, np.full((270, 320), 40 + 5 * n, np.uint8), n)
        for n in range(first, last + 1)
    ]


def test_a_picture_that_waits_is_made_small_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    tile = preview._tile

    def noted(picture: Picture) -> Planes:
        made.append(picture.index)
        return tile(picture)

    monkeypatch.setattr(preview, "_tile", noted)
    shown = Preview(tmp_path / "preview")
    for newest in range(1, 20):
        shown.show(waiting(max(0, newest - 9), newest))
    assert sorted(made) == list(range(20))
    line = cv2.imread(str(tmp_path / "preview" / "line.jpg"))
    assert line is not None and line.shape[:2] == (67, 10 * TILE)
    shown.show(waiting(0, 40))
    line = cv2.imread(str(tmp_path / "preview" / "line.jpg"))
    assert line is not None and line.shape[1] == MOST_TILES * TILE
