"""The journal is numbered through crashes, durable before told, and survives a torn line."""

from __future__ import annotations

from pathlib import Path

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
