"""What is read back of an earlier run: all that had not aired, and enough of what came before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from courtstream.control.protocol import JournalRow, RowKind
from courtstream.domain.time import SECOND
from media_workers.outputs.sealed import SealedRecorder
from media_workers.refill import HEARD_BEFORE, MOST, Refill, refill
from media_workers.runtime.items import SourcePacket
from media_workers.sources.base import AudioTrack, VideoTrack

VIDEO, AUDIO = VideoTrack("h264", b"\x01x", 320, 180, 25.0), AudioTrack("aac", b"\x12", 48_000, 1)


def packets(start: int, end: int) -> Iterator[SourcePacket]:
    """A picture every fifth of a second, a key frame every two, sound between."""
    for n in range(start * 5, end * 5):
        t = n * SECOND // 5
        yield SourcePacket("video", t, t, SECOND // 5, n % 10 == 0, f"v{n}".encode())
        yield SourcePacket("audio", t, t, SECOND // 5, True, f"a{n}".encode())


def recorded(folder: Path, *sessions: tuple[int, int]) -> list[JournalRow]:
    """A sealed original with a part for each session; the last one breaks off. Its rows."""
    recorder = SealedRecorder(folder / "sealed", folder / "master.key")
    rows: list[dict[str, Any]] = []
    for start, end in sessions:
        rows += recorder.begin(VIDEO, AUDIO)
        for packet in packets(start, end):
            rows += recorder.push(packet)
    return [
        JournalRow(
            hearing_id="h", seq=n, epoch=1, at="", kind=RowKind.SEALED, t=row["start"], body=row
        )
        for n, row in enumerate(rows)
    ]


def pieces(found: Refill | None) -> tuple[list[SourcePacket], list[VideoTrack | AudioTrack]]:
    assert found is not None
    got = list(found.pieces())
    tracks = [p for p in got if not isinstance(p, SourcePacket)]
    return [p for p in got if isinstance(p, SourcePacket)], tracks


def test_all_that_had_not_aired_comes_back_with_what_leads_in(tmp_path: Path) -> None:
    rows = recorded(tmp_path, (0, 40))
    found = refill(tmp_path, tmp_path / "master.key", rows, 30 * SECOND)
    got, tracks = pieces(found)
    assert found is not None and not found.begins
    assert [type(t) for t in tracks] == [VideoTrack, AudioTrack]
    sound = [p.pts for p in got if p.kind == "audio"]
    shown = [p for p in got if p.kind == "video"]
    assert sound[0] == 30 * SECOND - HEARD_BEFORE and shown[0].key
    assert 26 * SECOND <= shown[0].pts <= 28 * SECOND
    sealed = max(r.body["end"] for r in rows)
    assert sealed - got[-1].pts <= SECOND // 5
    steps = {b.pts - a.pts for a, b in pairwise(shown)}
    assert steps == {SECOND // 5}


def test_it_goes_over_a_change_of_parts(tmp_path: Path) -> None:
    rows = recorded(tmp_path, (0, 20), (20, 30))
    got, tracks = pieces(refill(tmp_path, tmp_path / "master.key", rows, 18 * SECOND))
    assert len(tracks) == 4
    sound = [p.pts for p in got if p.kind == "audio"]
    assert sound == sorted(sound) and sound[0] == 10 * SECOND and sound[-1] > 28 * SECOND


def test_a_hearing_just_begun_is_made_up_for_from_its_beginning(tmp_path: Path) -> None:
    rows = recorded(tmp_path, (0, 8))
    found = refill(tmp_path, tmp_path / "master.key", rows, 0)
    assert found is not None and found.begins
    assert pieces(found)[0][0].pts == 0


def test_hours_without_airing_are_not_made_up_for(tmp_path: Path) -> None:
    rows = recorded(tmp_path, (0, 100))
    found = refill(tmp_path, tmp_path / "master.key", rows, 0)
    assert found is not None and 99 * SECOND - MOST - SECOND < found.aired < 100 * SECOND - MOST
    assert found.aired % SECOND == 0


def test_without_a_record_there_is_nothing(tmp_path: Path) -> None:
    assert refill(tmp_path, tmp_path / "master.key", [], 0) is None


def test_what_another_machine_recorded_is_not_made_up_for(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    rows = recorded(there, (0, 40))
    assert refill(here, there / "master.key", rows, 30 * SECOND) is None
    recorded(here, (0, 20))  # an earlier stay of the hearing on this one
    assert refill(here, here / "master.key", rows, 30 * SECOND) is None
    assert refill(there, there / "master.key", rows, 30 * SECOND) is not None
