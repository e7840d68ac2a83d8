"""Published groups to one ordinary MP4 file."""

from __future__ import annotations

from pathlib import Path

from media_workers.outputs.encode import AudioEncoder
from media_workers.outputs.mux import Mux
from media_workers.runtime.items import Released


class Mp4File:
    """Writes `path`; it takes its name when the file is complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}.part")
        self._sound = AudioEncoder()
        self._mux: Mux | None = None

    def push(self, group: Released) -> None:
        """Take one group."""
        if self._mux is None:
            self._mux = Mux(str(self._beside), {"movflags": "faststart"}, group.video[0].data)
        self._mux.write(group.video, list(self._sound.push(group.sound)))

    def drop(self) -> None:
        """A file with a hole would be false: the command fails."""
        raise RuntimeError("the output file cannot be written")

    def finish(self, *, final: bool) -> None:
        """Close the file and give it its name."""
        if self._mux is not None:
            self._mux.close()
            self._beside.replace(self._path)
