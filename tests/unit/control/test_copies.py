from __future__ import annotations

from pathlib import Path

from courtstream.control.copies import Lineage, seed
from courtstream.control.journal import rows_in
from courtstream.control.protocol import JournalRow, RowKind


def line(seq: int, epoch: int, kind: RowKind = RowKind.STATE) -> bytes:
    row = JournalRow(hearing_id="h", seq=seq, epoch=epoch, at="", kind=kind)
    return row.model_dump_json().encode()


def lineage(*rows: tuple[int, int]) -> Lineage:
    made = Lineage()
    for seq, epoch in rows:
        made.push(line(seq, epoch))
    return made


def test_rows_told_twice_are_one() -> None:
    assert lineage((1, 1), (2, 1), (1, 1), (2, 1), (3, 1)).seqs == [1, 2, 3]


def test_what_a_node_wrote_after_another_took_over_is_no_part_of_the_line() -> None:
    rows = lineage((1, 1), (2, 1), (3, 1), (3, 2), (4, 1), (4, 2))
    assert rows.seqs == [1, 2, 3, 4]
    assert [b'"epoch":2' in row for row in rows.lines] == [False, False, True, True]


def test_what_cannot_be_read_is_passed_over() -> None:
    rows = lineage((1, 1))
    rows.push(b"\xff")
    assert rows.seqs == [1]


def test_the_next_run_begins_after_the_row_the_platform_knows(tmp_path: Path) -> None:
    rows = lineage((1, 1), (2, 1), (3, 1))
    assert seed(tmp_path, "h", rows, 2, 2) == 2
    assert [row.seq for row in rows_in(tmp_path / "journal.jsonl")] == [1, 2]


def test_rows_the_copy_lacks_are_named(tmp_path: Path) -> None:
    seed(tmp_path, "h", lineage((1, 1)), 9, 2)
    last = list(rows_in(tmp_path / "journal.jsonl"))[-1]
    assert (last.seq, last.kind, last.body["count"]) == (9, RowKind.ERROR, 8)


def test_a_journal_of_an_earlier_stay_is_kept(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(line(1, 1) + b"\n")
    seed(tmp_path, "h", lineage((1, 1)), 1, 3)
    assert (tmp_path / "journal-before-3.jsonl").exists()
