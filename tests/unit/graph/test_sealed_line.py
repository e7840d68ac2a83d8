"""Evidence: a disk that fails for a moment costs nothing, and never the end of the hearing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.time import SECOND, Span
from media_workers.graph import sealed_line
from media_workers.graph.sealed_line import SealedLine, Tracks
from media_workers.runtime.items import SourcePacket
from media_workers.runtime.journal import MemoryRows
from media_workers.sources.base import VideoTrack

FRAME = SECOND // 25


class Disk:
    """Records a packet when the next one comes; those numbered in `bad` fail, each once."""

    def __init__(self, bad: set[int], always: bool = False) -> None:
        self.bad, self.always = bad, always
        self.began: list[Tracks] = []
        self.kept: list[int] = []
        self._held: list[int] = []

    def begin(self, *tracks: Any) -> Iterable[dict[str, Any]]:
        self.began.append(tracks)  # type: ignore[arg-type]
        self._held = []  # what the run before had in hand is gone
        return []

    def push(self, packet: SourcePacket) -> Iterable[dict[str, Any]]:
        n = packet.dts // FRAME
        if self.always or n in self.bad:
            self.bad.discard(n)
            raise OSError(28, "No space left on device")
        done, self._held = self._held, [n]
        self.kept += done
        return [{"start": packet.dts, "bytes": 1}] if done else []

    def interrupted(self, span: Span, reason: str) -> None: ...

    def flush(self) -> Iterable[dict[str, Any]]:
        self.kept, self._held = self.kept + self._held, []
        return []


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_line, "RETRY_SECONDS", 0.01)


def recorded(disk: Disk) -> tuple[SealedLine, MemoryRows]:
    rows = MemoryRows()
    line = SealedLine(lambda: disk, rows)
    line.start()
    line.begin(None, None)
    for n in range(100):
        line.edge.put(SourcePacket("video", n * FRAME, n * FRAME, FRAME, True, b"x"))
    line.edge.close()
    assert line.finished.wait(10), "a broken disk must not keep the hearing from ending"
    return line, rows


def test_a_moment_without_disk_costs_nothing() -> None:
    disk = Disk({10, 40})
    line, rows = recorded(disk)
    assert disk.kept == list(range(100))
    assert all(began == (None, None) for began in disk.began)
    assert [body["code"] for kind, _, body in rows.rows if kind is RowKind.ERROR][:1] == ["OSError"]
    assert line.records == 99


def test_a_disk_that_never_comes_back_is_told_once_and_ends_nothing() -> None:
    line, rows = recorded(Disk(set(), always=True))
    assert len([1 for kind, _, _ in rows.rows if kind is RowKind.ERROR]) == 1
    assert line.error == "OSError"


def test_a_long_session_is_cut_into_parts_that_begin_with_a_key_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealed_line, "PART", SECOND)
    began: list[int] = []
    disk = Disk(set())
    monkeypatch.setattr(disk, "begin", lambda *tracks: began.append(len(disk.kept)) or [])
    line = SealedLine(lambda: disk, MemoryRows())
    line.start()
    line.begin(VideoTrack("h264", b"", 16, 16, 25.0), None)
    for n in range(100):
        line.edge.put(SourcePacket("video", n * FRAME, n * FRAME, FRAME, n % 10 == 0, b"x"))
    line.edge.close()
    assert line.finished.wait(10)
    assert disk.kept == list(range(100))
    assert began == [0, 29, 59, 89], "at the first key frame a second after the part's beginning"
