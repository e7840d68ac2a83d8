from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courtstream.domain.errors import SealBroken, SealBusy, SealKeyUnusable
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import InterruptionReason
from courtstream.seal import (
    SealReader,
    SealWriter,
    exchange_master_key,
    hearing_key,
    load_or_create_master_key,
    verify,
)
from courtstream.seal.frames import part_path


def second(n: int) -> Span:
    return Span(n * SECOND, (n + 1) * SECOND)


def make(folder: Path, parts: int = 2, records: int = 3) -> bytes:
    key = hearing_key(folder, (b"m" * 32,), create=True)
    n = 0
    for _ in range(parts):
        writer = SealWriter(folder, key)
        for _ in range(records):
            writer.write(b"content %d " % n * 20, second(n))
            n += 1
        writer.close()
    return key


def test_master_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    key = load_or_create_master_key(path)
    assert load_or_create_master_key(path) == key
    assert [len(one) for one in key] == [32]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_master_key_readable_by_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    load_or_create_master_key(path)
    path.chmod(0o644)
    with pytest.raises(SealKeyUnusable):
        load_or_create_master_key(path)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31])
def test_master_key_that_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SealKeyUnusable):
        load_or_create_master_key(path)


def test_hearing_key_opens_only_with_its_master(tmp_path: Path) -> None:
    master = (secrets.token_bytes(32),)
    key = hearing_key(tmp_path, master, create=True)
    assert hearing_key(tmp_path, master) == key
    with pytest.raises(SealKeyUnusable):
        hearing_key(tmp_path, (secrets.token_bytes(32),))
    with pytest.raises(SealKeyUnusable):
        hearing_key(tmp_path / "other", master)


def test_an_exchanged_master_key_opens_what_the_former_one_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    former = load_or_create_master_key(path)
    old = hearing_key(tmp_path / "old", former, create=True)
    both = exchange_master_key(path)
    new = hearing_key(tmp_path / "new", both, create=True)
    assert both == load_or_create_master_key(path) and both[1:] == former
    assert path.stat().st_mode & 0o777 == 0o600
    assert hearing_key(tmp_path / "old", both) == old
    assert hearing_key(tmp_path / "new", both[:1]) == new
    with pytest.raises(SealKeyUnusable):
        hearing_key(tmp_path / "new", former)


def test_what_is_sealed_comes_back_and_is_not_in_the_file(tmp_path: Path) -> None:
    key = make(tmp_path)
    reader = SealReader(tmp_path, key)
    assert reader.parts == [1, 2]
    assert b"".join(reader.clear(2)) == b"".join(b"content %d " % n * 20 for n in (3, 4, 5))
    assert b"content" not in part_path(tmp_path, 1).read_bytes()


def test_report_of_a_sound_original(tmp_path: Path) -> None:
    key = make(tmp_path)
    for report in (verify(tmp_path), verify(tmp_path, key)):
        assert report.ok
        assert report.records == 6
        assert report.span == Span(0, 6 * SECOND)
        assert report.gaps == ()
        assert [part.closed for part in report.parts] == [True, True]
    last = json.loads((tmp_path / "chain.jsonl").read_bytes().splitlines()[-1])
    assert report.hash == last["chain"]


def test_gaps_carry_their_lawful_reason_or_none(tmp_path: Path) -> None:
    writer = SealWriter(tmp_path, hearing_key(tmp_path, (b"m" * 32,), create=True))
    writer.write(b"a", second(0))
    writer.interruption(Span(SECOND, 9 * SECOND), InterruptionReason.MEDIATION)
    writer.write(b"b", second(9))
    writer.write(b"c", second(12))
    writer.close()
    gaps = verify(tmp_path).gaps
    assert [(g.span, g.reason) for g in gaps] == [
        (Span(SECOND, 9 * SECOND), InterruptionReason.MEDIATION),
        (Span(10 * SECOND, 12 * SECOND), None),
    ]


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    key = hearing_key(tmp_path, (b"m" * 32,), create=True)
    first = SealWriter(tmp_path, key)
    with pytest.raises(SealBusy):
        SealWriter(tmp_path, key)
    first.close()
    assert SealWriter(tmp_path, key).part == 2


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(where=st.floats(0, 1, exclude_max=True), part=st.integers(1, 2), bit=st.integers(0, 7))
def test_any_changed_bit_is_found(tmp_path: Path, where: float, part: int, bit: int) -> None:
    folder = tmp_path / secrets.token_hex(4)
    key = make(folder)
    path = part_path(folder, part)
    data = bytearray(path.read_bytes())
    data[int(where * len(data))] ^= 1 << bit
    path.write_bytes(data)
    assert not verify(folder).ok
    report = verify(folder, key)
    assert not report.ok
    assert report.first_broken is not None
    assert report.first_broken.startswith(f"part {part}")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(keep=st.floats(0, 1, exclude_max=True), part=st.integers(1, 2))
def test_a_shortened_part_is_found(tmp_path: Path, keep: float, part: int) -> None:
    folder = tmp_path / secrets.token_hex(4)
    make(folder)
    path = part_path(folder, part)
    os.truncate(path, int(keep * path.stat().st_size))
    assert not verify(folder).ok


def test_a_forged_chain_does_not_deceive_the_key(tmp_path: Path) -> None:
    """Whoever rewrites part and listing alike passes the chain, but not the key or the journal."""
    key = make(tmp_path, parts=1)
    before = verify(tmp_path).hash
    path = part_path(tmp_path, 1)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    (tmp_path / "chain.jsonl").unlink()
    report = verify(tmp_path, key)
    assert not report.ok
    assert report.hash != before


def test_exchanged_parts_are_found(tmp_path: Path) -> None:
    key = make(tmp_path)
    one, two = (part_path(tmp_path, n).read_bytes() for n in (1, 2))
    part_path(tmp_path, 1).write_bytes(two)
    part_path(tmp_path, 2).write_bytes(one)
    assert not verify(tmp_path, key).ok


def test_a_missing_part_is_found(tmp_path: Path) -> None:
    make(tmp_path, parts=3)
    part_path(tmp_path, 2).unlink()
    assert not verify(tmp_path).ok


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 1400), lost_lines=st.integers(0, 3), half_line=st.booleans())
def test_any_torn_end_is_put_in_order_and_stated(
    tmp_path: Path, cut: int, lost_lines: int, half_line: bool
) -> None:
    folder = tmp_path / secrets.token_hex(4)
    key = hearing_key(folder, (b"m" * 32,), create=True)
    writer = SealWriter(folder, key)
    for n in range(4):
        writer.write(b"content %d " % n * 20, second(n))
    writer._lock.close()
    path, listing = part_path(folder, writer.part), folder / "chain.jsonl"
    size = path.stat().st_size - min(cut, path.stat().st_size)
    os.truncate(path, size)
    whole = verify_whole_records(path)
    lines = listing.read_bytes().splitlines(keepends=True)[: max(0, whole - lost_lines)]
    listing.write_bytes(b"".join(lines) + (b'{"part":' if half_line else b""))

    again = SealWriter(folder, key)
    again.write(b"after", second(9))
    again.close()
    report = verify(folder, key)
    assert report.ok
    assert report.records == whole + 1
    assert report.unlisted == 0


def verify_whole_records(path: Path) -> int:
    from courtstream.seal.frames import read_frames, read_head

    with path.open("rb") as file:
        return len(list(read_frames(file))) if read_head(file) else 0


def test_a_damaged_folder_is_never_written_over(tmp_path: Path) -> None:
    key = make(tmp_path)
    listing = tmp_path / "chain.jsonl"
    listing.write_bytes(listing.read_bytes().replace(b'"index":1,', b'"index":7,', 1))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(SealBroken):
        SealWriter(tmp_path, key)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_export_is_private(tmp_path: Path) -> None:
    key = make(tmp_path / "sealed")
    files = SealReader(tmp_path / "sealed", key).export(tmp_path / "out")
    assert [path.name for path in files] == ["part-0001.mkv", "part-0002.mkv"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)


def test_a_shortened_part_is_never_written_over(tmp_path: Path) -> None:
    key = make(tmp_path)
    path = part_path(tmp_path, 1)
    os.truncate(path, path.stat().st_size - 10)
    with pytest.raises(SealBroken):
        SealWriter(tmp_path, key)


def test_a_start_does_not_read_what_is_listed(tmp_path: Path) -> None:
    """Hours of recording must not keep a restarted worker from recording on."""
    key = make(tmp_path, parts=1)
    path = part_path(tmp_path, 1)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    SealWriter(tmp_path, key).close()
    assert not verify(tmp_path, key).ok
