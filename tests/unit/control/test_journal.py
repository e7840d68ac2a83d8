from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtstream.control import journal
from courtstream.control.journal import JournalReader
from courtstream.control.protocol import JournalRequest, JournalRow, RowKind


def line(seq: int, hearing: str = "h_1", size: int = 0) -> bytes:
    row = JournalRow(
        hearing_id=hearing, seq=seq, epoch=1, at="", kind=RowKind.STATE, body={"x": "y" * size}
    )
    return row.model_dump_json().encode() + b"\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "h_1").mkdir()
    return tmp_path


def ask(reader: JournalReader, after: int, limit: int = 500, hearing: str = "h_1") -> list[int]:
    page = reader.page(JournalRequest(hearing_id=hearing, after=after, limit=limit))
    return [row.seq for row in page.rows]


def test_pages_follow_one_another_and_new_rows_are_seen(folder: Path) -> None:
    path = folder / "h_1" / "journal.jsonl"
    path.write_bytes(b"".join(line(n) for n in range(1, 11)))
    reader = JournalReader(folder)
    first = reader.page(JournalRequest(hearing_id="h_1", after=0, limit=4))
    assert ([r.seq for r in first.rows], first.more) == ([1, 2, 3, 4], True)
    assert ask(reader, 4) == [5, 6, 7, 8, 9, 10]
    with path.open("ab") as stream:
        stream.write(line(11))
    assert ask(reader, 10) == [11]
    assert ask(reader, 2, limit=2) == [3, 4]  # back again


@given(st.integers(0, 400))
def test_a_torn_last_line_is_not_there_yet(cut: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "h_1").mkdir()
        whole = [line(n) for n in (1, 2, 3)]
        data = b"".join(whole)[:cut]
        (folder / "h_1" / "journal.jsonl").write_bytes(data)
        expected = [n for n in (1, 2, 3) if len(b"".join(whole[:n])) <= cut]
        reader = JournalReader(folder)
        assert ask(reader, 0) == expected
        (folder / "h_1" / "journal.jsonl").write_bytes(b"".join(whole))
        assert ask(reader, expected[-1] if expected else 0) == [1, 2, 3][len(expected) :]


def test_a_torn_line_in_the_middle_does_not_hide_the_rest(folder: Path) -> None:
    data = line(1) + line(2)[:20] + b"\n" + line(3)
    (folder / "h_1" / "journal.jsonl").write_bytes(data)
    assert ask(JournalReader(folder), 0) == [1, 3]


def test_a_page_fits_in_a_message(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAGE_BYTES", 10_000)
    rows = [line(n, size=3000) for n in range(1, 9)]
    (folder / "h_1" / "journal.jsonl").write_bytes(b"".join(rows))
    reader = JournalReader(folder)
    seen: list[int] = []
    while page := ask(reader, seen[-1] if seen else 0):
        assert len(page) <= 3
        seen += page
    assert seen == list(range(1, 9))


@pytest.mark.parametrize("name", ["../h_1", "h_1/../h_1", "", "a" * 200, "h_none"])
def test_foreign_names_have_no_rows(folder: Path, name: str) -> None:
    (folder / "h_1" / "journal.jsonl").write_bytes(line(1))
    assert ask(JournalReader(folder / "h_1"), 0, hearing=name) == []
