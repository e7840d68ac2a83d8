"""When the disk has room again publishing goes on; what could not be written is never listed."""

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
from media_workers.runtime.items import SAMPLE_RATE, Released, Sound
from media_workers.runtime.journal import Journal, read_rows

FORM = PictureFormat(320, 240, 5.0)


def group(encoder: VideoEncoder, second: int) -> Released:
    span = Span(second * SECOND, (second + 1) * SECOND)
    picture = np.full((360, 320), 100, np.uint8)
    sound = Sound(span.start, np.zeros(SAMPLE_RATE, np.int16))
    return Released(span, encoder.card(picture, span), sound, MinuteState.LIVE)


def test_publishing_goes_on_after_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "journal.jsonl", "h", 1, lambda row: None)
    live = tmp_path / "live"
    out = HlsOutput(live, journal, epoch=1, wall_zero=datetime.now(UTC), window=60.0)
    encoder = VideoEncoder(320, 240, 5.0, "ultrafast")
    first = group(encoder, 0)
    out.describe(FORM, first.video[0].data)
    out.push(first)
    out.push(group(encoder, 1))

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(hls, "write_durably", full)
        out.push(group(encoder, 2))
        with pytest.raises(OSError, match="No space"):
            out.push(group(encoder, 3))
        out.drop()
    for second in (4, 5):
        fresh = group(encoder, second)
        out.describe(FORM, fresh.video[0].data)
        out.push(fresh)
    out.finish(final=True)
    journal.close()
    text = (live / "index.m3u8").read_text()
    listed = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(listed) == 2 and all((live / name).exists() for name in listed)
    assert "#EXT-X-DISCONTINUITY" in text
    captions = (live / "captions.m3u8").read_text()
    assert captions.count(".vtt") == 2, "the two playlists never part"
    told = [
        r.body["uri"] for r in read_rows(tmp_path / "journal.jsonl") if r.kind is RowKind.SEGMENT
    ]
    assert told == listed
