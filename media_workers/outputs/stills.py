"""Still pictures from redacted frames only, for posters and picture-and-text entries."""

from __future__ import annotations

from pathlib import Path

import cv2

from courtstream.domain.time import SECOND, MediaTime
from media_workers.outputs.files import write_durably
from media_workers.runtime.items import Picture

EVERY: MediaTime = 10 * SECOND
WIDTH = 640


class Stills:
    """Writes one JPEG every ten seconds of published time; the name is its second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next: MediaTime = 0

    def push(self, still: Picture) -> tuple[str, MediaTime] | None:
        """Write `still` when one is due; gives (file name, media time)."""
        if still.t < self._next:
            return None
        self._next = still.t - still.t % EVERY + EVERY
        bgr = cv2.cvtColor(still.i420, cv2.COLOR_YUV2BGR_I420)
        height = still.height * WIDTH // still.width
        if still.width > WIDTH:
            bgr = cv2.resize(bgr, (WIDTH, height), interpolation=cv2.INTER_AREA)
        ok, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 82])
        if not ok:
            return None
        name = f"{still.t // SECOND:06}.jpg"
        self._folder.mkdir(parents=True, exist_ok=True)
        write_durably(self._folder / name, data.tobytes())
        return name, still.t
