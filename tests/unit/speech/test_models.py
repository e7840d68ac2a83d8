"""Models: checked once, safe to race for, never fetched."""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from courtstream.domain.errors import ModelMissing
from media_workers import models
from media_workers.models import PackedFile, assembled, whisper_folder

PARTS = (b"first half, ", b"second half")


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, PackedFile]:
    """A file in two parts in a package made for the test."""
    package = tmp_path / "site" / "packed_model"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").touch()
    for n, part in enumerate(PARTS):
        (package / "data" / f"part{n}").write_bytes(part)
    monkeypatch.syspath_prepend(str(package.parent))
    sys.modules.pop("packed_model", None)
    parts = (("packed_model", "data/part0"), ("packed_model", "data/part1"))
    return {"model.bin": PackedFile(parts, hashlib.sha256(b"".join(PARTS)).hexdigest())}


def test_parts_are_joined_once_and_then_found(
    packed: dict[str, PackedFile], tmp_path: Path
) -> None:
    folder = tmp_path / "cache" / "model"
    assert assembled(packed, folder) == folder
    assert (folder / "model.bin").read_bytes() == b"".join(PARTS)
    before = (folder / "model.bin").stat().st_mtime_ns
    assembled(packed, folder)
    assert (folder / "model.bin").stat().st_mtime_ns == before
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


def test_a_file_that_is_not_the_pinned_one_is_refused(
    packed: dict[str, PackedFile], tmp_path: Path
) -> None:
    wrong = {"model.bin": PackedFile(packed["model.bin"].parts, "0" * 64)}
    with pytest.raises(ModelMissing, match="courtstream doctor"):
        assembled(wrong, tmp_path / "cache" / "model")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cut_off_file_in_the_cache_is_made_again(
    packed: dict[str, PackedFile], tmp_path: Path
) -> None:
    folder = assembled(packed, tmp_path / "cache" / "model")
    (folder / "model.bin").write_bytes(b"cut")
    assembled(packed, folder)
    assert (folder / "model.bin").read_bytes() == b"".join(PARTS)


def test_many_starts_at_once_end_in_one_good_folder(
    packed: dict[str, PackedFile], tmp_path: Path
) -> None:
    folder = tmp_path / "cache" / "model"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: assembled(packed, folder), range(16)))
    assert set(found) == {folder}
    assert (folder / "model.bin").read_bytes() == b"".join(PARTS)
    assert [p.name for p in folder.parent.iterdir()] == ["model"]


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    absent = {"model.bin": PackedFile((("no_such_package_here", "x"),), "0" * 64)}
    with pytest.raises(ModelMissing, match="no_such_package_here"):
        assembled(absent, tmp_path / "cache" / "model")


def test_an_own_folder_replaces_the_packaged_model(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).touch()
    assert whisper_folder(str(tmp_path)) == tmp_path
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(ModelMissing, match=r"tokenizer\.json.*courtstream doctor"):
        whisper_folder(str(tmp_path))


def test_the_cache_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert models.cache_folder() == tmp_path / "courtstream" / "models"
