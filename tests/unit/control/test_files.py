from __future__ import annotations

from pathlib import Path

import pytest

from courtstream.control.files import NodeFiles
from courtstream.control.protocol import FILE_PIECE, FileRequest, FilesRequest
from courtstream.settings import Settings


@pytest.fixture
def files(tmp_path: Path) -> NodeFiles:
    sealed = tmp_path / "hearings" / "h1" / "sealed"
    sealed.mkdir(parents=True)
    (sealed / "part-0001.seal").write_bytes(b"x" * (FILE_PIECE + 7))
    (sealed.parent / "spec.json").write_text("private")
    live = tmp_path / "public" / "h1" / "live"
    live.mkdir(parents=True)
    (live / "seg-1-1.m4s").write_bytes(b"segment")
    (live / "link.m4s").symlink_to(sealed.parent / "spec.json")
    return NodeFiles(Settings(data=tmp_path), lambda hearing: False)


async def read(files: NodeFiles, area: str, name: str, offset: int = 0) -> object:
    request = FileRequest.model_validate(
        {"hearing_id": "h1", "area": area, "name": name, "offset": offset}
    )
    return await files.read(request)


async def test_files_come_in_pieces_with_their_size(files: NodeFiles) -> None:
    size = FILE_PIECE + 7
    assert await read(files, "sealed", "sealed/part-0001.seal") == (b"x" * FILE_PIECE, size)
    assert await read(files, "sealed", "sealed/part-0001.seal", FILE_PIECE) == (b"x" * 7, size)
    assert await read(files, "public", "live/seg-1-1.m4s") == (b"segment", 7)


@pytest.mark.parametrize(
    ("area", "name"),
    [
        ("sealed", "spec.json"),
        ("sealed", "../h2/sealed/part-0001.seal"),
        ("public", "../../hearings/h1/spec.json"),
        ("public", "live/link.m4s"),
        ("public", "live//seg-1-1.m4s"),
        ("public", "/etc/passwd"),
        ("public", "live/nothing.m4s"),
    ],
)
async def test_a_name_leads_nowhere_else(files: NodeFiles, area: str, name: str) -> None:
    assert await read(files, area, name) is None


async def test_only_sealed_files_are_listed(files: NodeFiles) -> None:
    reply = await files.listed(FilesRequest(hearing_id="h1"))
    assert [fact.name for fact in reply.files] == ["sealed/part-0001.seal"]
    assert (await files.listed(FilesRequest(hearing_id="../h1"))).files == ()
