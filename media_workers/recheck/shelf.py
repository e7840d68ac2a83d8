"""Segments made anew: files under other names, their journal row, the playlists, the recording.

Nothing that was ever public under a name is changed in place; the old file goes once the new one is
on record. What is made anew in one rendition is made anew in all that show or sound it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from courtstream.control.protocol import RowKind
from media_workers.outputs.files import replace as write_text
from media_workers.outputs.files import write_durably
from media_workers.outputs.recording import public_recording
from media_workers.outputs.renditions import STYLES
from media_workers.runtime.journal import Journal
from media_workers.runtime.published import Published


@dataclass(frozen=True, slots=True)
class Remade:
    """One segment before and after, all renditions in it."""

    before: Published
    fresh: Published

    def parts(self) -> dict[str, tuple[Published, Published]]:
        """The renditions in which something changed: (before, fresh) by name."""
        both = {"main": (self.before, self.fresh)}
        both |= {name: (self.before.also[name], one) for name, one in self.fresh.also.items()}
        return {name: pair for name, pair in both.items() if pair[0].uri != pair[1].uri}

    @property
    def apart(self) -> bool:
        """Whether some rendition needs another initialisation section: then all break here."""
        return any(before.init != fresh.init for before, fresh in self.parts().values())


class Shelf:
    """A hearing's public folder and journal, for those who make segments anew."""

    def __init__(self, public: Path, journal: Journal) -> None:
        self.public, self.live, self._journal = public, public / "live", journal

    def write(self, before: Published, head: bytes, data: bytes) -> Published:
        """Write one rendition's segment under a new name; its own section only where it differs."""
        fresh = replace(before, uri=next_name(before.uri, self.live), size=len(data))
        if head != (self.live / before.init).read_bytes():
            fresh.init = next_name(before.init, self.live)
            write_durably(self.live / fresh.init, head)
        write_durably(self.live / fresh.uri, data)
        return fresh

    def tell(self, remade: Sequence[Remade]) -> None:
        """Put the new files on record, durably."""
        for one in remade:
            facts = one.fresh.facts() | {"replaces": one.before.uri}
            self._journal.write(RowKind.SEGMENT, one.fresh.span.start, **facts)
        self._journal.sync()

    def list_anew(self, remade: Sequence[Remade]) -> None:
        """Name the new files in the playlists."""
        for name, style in STYLES.items():
            path = self.live / style.playlist
            pairs = [(_part(one.before, name), _part(one.fresh, name), one) for one in remade]
            if not path.exists() or not any(before for before, _, _ in pairs):
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            for before, fresh, one in pairs:
                if before is not None and fresh is not None:
                    lines = replaced_in(lines, before, fresh, apart=one.apart)
            write_text(path, "\n".join(lines) + "\n")

    def record_anew(self) -> None:
        """Join the public recording again, where there is one."""
        target = self.public / "recording.mp4"
        if target.exists():
            size = public_recording(self.live, target)
            self._journal.write(RowKind.RECORDING, uri="recording.mp4", bytes=size)

    def clear(self, names: Sequence[str]) -> None:
        """Delete files that must not be served any more."""
        for name in names:
            (self.live / name).unlink(missing_ok=True)


def old_names(remade: Sequence[Remade]) -> list[str]:
    """The files that others took the place of."""
    return [before.uri for one in remade for before, _ in one.parts().values()]


def next_name(name: str, folder: Path) -> str:
    """seg-000012-1.m4s → seg-000012-1-1.m4s, or the next number that is free."""
    stem, _, ending = name.rpartition(".")
    stem = "-".join(stem.split("-")[:3])
    number = 1
    while (folder / f"{stem}-{number}.{ending}").exists():
        number += 1
    return f"{stem}-{number}.{ending}"


def replaced_in(
    lines: Sequence[str], before: Published, fresh: Published, *, apart: bool = False
) -> list[str]:
    """A playlist with one segment's name changed, and its initialisation section where needed.

    `apart`: the segment stands alone between two breaks, whether its own section changed or not.
    """
    done: list[str] = []
    for line in lines:
        if line != before.uri:
            done.append(line)
        elif fresh.init == before.init and not apart:
            done.append(fresh.uri)
        else:
            at = next(i for i in reversed(range(len(done))) if _begins(done[i]))
            done[at:at] = ["#EXT-X-DISCONTINUITY", f'#EXT-X-MAP:URI="{fresh.init}"']
            done += [fresh.uri, "#EXT-X-DISCONTINUITY", f'#EXT-X-MAP:URI="{before.init}"']
    return done


def _part(segment: Published, name: str) -> Published | None:
    return segment if name == "main" else segment.also.get(name)


def _begins(line: str) -> bool:
    return line.startswith("#EXT-X-PROGRAM-DATE-TIME")
