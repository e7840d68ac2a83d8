"""Promise 8: nothing is listed before its bytes are closed and its journal row is durable."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from courtstream.control.protocol import RowKind
from courtstream.domain.time import SECOND, Span
from courtstream.domain.trial import MinuteState
from media_workers.outputs import hls
from media_workers.outputs.encode import VideoEncoder
from media_workers.outputs.hls import HlsOutput
from media_workers.outputs.renditions import PictureFormat
from media_workers.runtime.items import Released, Sound
from media_workers.runtime.journal import Journal, read_rows
from tests.support.published import listed


def group(n: int) -> Released:
    span = Span(n * SECOND, (n + 1) * SECOND)
    card = VideoEncoder(64, 64, 25.0, "ultrafast").card(np.full((96, 64), 90, np.uint8), span)
    silence = Sound(span.start, np.zeros(48_000, np.int16))
    return Released(span, card, silence, MinuteState.LIVE)


def test_every_listed_segment_is_whole_and_in_the_journal_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, path = tmp_path / "live", tmp_path / "journal.jsonl"
    journal = Journal(path, "h_test", 1, lambda row: None)
    seen: list[int] = []

    def watched(target: Path, text: str) -> None:
        if target.name == "index.m3u8":
            rows = {
                r.body["uri"]: r.body["bytes"] for r in read_rows(path) if r.kind is RowKind.SEGMENT
            }
            names = listed(text)
            for init, name in names:
                assert (folder / init).stat().st_size > 0
                assert (folder / name).stat().st_size == rows[name]
            seen.append(len(names))
        target.write_text(text, encoding="utf-8")

    monkeypatch.setattr(hls, "replace", watched)
    output = HlsOutput(folder, journal, epoch=1, wall_zero=datetime.now(UTC), window=7200.0)
    for n in range(6):
        released = group(n)
        output.describe(PictureFormat(64, 64, 25.0), released.video[0].data)
        output.push(released)
    output.finish(final=True)
    journal.close()
    assert [n for n in seen if n][-1] == 3
