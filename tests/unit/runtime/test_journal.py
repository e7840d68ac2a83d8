"""The journal is numbered through crashes, durable before told, and survives a torn line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from courtstream.control.protocol import JournalRow, RowKind
from media_workers.runtime.journal import Journal, read_rows


def write(path: Path, epoch: int, count: int) -> list[JournalRow]:
    told: list[JournalRow] = []
    journal = Journal(path, "h_test", epoch, told.append)
    for n in range(count):
        journal.write(RowKind.EVENT, n, kind="gavel")
    journal.close()
    return told


def test_rows_are_numbered_through_all_runs(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, 1, 3)
    write(path, 2, 2)
    rows = list(read_rows(path))
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.epoch for row in rows] == [1, 1, 1, 2, 2]


def test_a_torn_last_line_is_cut_off_and_its_number_used_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, 1, 2)
    with path.open("ab") as file:
        file.write(b'{"hearing_id":"h_test","seq":3,"ep')
    assert len(list(read_rows(path))) == 2
    write(path, 2, 1)
    assert [row.seq for row in read_rows(path)] == [1, 2, 3]


def test_a_row_is_on_disk_when_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    seen: list[bool] = []

    def listen(row: JournalRow) -> None:
        seen.append(any(r.seq == row.seq for r in read_rows(path)))

    journal = Journal(path, "h_test", 1, listen)
    journal.write(RowKind.EVENT, None, kind="gavel")
    journal.close()
    assert seen == [True]


def test_an_unreadable_line_in_the_middle_is_passed_over_and_its_number_never_used_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.jsonl"
    write(path, 1, 4)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\x00\xff broken\n" + lines[2] + b"{}\n")
    journal = Journal(path, "h_test", 2, lambda row: None)
    assert [row.seq for row in journal.earlier] == [1, 3]
    assert journal.damaged == 2
    journal.write(RowKind.EVENT, None, kind="gavel")
    journal.close()
    assert [row.seq for row in read_rows(path)] == [1, 3, 5]


def test_rows_wait_for_a_full_disk_in_order_and_nothing_is_torn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    told: list[int] = []
    journal = Journal(path, "h_test", 1, lambda row: told.append(row.seq))
    real = os.write

    def half(handle: int, data: bytes) -> int:
        if len(data) > 40:
            return real(handle, bytes(data[:40]))
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", half)
        journal.write(RowKind.EVENT, 1, kind="gavel")
        with pytest.raises(OSError, match="No space"):
            journal.sync()
        assert path.read_bytes() == b""
        assert not told, "a row that is not durable is told to nobody"
        assert journal.error == "OSError"
    journal.write(RowKind.EVENT, 2, kind="gavel")
    journal.sync()
    assert told == [1, 2] == [row.seq for row in read_rows(path)]
    assert journal.error == ""
    journal.close()
