"""Everything a live hearing publishes: HLS with captions, stills, and the recording at the end."""

from __future__ import annotations

from pathlib import Path

from courtstream.control.protocol import RowKind
from media_workers.outputs.hls import HlsOutput, PictureFormat, public_recording
from media_workers.outputs.stills import Stills
from media_workers.runtime.items import Released
from media_workers.runtime.journal import Journal


class LiveOutputs:
    """Writes the hearing's public folder."""

    def __init__(self, public: Path, hls: HlsOutput, journal: Journal, fps: float) -> None:
        self._public, self._hls, self._journal, self._fps = public, hls, journal, fps
        self._stills = Stills(public / "stills")

    def push(self, group: Released) -> None:
        """Publish one group."""
        if group.still is not None:
            written = self._stills.push(group.still)
            if written is not None:
                self._journal.write(RowKind.STILL, written[1], uri=written[0])
        self._hls.push(group)

    def describe(self, form: PictureFormat, key_frame: bytes) -> None:
        """Say what the picture is."""
        self._hls.describe(form, key_frame)

    def finish(self) -> None:
        """Close the playlists and join the public recording."""
        self._hls.finish()
        if self._hls.segments:
            size = public_recording(self._public / "live", self._public / "recording.mp4")
            self._journal.write(RowKind.RECORDING, uri="recording.mp4", bytes=size)
