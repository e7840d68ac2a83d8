"""Everything a live hearing publishes: HLS with captions, stills, and the recording at the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from courtstream.control.protocol import RowKind
from courtstream.domain.errors import LeaseLost
from media_workers.outputs.hls import HlsOutput
from media_workers.outputs.recording import public_recording
from media_workers.outputs.renditions import PictureFormat
from media_workers.outputs.stills import Stills
from media_workers.runtime.items import Released
from media_workers.runtime.journal import Journal


class LiveOutputs:
    """Writes the hearing's public folder."""

    def __init__(
        self,
        public: Path,
        hls: HlsOutput,
        journal: Journal,
        form: Callable[[], PictureFormat],
        also: Callable[[Released], None] = lambda group: None,
        leased: Callable[[], bool] = lambda: True,
    ) -> None:
        self._leased = leased
        self._also = also
        self._public, self._hls, self._journal, self._form = public, hls, journal, form
        self._stills = Stills(public / "stills")

    def push(self, group: Released) -> None:
        """Publish one group. Raises LeaseLost when another may be publishing by now."""
        if not self._leased():
            raise LeaseLost
        if group.still is not None:
            written = self._stills.push(group.still)
            if written is not None:
                self._journal.write(RowKind.STILL, written[1], uri=written[0])
        self._hls.describe(self._form(), group.video[0].data)
        self._hls.push(group)
        self._also(group)

    def drop(self) -> None:
        """The disk failed: give up what is not published yet."""
        self._hls.drop()

    def finish(self, *, final: bool) -> None:
        """Close the last segment; when final also the playlists, and join the public recording."""
        if not self._leased():
            return  # what is published is another's to finish
        self._hls.finish(final=final)
        if final and self._hls.published:
            size = public_recording(self._public / "live", self._public / "recording.mp4")
            self._journal.write(RowKind.RECORDING, uri="recording.mp4", bytes=size)
