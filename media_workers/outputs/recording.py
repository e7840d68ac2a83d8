"""The public recording: the segments of a finished hearing as one file."""

from __future__ import annotations

from pathlib import Path


def public_recording(folder: Path, target: Path) -> int:
    """Join the segments of a finished `live/` folder into one MP4; gives its size in bytes.

    Segments with another initialisation section than the first cannot share a file and are
    left to the playlist, and so are those that another node had and has not given yet; a
    fragmented file needs no further index.
    """
    init, uris = _listed(folder / "index.m3u8")
    beside = target.with_name(f".{target.name}.part")
    with beside.open("wb") as file:
        file.write((folder / init).read_bytes())
        for uri in uris:
            file.write((folder / uri).read_bytes())
        size = file.tell()
    beside.replace(target)
    return size


def _listed(playlist: Path) -> tuple[str, list[str]]:
    first, current, uris = "", "", []
    folder = playlist.parent
    for line in playlist.read_text(encoding="utf-8").splitlines():
        if line.startswith("#EXT-X-MAP:"):
            current = line.split('"')[1]
        elif line and not line.startswith("#") and (folder / line).exists():
            first = first or current
            uris.append((current, line))
    head = (folder / first).read_bytes() if first else b""
    here = {name for name, _ in uris if name and (folder / name).exists()}
    same = {name for name in here if (folder / name).read_bytes() == head}
    return first, [uri for name, uri in uris if name in same]
