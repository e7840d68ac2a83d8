"""Backups: the database as of one instant, then every file of the hearings, all with their sums.

A backup is a folder: `courtstream.sqlite3`, `files/…` as they lie below the data folder, and
`manifest.json`. Made again into the same folder it copies only what changed. Keys are left out:
who finds a backup alone has nothing (see docs/runbooks/restore.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from courtstream import __version__
from courtstream.domain.errors import Conflict, CourtstreamError, InvalidInput
from courtstream.seal import sealed_folders, verify
from courtstream.seal.writer import CHAIN_NAME
from courtstream.services.people import audit
from courtstream.settings import Settings
from courtstream.store.copying import copy_in, copy_out
from courtstream.store.migrate import upgrade
from courtstream.store.unit import Store

DATABASE = "courtstream.sqlite3"
MANIFEST = "manifest.json"
FILES = "files"
FORMAT = 1
_PIECE = 1 << 20
_PARTS = ("hearings", "public")
_PASSING = frozenset({"worker.pid", "secondpass.pid", ".lock", "in.sock", "spec.draft"})
"""What only a running process needs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its path in the backup, size in bytes, SHA-256, time of last change."""

    path: str
    size: int
    sha256: str
    changed: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: files that are missing or not as they were, broken seals and chain."""

    files: int
    bytes: int
    damaged: tuple[str, ...]
    seals: int
    broken_seals: tuple[str, ...]
    audit_entries: int

    @property
    def sound(self) -> bool:
        """Whether a restore from it gives everything back."""
        return not self.damaged and not self.broken_seals and self.audit_entries >= 0


def back_up(settings: Settings, target: Path, now: datetime) -> int:
    """Write a backup into `target`; gives the number of files.

    The manifest is written last and in one step: without it there is no backup. Raises
    InvalidInput when `target` lies in the data folder.
    """
    if target.absolute().is_relative_to(settings.data.absolute()):
        raise InvalidInput("备份不能放在数据目录内 / a backup inside the data folder is none")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = {entry.path: entry for entry in _entries(target)}
    (target / MANIFEST).unlink(missing_ok=True)
    (target / DATABASE).unlink(missing_ok=True)
    copy_out(settings.database, target / DATABASE)
    entries = [_described(target, target / DATABASE)]
    for name, source in _sources(settings):
        entries.append(_taken(source, target, f"{FILES}/{name}", known.get(f"{FILES}/{name}")))
    facts = {"format": FORMAT, "version": __version__, "at": now.isoformat()}
    whole = {**facts, "files": [asdict(entry) for entry in entries]}
    draft = target / f".{MANIFEST}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(whole, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target / MANIFEST)
    return len(entries)


def restore(source: Path, settings: Settings) -> int:
    """Put a backup into an empty data folder and database; gives the number of files.

    Raises Conflict when there is something already, InvalidInput when `source` is no backup or a
    file is not as it was: nothing is put in place then.
    """
    entries = _manifest(source)
    damaged = [e.path for e in entries if _sum(source / e.path) != e.sha256]
    if damaged:
        raise InvalidInput(f"备份已损坏 / damaged: {damaged[0]} (+{len(damaged) - 1})")
    for part in _PARTS:
        if any((settings.data / part).glob("*")):
            raise Conflict("数据目录不为空 / the data folder is not empty")
    copy = settings.data / f".{DATABASE}.restoring"
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / DATABASE, copy)  # an older schema is brought up in the copy
    try:
        copy_in(copy, settings.database)
    finally:
        for path in settings.data.glob(f"{copy.name}*"):
            path.unlink()
    for entry in entries:
        if entry.path.startswith(f"{FILES}/"):
            _put_back(source / entry.path, _place(settings, entry.path), entry.changed)
    return len(entries)


def check(source: Path, scratch: Path) -> Checked:
    """Read a backup through: every sum, every seal's chain, the audit chain. `scratch`: a folder
    for a copy of the database. Raises InvalidInput when it is no backup.
    """
    entries = _manifest(source)
    damaged = tuple(e.path for e in entries if _sum(source / e.path) != e.sha256)
    seals = [
        folder
        for hearing in sorted((source / FILES / "hearings").glob("*"))
        for folder in sealed_folders(hearing)
    ]
    broken = tuple(str(f.relative_to(source / FILES)) for f in seals if not _sealed_well(f))
    size = sum(entry.size for entry in entries)
    return Checked(len(entries), size, damaged, len(seals), broken, _audited(source, scratch))


def is_backup(folder: Path) -> bool:
    """Whether a folder holds a whole backup."""
    return (folder / MANIFEST).is_file() and (folder / DATABASE).is_file()


def _sealed_well(folder: Path) -> bool:
    try:
        return verify(folder).ok
    except CourtstreamError:
        return False


def _audited(source: Path, scratch: Path) -> int:
    """Length of the audit chain; -1 when it is broken."""
    copy = scratch / DATABASE
    shutil.copyfile(source / DATABASE, copy)
    upgrade(f"sqlite:///{copy}")
    store = Store(f"sqlite:///{copy}")

    def walk(session: Session) -> int:
        return audit.verify(session)

    try:
        with store.read() as session:
            return walk(session)
    except CourtstreamError:
        return -1
    finally:
        store.close()


def _sources(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Every file to keep, with its path in the backup. A chain's list comes before its parts: what
    is sealed meanwhile is then more than listed, which a start puts in order, never less.
    """
    for part, root in zip(_PARTS, (settings.hearings, settings.public), strict=True):
        found = (p for p in root.rglob("*") if p.is_file() and not p.is_symlink())
        kept = (p for p in found if p.name not in _PASSING and not p.name.startswith("."))
        for path in sorted(kept, key=lambda p: (p.parent, p.name != CHAIN_NAME, p.name)):
            yield f"{part}/{path.relative_to(root)}", path


def _taken(source: Path, target: Path, name: str, known: Entry | None) -> Entry:
    place, facts = target / name, source.stat()
    same = known is not None and (known.size, known.changed) == (facts.st_size, facts.st_mtime_ns)
    if same and known is not None and place.is_file() and place.stat().st_size == known.size:
        return known
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, place)
    os.utime(place, ns=(facts.st_mtime_ns, facts.st_mtime_ns))
    return _described(target, place)


def _described(target: Path, place: Path) -> Entry:
    facts = place.stat()
    name = str(place.relative_to(target))
    return Entry(name, facts.st_size, _sum(place), facts.st_mtime_ns)


def _sum(path: Path) -> str:
    """SHA-256 of a file; empty when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError:
        return ""
    return digest.hexdigest()


def _manifest(source: Path) -> tuple[Entry, ...]:
    if not is_backup(source):
        raise InvalidInput("不是完整的备份 / this is not a whole backup")
    return _entries(source)


def _entries(source: Path) -> tuple[Entry, ...]:
    try:
        whole = json.loads((source / MANIFEST).read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise InvalidInput("备份清单无法读取 / the manifest cannot be read") from error
    if whole.get("format") != FORMAT:
        raise InvalidInput("备份由更新的版本制作 / made by a newer version")
    return tuple(Entry(**row) for row in whole["files"])


def _place(settings: Settings, name: str) -> Path:
    part, _, rest = name.removeprefix(f"{FILES}/").partition("/")
    root = settings.public if part == "public" else settings.hearings
    return root / rest


def _put_back(source: Path, target: Path, changed: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    os.utime(target, ns=(changed, changed))
    if "hearings" in target.parts:
        target.chmod(0o600)
