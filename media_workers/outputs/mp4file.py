"""Published groups to one ordinary MP4 file."""

from __future__ import annotations

from pathlib import Path

from media_workers.outputs.encode import AudioEncoder
from media_workers.outputs.mux import Mux
from media_workers.runtime.items import Released


class Mp4File:
    """Writes `path`; it takes its name when the file is complete.

    `sound` False: what was given has no sound, and a track of silence would say that it had.
    """

    def __init__(self, path: Path, *, sound: bool = True) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}.part")
        self._sound = AudioEncoder() if sound else None
        self._mux: Mux | None = None

    def push(self, group: Released) -> None:
        """Take one group."""
        heard = [] if self._sound is None else list(self._sound.push(group.sound))
        if self._mux is None:
            form, first = {"movflags": "faststart"}, group.video[0].data
            self._mux = Mux(str(self._beside), form, first, sound=self._sound is not None)
        self._mux.write(group.video, heard)

    def drop(self) -> None:
        """A file with a hole would be false: the command fails."""
        raise RuntimeError("the output file cannot be written")

    def finish(self, *, final: bool) -> None:
        """Close the file and give it its name."""
        if self._mux is not None:
            self._mux.close()
            self._beside.replace(self._path)
