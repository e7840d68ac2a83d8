"""After a crash nothing on disk stays untold; what no crash explains is not touched."""

from __future__ import annotations

from pathlib import Path

from courtstream.control.protocol import RowKind
from courtstream.control.sweep import chain_values, mend, sweep, told_values
from courtstream.domain.time import SECOND, Span
from courtstream.seal import SealWriter, hearing_key, load_or_create_master_key, verify
from media_workers.runtime.journal import Journal, read_rows


def record(hearings: Path, told: int) -> Path:
    """A hearing of three records, `told` of them in its journal; the process died after them."""
    folder = hearings / "h_crash"
    sealed = folder / "sealed"
    key = hearing_key(sealed, load_or_create_master_key(hearings / "master.key"), create=True)
    writer = SealWriter(sealed, key)
    journal = Journal(folder / "journal.jsonl", "h_crash", 2, lambda row: None)
    for n in range(3):
        row = writer.write(b"x" * 100, Span(n * SECOND, (n + 1) * SECOND))
        if n < told:
            journal.write(RowKind.SEALED, row.span.start, sha256=row.chain)
    journal.close()
    part = sealed / "part-0001.cse"
    part.write_bytes(part.read_bytes() + b"\x00\x01torn")  # the record under way
    chain = sealed / "chain.jsonl"
    lines = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(b"".join(lines[:2]) + lines[2][:10])  # its list was behind
    writer._lock.close()
    return folder


def test_torn_bytes_are_cut_lists_and_journal_made_whole(tmp_path: Path) -> None:
    folder = record(tmp_path, told=1)
    mended = mend(folder)
    assert (mended.torn_bytes, mended.relisted, mended.told) == (6, 1, 2)
    report = verify(folder / "sealed")
    assert report.ok and report.records == 3
    assert set(chain_values(folder / "sealed")) == set(told_values(folder / "journal.jsonl"))
    rows = list(read_rows(folder / "journal.jsonl"))
    assert [row.seq for row in rows] == [1, 2, 3]
    assert mend(folder).nothing, "a second look finds nothing to do"


def test_hearings_that_go_on_are_left_to_their_workers(tmp_path: Path) -> None:
    record(tmp_path, told=0)
    assert sweep(tmp_path, frozenset({"h_crash"})) == []
    assert [m.hearing_id for m in sweep(tmp_path)] == ["h_crash"]


def test_a_folder_that_no_crash_explains_is_left_as_it_is(tmp_path: Path) -> None:
    folder = record(tmp_path, told=3)
    part = folder / "sealed" / "part-0001.cse"
    part.write_bytes(part.read_bytes()[:80])  # shorter than what is listed
    before = part.read_bytes()
    mended = mend(folder)
    assert mended.broken == ("sealed",)
    assert part.read_bytes() == before
